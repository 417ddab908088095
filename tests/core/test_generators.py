import json
from pathlib import Path

import pytest
import safetensors.torch
import torch

from core import checkpoints, generators
from core.checkpoints import Checkpoint
from core.config import Config
from core.errors import RunError
from core.latent import decode, z_of_seed
from core.models import Generator, GeneratorShape, build_generator

SMALL = Config(size=32, latent_dim=16, g_features=4)
MIXED = GeneratorShape(10, (24, 8, 4), 1, (True, False, True, True))


@pytest.fixture
def generator() -> Generator:
    torch.manual_seed(0)
    return Generator(MIXED).eval()


def _checkpoint(folder: Path) -> tuple[Path, Generator]:
    made = build_generator(SMALL).eval()
    tensors = {f"EMA/{name}": tensor for name, tensor in made.state_dict().items()}
    return checkpoints.save(folder, Checkpoint(3, 1.0, SMALL, tensors)), made


def test_a_generator_comes_back_from_its_file(tmp_path: Path, generator: Generator) -> None:
    path = tmp_path / "faces.safetensors"
    written = generators.save(path, generator, name="Faces", step=7, about={"source": "cartoons"})
    assert generators.read_facts(path) == written
    assert (written.shape, written.step, written.about) == (MIXED, 7, {"source": "cartoons"})
    z = z_of_seed(0, 10, 5)
    assert (decode(generators.load(path), z) == decode(generator, z)).all()


def test_a_checkpoint_and_its_export_have_one_digest(tmp_path: Path) -> None:
    checkpoint, made = _checkpoint(tmp_path)
    loaded = generators.load(checkpoint)
    exported = generators.save(tmp_path / "alone.safetensors", loaded, name="alone")
    assert not loaded.training
    assert exported.digest == generators.digest(made) == generators.read_facts(checkpoint).digest
    made.layers[0].weight.data[0, 0, 0, 0] += 1e-6
    assert generators.digest(made) != exported.digest


def test_a_damaged_checkpoint_is_not_opened(tmp_path: Path) -> None:
    checkpoint, _ = _checkpoint(tmp_path)
    data = bytearray(checkpoint.read_bytes())
    data[-1] ^= 1
    checkpoint.write_bytes(data)
    with pytest.raises(RunError, match="Choose an older"):
        generators.load(checkpoint)


def test_flipped_weights_are_found(tmp_path: Path, generator: Generator) -> None:
    path = tmp_path / "faces.safetensors"
    generators.save(path, generator, name="Faces")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(RunError, match="damaged"):
        generators.load(path)


@pytest.mark.parametrize(
    "change",
    [
        {"latent_dim": 11},
        {"widths": [24, 8]},
        {"widths": [16_384] * 9, "biases": [True] * 10},
        {"widths": [24, 8, -4]},
        {"latent_dim": 10**9},
        {"channels": 2},
        {"biases": [True]},
        {"digest": "../../etc"},
        {"name": 5},
    ],
)
def test_a_header_that_lies_is_refused(
    tmp_path: Path, generator: Generator, change: dict[str, object]
) -> None:
    path = tmp_path / "faces.safetensors"
    generators.save(path, generator, name="Faces")
    with safetensors.safe_open(path, "pt") as file:
        stated = json.loads(file.metadata()["generator"])
    weights = safetensors.torch.load_file(path)
    safetensors.torch.save_file(weights, path, {"generator": json.dumps(stated | change)})
    with pytest.raises(RunError):
        generators.load(path)


def test_other_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    stranger = tmp_path / "weights.safetensors"
    stranger.write_bytes(b"\x80\x04not a generator")
    with pytest.raises(RunError, match="Import it first"):
        generators.load(stranger)
    safetensors.torch.save_file({"x": torch.ones(1)}, stranger, {"generator": "{}"})
    with pytest.raises(RunError, match="neither a checkpoint nor a generator"):
        generators.read_facts(stranger)
    with pytest.raises(RunError, match="not there any more"):
        generators.load(tmp_path / "missing.safetensors")


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path, generator: Generator) -> None:
    generator.layers[0].weight.data[0, 0, 0, 0] = float("nan")
    generators.save(tmp_path / "faces.safetensors", generator, name="Faces")
    with pytest.raises(RunError, match="not finite"):
        generators.load(tmp_path / "faces.safetensors")

import json
import os
import struct
import subprocess
import sys
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


REFINED = GeneratorShape(10, (24, 8, 4), 3, (True,) * 4, extra=2)


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


def test_extra_layers_come_back(tmp_path: Path) -> None:
    made = Generator(REFINED).eval()
    assert len(made.layers) == 3 * 3 * 3 + 2
    path = tmp_path / "faces.safetensors"
    written = generators.save(path, made, name="Faces")
    assert generators.read_facts(path) == written
    assert written.shape == REFINED
    z = z_of_seed(0, 10, 5)
    assert (decode(generators.load(path), z) == decode(made, z)).all()
    for extra in (0, 1):
        _restate(path, {"extra": extra})
        with pytest.raises(RunError, match="does not hold the generator that it describes"):
            generators.load(path)
    for extra in (3, -1, True, "2"):
        _restate(path, {"extra": extra})
        with pytest.raises(RunError, match="neither a checkpoint nor a generator"):
            generators.read_facts(path)


def test_a_checkpoint_with_extra_layers_is_a_generator(tmp_path: Path) -> None:
    config = SMALL.replace(g_extra=1, g_biases=True)
    made = build_generator(config).eval()
    tensors = {f"EMA/{name}": tensor for name, tensor in made.state_dict().items()}
    path = checkpoints.save(tmp_path, Checkpoint(3, 1.0, config, tensors))
    assert generators.read_facts(path).shape.extra == 1
    z = z_of_seed(0, 16, 5)
    assert (decode(generators.load(path), z) == decode(made, z)).all()


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


def _restate(path: Path, change: dict[str, object]) -> None:
    """Let a generator file say something else of the same weights."""
    with safetensors.safe_open(path, "pt") as file:
        stated = json.loads(file.metadata()["generator"])
    weights = safetensors.torch.load_file(path)
    safetensors.torch.save_file(weights, path, {"generator": json.dumps(stated | change)})


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
        {"step": float("inf")},
        {"step": 10**12},
        {"about": {"source": "x" * 1_001}},
        {"about": {"x" * 61: "source"}},
        {"about": {str(number): "" for number in range(51)}},
    ],
)
def test_a_header_that_lies_is_refused(
    tmp_path: Path, generator: Generator, change: dict[str, object]
) -> None:
    path = tmp_path / "faces.safetensors"
    generators.save(path, generator, name="Faces")
    _restate(path, change)
    with pytest.raises(RunError):
        generators.load(path)


@pytest.mark.parametrize(
    "shape",
    [
        GeneratorShape(1, (1,) * 8 + (16_384,), 3, (False,) * 10),  # 4.5 MB that take 68.7 GB to draw with
        GeneratorShape(1, (1,) * 8, 3, (False,) * 9),  # 1,024 px
        GeneratorShape(1, (1, 1, 1, 1, 2_049), 1, (False,) * 6),
        GeneratorShape(4_097, (1, 1), 1, (False,) * 3),
    ],
)
def test_what_takes_too_much_to_draw_with_is_refused(tmp_path: Path, shape: GeneratorShape) -> None:
    path = tmp_path / "faces.safetensors"
    generators.save(path, Generator(shape), name="Faces")
    for read in (generators.load, generators.read_facts):
        with pytest.raises(RunError, match="neither a checkpoint nor a generator"):
            read(path)


def test_the_largest_are_still_opened(tmp_path: Path) -> None:
    shape = GeneratorShape(4_096, (1, 1, 1, 1, 1, 1, 128), 3, (False,) * 8)
    generators.save(tmp_path / "faces.safetensors", Generator(shape), name="Faces")
    assert generators.load(tmp_path / "faces.safetensors").size == 512


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    """In a process that can be ended: safetensors waits for a pipe without letting go of Python."""
    names = ["pipe.safetensors", f"ckpt-{1:09d}-{1:016x}.safetensors"]
    for name in names:
        os.mkfifo(tmp_path / name)
    program = (
        "import sys; from pathlib import Path; from core import generators\n"
        "for name in sys.argv[1:]:\n"
        "    for read in (generators.load, generators.read_facts):\n"
        "        try: read(Path(name))\n"
        "        except generators.RunError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *names],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 4
    assert all("is no ordinary file" in line for line in lines)


def test_what_is_larger_than_any_generator_is_refused(tmp_path: Path, generator: Generator) -> None:
    path = tmp_path / "faces.safetensors"
    generators.save(path, generator, name="Faces")
    os.truncate(path, 2 * 2**30 + 1)  # with a hole, which takes no room
    for read in (generators.load, generators.read_facts):
        with pytest.raises(RunError, match="larger than 2 GiB"):
            read(path)


def test_a_header_that_fills_the_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "faces.safetensors"
    shape = {"generator": json.dumps({"about": " " * 9_000_000})}
    header = json.dumps({"__metadata__": shape}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    with pytest.raises(RunError, match="neither a checkpoint nor a generator"):
        generators.read_facts(path)


def test_a_variance_is_not_negative(tmp_path: Path, generator: Generator) -> None:
    generator.layers[1].running_var[0] = -1
    generators.save(tmp_path / "faces.safetensors", generator, name="Faces")
    with pytest.raises(RunError, match="negative variance"):
        generators.load(tmp_path / "faces.safetensors")


@pytest.mark.parametrize(
    "text",
    [
        '{"step": Infinity, "config": {}}',
        '{"step": 1, "config": {}, "digest": "../../etc"}',
        '{"step": 1000000000, "config": {}}',
        '{"step": -1, "config": {}}',
        '{"step": 1, "config": ' + '{"size":' * 100_000 + "1" + "}" * 100_000 + "}",
        '{"step": 1, "config": {"latent_dim": Infinity}}',
        "[]",
    ],
)
def test_a_checkpoint_that_lies_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "weights.safetensors"
    safetensors.torch.save_file({"EMA/x": torch.ones(1)}, path, {"studio": text})
    for read in (generators.load, generators.read_facts):
        with pytest.raises(RunError, match="neither a checkpoint nor a generator"):
            read(path)


def test_no_file_gives_orders_to_a_terminal(tmp_path: Path, generator: Generator) -> None:
    path = tmp_path / "faces.safetensors"
    generators.save(path, generator, name="Faces")
    _restate(path, {"name": "\x1b[2JA\nB", "about": {"so\x1burce": "http://a\r\n\x07b"}})
    facts = generators.read_facts(path)
    assert (facts.name, facts.about) == ("[2JA B", {"so urce": "http://a b"})
    again = generators.save(path, generator, name="x" * 300, about={"source": "y" * 2_000})
    assert generators.read_facts(path) == again, "what is written can be read"
    assert (len(again.name), len(again.about["source"])) == (200, 1_000)


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

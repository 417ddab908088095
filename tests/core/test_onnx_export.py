from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from core import onnx_export
from core.errors import StudioError
from core.generators import digest
from core.latent import z_of_seed
from core.models import Generator, GeneratorShape
from core.onnx_export import save_onnx


def _generator(channels: int = 3, biases: bool = False, extra: int = 0) -> Generator:
    """Of 32 px, with statistics of batch norm that are not those of a new one."""
    torch.manual_seed(0)
    generator = Generator(GeneratorShape(16, (32, 16, 8), channels, (biases,) * 4, extra))
    with torch.no_grad():
        for _ in range(3):
            generator(torch.randn(64, 16))
        for name, tensor in generator.named_parameters():
            if name.endswith(("1.weight", "4.weight", "7.weight", "bias")):
                tensor.add_(0.3 * torch.randn_like(tensor))
    return generator.eval()


@pytest.mark.parametrize(
    ("channels", "biases", "extra"), [(3, False, 0), (1, True, 0), (3, True, 1), (3, False, 2)]
)
def test_any_batch_gives_torchs_pictures(tmp_path: Path, channels: int, biases: bool, extra: int) -> None:
    generator = _generator(channels, biases, extra)
    check = save_onnx(tmp_path / "new" / "generator.onnx", generator)
    assert check.checked == 6
    assert check.max_difference <= 1e-4
    session = onnxruntime.InferenceSession(tmp_path / "new" / "generator.onnx")
    for count in (1, 2, 9):
        z = z_of_seed(4, 16, count)
        (pictures,) = session.run(None, {"z": z})
        assert (pictures.shape, pictures.dtype) == ((count, channels, 32, 32), np.float32)
        with torch.inference_mode():
            expected = generator(torch.from_numpy(z)).numpy()
        assert np.abs(pictures - expected).max() <= 1e-4
        assert pictures.std() > 0.05, "a picture that is not flat"


def test_the_file_says_how_it_is_used(tmp_path: Path) -> None:
    generator = _generator()
    save_onnx(tmp_path / "generator.onnx", generator, name="Gesichter ☺")
    model = onnx.load(tmp_path / "generator.onnx")
    facts = {entry.key: entry.value for entry in model.metadata_props}
    assert (facts["name"], facts["digest"]) == ("Gesichter ☺", digest(generator))
    assert facts["to_pixels"] == "round((pictures + 1) * 127.5) as uint8"
    assert [(each.domain, each.version) for each in model.opset_import] == [("", 17)]
    assert [each.name for each in (*model.graph.input, *model.graph.output)] == ["z", "pictures"]
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "n"


def test_a_file_that_differs_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batch norm with another epsilon than torch's, which a converter's slip would give."""
    right = onnx_export._operator

    def wrong(layer: torch.nn.Module) -> tuple[str, dict[str, object]]:
        kind, settings = right(layer)
        return kind, {"epsilon": 0.1} if kind == "BatchNormalization" else settings

    monkeypatch.setattr(onnx_export, "_operator", wrong)
    with pytest.raises(StudioError, match=r"was not kept: its pictures differ from torch's by 0\.\d"):
        save_onnx(tmp_path / "generator.onnx", _generator())
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_are_not_finite_do_not_pass_as_equal(tmp_path: Path) -> None:
    generator = _generator()
    with torch.no_grad():
        generator.layers[0].weight[0, 0, 0, 0] = float("nan")
    with pytest.raises(StudioError, match="was not kept"):
        save_onnx(tmp_path / "generator.onnx", generator)
    assert list(tmp_path.iterdir()) == []

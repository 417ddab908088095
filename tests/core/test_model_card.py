import re
from pathlib import Path

import pytest
import torch

from core import generators
from core.generators import GeneratorFacts
from core.model_card import write_card
from core.models import Generator, GeneratorShape


def _generator(channels: int, biases: bool, extra: int = 0) -> Generator:
    torch.manual_seed(0)
    generator = Generator(GeneratorShape(16, (16, 8), channels, (biases,) * 3, extra))
    with torch.no_grad():
        for tensor in generator.parameters():
            tensor.add_(0.2 * torch.randn_like(tensor))
        generator(torch.randn(32, 16))
    return generator.eval()


@pytest.mark.parametrize(
    ("channels", "biases", "extra"), [(3, False, 0), (1, True, 0), (3, True, 1), (1, False, 2)]
)
def test_the_code_of_the_card_draws_the_generators_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, channels: int, biases: bool, extra: int
) -> None:
    generator = _generator(channels, biases, extra)
    facts = generators.save(tmp_path / 'my "faces" 😀.safetensors', generator, name="faces", step=500)
    write_card(tmp_path / "card.md", facts, tmp_path / 'my "faces" 😀.safetensors')
    text = (tmp_path / "card.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(7)
    names: dict[str, torch.Tensor] = {}
    exec(code, names)
    torch.manual_seed(7)
    with torch.inference_mode():
        expected = generator(torch.randn(16, 16, 1, 1)[:, :, 0, 0])
    torch.testing.assert_close(names["x"], expected, atol=1e-5, rtol=1e-4)
    assert names["pixels"].shape == (16, channels, 16, 16)


@pytest.mark.parametrize("extra", [0, 1])
def test_the_card_tells_what_it_is_and_where_it_is_from(tmp_path: Path, extra: int) -> None:
    generator = _generator(3, False, extra)
    about = {"run": "2026 faces", "source": "faces.zip", "created": "2026-11-22", "preset": "quick"}
    facts = generators.save(
        tmp_path / "g.safetensors", generator, name="2026 faces", step=12_500, about=about
    )
    write_card(tmp_path / "g.md", facts, tmp_path / "g.safetensors")
    text = (tmp_path / "g.md").read_text("utf-8")
    count = sum(parameter.numel() for parameter in generator.parameters())
    for line in (
        "# 2026 faces",
        "| Pictures | 16 x 16 px, colour |",
        "| Latent size | 16 |",
        f"| Parameters | {count:,} |",
        "| Steps trained | 12,500 |",
        f"| Weights (digest) | {generators.digest(generator)} |",
        "| Learned from | faces.zip |",
        "| Preset | quick |",
    ):
        assert line in text.splitlines()
    assert ("| Extra layers | 1 of 3 x 3 after each but the last |" in text) is bool(extra)
    assert "rights to those pictures" in " ".join(text.split())
    assert "sample --generator" in text


def test_a_strangers_words_stay_words(tmp_path: Path) -> None:
    """Names and origins of a file cannot become markup, or lines, of the card."""
    shape = GeneratorShape(16, (16, 8), 3, (False,) * 3)
    evil = "x\n\n# Heading\n<script>|[link](http://example.com)"
    facts = GeneratorFacts(shape, "0" * 16, evil, None, {evil: evil, "source": evil})
    write_card(tmp_path / "g.md", facts, tmp_path / "g.safetensors")
    text = (tmp_path / "g.md").read_text("utf-8")
    assert "\n# Heading" not in text
    assert not re.search(r"(?<!\\)<script", text)
    assert not re.search(r"(?<!\\)\[link", text)
    assert "| Steps trained | unknown |" in text

"""A card for a generator file: what it is, where it comes from, and how it is used, in Markdown."""

import re
import shlex
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from core import generators
from core.commit import commit
from core.generators import GeneratorFacts
from core.models import Generator, GeneratorShape
from core.plain_text import plain
from core.runs import Run

_PLAIN = 'x = conv_transpose2d(x, w[c + "weight"], w.get(c + "bias"), 2 if i else 1, 1 if i else 0)'
_EXTRA = f"""if i % {{block}}:
        x = conv2d(x, w[c + "weight"], padding=1)
    else:
        {_PLAIN}"""
_NAMES = {"run": "Run", "preset": "Preset", "source": "Learned from", "created": "Run begun"}


def write_card(path: Path, facts: GeneratorFacts, weights: Path) -> None:
    """Write the card of the generator file `weights`, all or nothing.

    Names and origins are shown as plain text, since they may come from a stranger's file.
    Raises StudioError if the place cannot be written.
    """
    commit(path, lambda file: file.write(_card(facts, weights.name).encode()))


def save_with_card(
    path: Path, generator: Generator, *, name: str, step: int | None, about: Mapping[str, str]
) -> Path:
    """Write a generator file and its card beside it; the card's path comes back. Raises StudioError.

    The card's name is the file's with ".md" behind it, so that no README.md of somebody's is overwritten.
    """
    facts = generators.save(path, generator, name=name, step=step, about=dict(about))
    card = path.with_name(f"{path.name}.md")
    write_card(card, facts, path)
    return card


def about_run(run: Run) -> dict[str, str]:
    """Where a run's generator comes from, for `generators.save`.

    Of the source only the name: a file that is shared tells no folders.
    """
    about = {"run": run.name, "source": Path(run.source).name or run.source, "created": run.created[:10]}
    return about | ({"preset": run.preset} if run.preset else {})


def _card(facts: GeneratorFacts, file_name: str) -> str:
    shape = facts.shape
    kind = "colour" if shape.channels == 3 else "grey"
    rows = {
        "Pictures": f"{shape.size} x {shape.size} px, {kind}",
        "Latent size": f"{shape.latent_dim}",
        "Channels per layer": ", ".join(map(str, (*shape.widths, shape.channels))),
        "Parameters": f"{_parameters(shape):,}",
        "Steps trained": "unknown" if facts.step is None else f"{facts.step:,}",
        "Weights (digest)": facts.digest,
    } | {_NAMES.get(key, key): value for key, value in facts.about.items()}
    if shape.extra:
        rows["Extra layers"] = f"{shape.extra} of 3 x 3 after each but the last"
    table = "\n".join(f"| {_literal(key)} | {_literal(value)} |" for key, value in rows.items())
    source = _literal(facts.about.get("source", "")) or "pictures that are not named here"
    quoted = repr(file_name)
    block = 3 * (1 + shape.extra)  # layers of one width
    last = block * len(shape.widths)
    convolution = _EXTRA if shape.extra else _PLAIN
    return f"""# {_literal(facts.name) or "A generator"}

The generator of a DCGAN (Radford et al. 2016). It draws a {shape.size} px {kind} picture from
{shape.latent_dim} random numbers.

| | |
|---|---|
{table}

## Use

With DCGAN Studio: drop the file on the window, or

```sh
dcgan-studio sample --generator {shlex.quote(file_name)} --count 64 --out faces.png
dcgan-studio morph --generator {shlex.quote(file_name)} --seeds 1,2,3 --out morph.mp4
```

With PyTorch alone:

```python
import torch
from safetensors.torch import load_file
from torch.nn.functional import batch_norm, {"conv2d, " if shape.extra else ""}conv_transpose2d

w = load_file({quoted})
x = torch.randn(16, {shape.latent_dim}, 1, 1)
for i in range(0, {last}, 3):
    c, n = f"layers.{{i}}.", f"layers.{{i + 1}}."
    {convolution.format(block=block)}
    x = batch_norm(x, w[n + "running_mean"], w[n + "running_var"], w[n + "weight"], w[n + "bias"]).relu()
x = conv_transpose2d(x, w["layers.{last}.weight"], w.get("layers.{last}.bias"), 2, 1).tanh()  # in [-1, 1]
pixels = ((x + 1) * 127.5).round().to(torch.uint8)  # (16, {shape.channels}, {shape.size}, {shape.size})
```

## Rights and limits

It learned from: {source}. What may be done with these weights and with the pictures that they draw depends
on the rights to those pictures and, where they show people, on theirs; this file grants none. The faces are
invented, but one may resemble a person that it learned from, and they repeat whatever those pictures had too
much or too little of.
"""


def _parameters(shape: GeneratorShape) -> int:
    """Numbers that were learned: batch norm's two a channel, not its statistics."""
    sides = (shape.latent_dim, *shape.widths, shape.channels)
    convolutions = sum(16 * before * after for before, after in pairwise(sides))
    refinements = sum(shape.extra * (9 * width * width + 2 * width) for width in shape.widths)
    biases = sum(width for width, bias in zip(sides[1:], shape.biases, strict=True) if bias)
    return convolutions + refinements + biases + 2 * sum(shape.widths)


def _literal(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>|#!&~])", r"\\\1", plain(text, 400))

"""Open a generator that another program trained, safely, and save it as one of this program."""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from core.commands.interrupt import interruptible
from core.commands.outcome import Outcome, UsageError

NAME = "import"
ABOUT = "Open a generator that another program trained, safely, and save it as one of this program."


def declare(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("file", type=Path, metavar="FILE", help="a .pth, .pt or .safetensors file of weights")
    sub.add_argument(
        "--out", type=Path, required=True, metavar="FILE.safetensors", help="the generator file to write"
    )


def run(options: argparse.Namespace) -> Outcome:
    from core.foreign import import_generator

    out: Path = options.out
    if out.suffix.lower() != ".safetensors":
        raise UsageError("import: --out must end in .safetensors")
    if out.resolve() == options.file.resolve():
        raise UsageError("import: --out must be another file than the one that is opened")
    with interruptible() as interrupt, tqdm(unit="file", total=1, disable=not sys.stderr.isatty()) as bar:

        def stopping() -> bool:
            bar.update(0)
            return interrupt.control.stopping

        facts = import_generator(options.file, out, cancelled=stopping)
        bar.update()
    shape, prefix = facts.shape, facts.about["found under"]
    report = {
        "out": str(out),
        "size": shape.size,
        "channels": shape.channels,
        "latent_dim": shape.latent_dim,
        "widths": list(shape.widths),
        "biases": list(shape.biases),
        "digest": facts.digest,
        "found_under": prefix,
    }
    under = f" under {prefix}" if prefix else ""
    words = (
        f"A generator of {shape.size} px {'colour' if shape.channels == 3 else 'grey'} pictures from "
        f"{shape.latent_dim:,} numbers was found{under} in {options.file} and saved as {out}."
    )
    return Outcome(report, words)

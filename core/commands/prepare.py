"""Scan pictures and prepare them for training."""

import argparse
import sys
from time import perf_counter
from typing import TYPE_CHECKING

from tqdm import tqdm

from core.commands.interrupt import Interrupt, interruptible
from core.commands.outcome import Outcome

if TYPE_CHECKING:
    from core.data.cache import PictureCache
    from core.data.prepare import Progress

NAME = "prepare"
ABOUT = "Scan pictures and prepare them for training."
SOURCE_HELP = "a folder, a .zip, a CelebA folder, or cartoons[:COUNT]"


def declare(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--data", required=True, metavar="SOURCE", help=SOURCE_HELP)
    sub.add_argument("--size", type=int, choices=(32, 64, 128, 256), default=64, help="side in px (64)")
    sub.add_argument("--crop", choices=("center", "celeba", "pad", "stretch"), default="center")
    sub.add_argument("--color", choices=("rgb", "grey"), default="rgb")


def run(options: argparse.Namespace) -> Outcome:
    began = perf_counter()
    with interruptible() as interrupt:
        cache = prepared(options.data, options.size, options.color, options.crop, interrupt)
    seconds = perf_counter() - began
    skipped = [{"path": each.path, "reason": each.reason} for each in cache.skipped]
    facts = {
        "images": len(cache),
        "skipped": skipped,
        "duplicates": cache.duplicates,
        "cache": str(cache.folder),
        "seconds": round(seconds, 3),
    }
    lines = [f"{len(cache):,} pictures of {options.size} px are ready in {cache.folder} ({seconds:.1f} s)."]
    if cache.duplicates:
        lines.append(f"{cache.duplicates:,} are exact duplicates of others.")
    lines += [f"Skipped {each.path}: {each.reason}" for each in cache.skipped]
    return Outcome(facts, "\n".join(lines))


def prepared(text: str, size: int, color: str, crop: str, interrupt: Interrupt) -> "PictureCache":
    """The cache of a source, with a progress bar. Raises SourceError, Cancelled."""
    from core.data.prepare import prepare
    from core.data.sources import open_source

    with tqdm(unit="picture", disable=not sys.stderr.isatty(), dynamic_ncols=True, leave=False) as bar:

        def show(progress: "Progress") -> None:
            bar.set_description_str(progress.stage, refresh=False)
            bar.total = progress.total
            bar.update(progress.done - bar.n)

        return prepare(
            open_source(text),
            size=size,
            color=color,
            crop=crop,
            progress=show,
            cancelled=lambda: interrupt.control.stopping,
        )

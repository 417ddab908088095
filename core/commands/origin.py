"""Where a command takes its generator from."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import RunError

if TYPE_CHECKING:
    from core.models import Generator


def add_origin(sub: argparse.ArgumentParser) -> None:
    """--run DIR or --generator FILE, one of them required."""
    origin = sub.add_mutually_exclusive_group(required=True)
    origin.add_argument("--run", type=Path, metavar="DIR", help="a run: its newest good checkpoint")
    origin.add_argument("--generator", type=Path, metavar="FILE", help="a checkpoint or generator file")


def open_generator(options: argparse.Namespace) -> "tuple[Generator, Path]":
    """The generator that was asked for, and its file. Raises RunError."""
    from core import checkpoints, generators, runs

    path: Path | None = options.generator
    if path is None:
        run = runs.open_run(options.run)
        path = checkpoints.latest(run.checkpoint_folder)
        if path is None:
            raise RunError(f"{run.name} has no checkpoint yet. Train it for a while first.")
    return generators.load(path), path

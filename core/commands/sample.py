"""Draw faces with a trained generator."""

import argparse
from pathlib import Path

from core.commands.drawing import open_origin
from core.commands.faces import kind_of, seeded, write_faces
from core.commands.numbers import positive
from core.commands.origin import add_origin
from core.commands.outcome import Outcome

NAME = "sample"
ABOUT = "Draw faces with a trained generator."


def declare(sub: argparse.ArgumentParser) -> None:
    add_origin(sub)
    sub.add_argument("--count", type=positive, default=64, metavar="N", help="how many faces (64)")
    sub.add_argument(
        "--seed", type=int, default=0, metavar="S", help="the same seed gives the same faces (0)"
    )
    sub.add_argument(
        "--out", type=Path, required=True, metavar="PATH", help=".png sheet, .npy array, or a folder"
    )


def run(options: argparse.Namespace) -> Outcome:
    from core.export import square

    kind = kind_of(options.out)
    origin = open_origin(options)
    z = seeded(options.seed, options.count, origin.generator, kind)
    columns = square(options.count)
    sheet = origin.sheet(z if kind == ".png" else z[:1], -(-options.count // columns), columns)
    write_faces(options.out, kind, origin, z, sheet)
    facts = {
        "out": str(options.out),
        "count": options.count,
        "seed": options.seed,
        "checkpoint": str(origin.path),
    }
    return Outcome(facts, f"{options.count:,} faces of seed {options.seed} are in {options.out}.")

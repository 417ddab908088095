"""Draw faces with a trained generator."""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from core.commands.drawing import draw, open_origin
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
    import numpy as np

    from core.export import save, square
    from core.latent import z_of_seed
    from core.sheets import Sheet, save_sheet

    origin = open_origin(options)
    size = origin.generator.size
    z = z_of_seed(options.seed, origin.generator.latent_dim, options.count)
    pictures = np.empty((options.count, size, size, 3), np.uint8)
    with tqdm(total=options.count, unit="face", disable=not sys.stderr.isatty()) as bar:
        for index, picture in enumerate(draw(origin.generator, z)):
            pictures[index] = picture
            bar.update()
    if options.out.suffix.lower() == ".png" and not options.out.is_dir():
        columns = square(options.count)
        rows = -(-options.count // columns)
        config = origin.run.config.model_dump() if origin.run else None
        sheet = Sheet(z, rows, columns, digest=origin.facts.digest, generator=origin.title, config=config)
        save_sheet(options.out, pictures, sheet)
    else:
        save(pictures, options.out, text={"Seed": str(options.seed), "Generator": origin.path.name})
    facts = {
        "out": str(options.out),
        "count": options.count,
        "seed": options.seed,
        "checkpoint": str(origin.path),
    }
    return Outcome(facts, f"{options.count:,} faces of seed {options.seed} are in {options.out}.")

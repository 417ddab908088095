"""Draw faces with a trained generator."""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from core.commands.numbers import positive
from core.commands.origin import add_origin, open_generator
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

    from core.export import save
    from core.latent import decode, z_of_seed

    generator, path = open_generator(options)
    z = z_of_seed(options.seed, generator.latent_dim, options.count)
    with tqdm(total=options.count, unit="face", disable=not sys.stderr.isatty()) as bar:
        parts = []
        for first in range(0, options.count, 64):
            parts.append(decode(generator, z[first : first + 64]))
            bar.update(len(parts[-1]))
    pictures = np.concatenate(parts)
    save(pictures, options.out, text={"Seed": str(options.seed), "Generator": path.name})
    facts = {"out": str(options.out), "count": options.count, "seed": options.seed, "checkpoint": str(path)}
    return Outcome(facts, f"{options.count:,} faces of seed {options.seed} are in {options.out}.")

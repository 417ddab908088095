"""Turn faces into one another: a film, or a strip of pictures."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from core.commands.drawing import Origin, draw, open_origin, open_sheet
from core.commands.faces import write_sheet
from core.commands.filming import check_usage, film
from core.commands.numbers import whole
from core.commands.origin import add_origin
from core.commands.outcome import Outcome, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.timeline import Interpolation

NAME = "morph"
ABOUT = "Turn faces into one another: a film, or a strip of pictures."
_LONGEST = 3_600  # seconds


def declare(sub: argparse.ArgumentParser) -> None:
    add_origin(sub)
    faces = sub.add_mutually_exclusive_group(required=True)
    faces.add_argument("--seeds", type=_seeds, metavar="S,S,...", help="the faces by their seeds, in order")
    faces.add_argument("--sheet", type=Path, metavar="FILE.png", help="the faces of a sheet, in order")
    sub.add_argument("--seconds", type=float, default=8.0, metavar="S", help="of the film (8)")
    sub.add_argument("--fps", type=float, default=30.0, metavar="N", help="frames a second (30)")
    sub.add_argument(
        "--linear", action="store_true", help="the straight way between faces, not the round one"
    )
    sub.add_argument("--loop", action="store_true", help="end with the way back to the first face")
    sub.add_argument(
        "--scale", type=whole(1, 1_000), default=4, metavar="N", help="pixels to N x N pixels (4)"
    )
    sub.add_argument(
        "--count", type=whole(1, 10_000), default=12, metavar="N", help="pictures of a .png strip (12)"
    )
    sub.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=".mp4, .webp or .gif film, or .png strip"
    )


def run(options: argparse.Namespace) -> Outcome:
    from core.timeline import Timeline

    if not 0 < options.seconds <= _LONGEST:
        raise UsageError("morph: --seconds is more than 0 and at most an hour (3600)")
    strip = options.out.suffix.lower() == ".png"
    if not strip:
        check_usage(NAME, options.out, options.fps, options.scale)
    keyframes, origin = _keyframes(options)
    way: Interpolation = "linear" if options.linear else "spherical"
    timeline = Timeline(keyframes, options.seconds, way, options.loop)
    if strip:
        return _strip(options, origin, timeline.frames(options.count / options.seconds))
    z = timeline.frames(options.fps)
    facts = film(
        options.out,
        draw(origin.generator, z),
        len(z),
        fps=options.fps,
        scale=options.scale,
        loop=True,
    )
    facts |= {"generator": str(origin.path), "digest": origin.facts.digest, "keyframes": len(keyframes)}
    words = (
        f"A morph of {len(keyframes)} faces of {origin.title} ({len(z):,} frames, {facts['seconds']:.1f} s) "
        f"is in {options.out}."
    )
    return Outcome(facts, words)


def _keyframes(options: argparse.Namespace) -> "tuple[NDArray[np.float32], Origin]":
    import numpy as np

    from core.latent import z_of_seed

    if options.sheet:
        sheet, origin = open_sheet(options.sheet, options)
        return sheet.vectors, origin
    origin = open_origin(options)
    faces = [z_of_seed(seed, origin.generator.latent_dim) for seed in options.seeds]
    return np.concatenate(faces), origin


def _strip(options: argparse.Namespace, origin: Origin, z: "NDArray[np.float32]") -> Outcome:
    """The way in one row of pictures, which is a sheet like any other."""
    size_px = write_sheet(options.out, origin, origin.sheet(z, 1, len(z), scale=options.scale))
    facts = {
        "out": str(options.out),
        "frames": len(z),
        "size_px": list(size_px),
        "generator": str(origin.path),
        "digest": origin.facts.digest,
    }
    return Outcome(facts, f"A strip of {len(z)} faces of {origin.title} is in {options.out}.")


def _seeds(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            "write whole numbers with commas between them, as in 1,2,3"
        ) from None

"""Write faces, the generator alone, or the training as a film; the suffix of --out says what."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from core.commands.drawing import Origin, draw, open_origin, open_sheet
from core.commands.filming import film
from core.commands.interrupt import interruptible
from core.commands.numbers import positive
from core.commands.origin import add_origin
from core.commands.outcome import Outcome, UsageError
from core.errors import Cancelled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.sheets import Sheet

NAME = "export"
ABOUT = "Write faces, the generator alone, or the training as a film; the suffix of --out says what."
_FILMS = (".gif", ".webp", ".mp4")


def declare(sub: argparse.ArgumentParser) -> None:
    add_origin(sub)
    sub.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="PATH",
        help=".png sheet, .npy array or a folder of faces; .safetensors or .onnx generator; "
        "with --training .mp4, .webp or .gif film",
    )
    faces = sub.add_argument_group("faces")
    faces.add_argument("--seed", type=int, metavar="S", help="the same seed gives the same faces (0)")
    faces.add_argument("--truncation", type=float, metavar="T", help="below 1: plainer, safer faces (1)")
    faces.add_argument("--sheet", type=Path, metavar="FILE.png", help="the faces of a sheet again")
    faces.add_argument("--rows", type=positive, metavar="N", help="rows of faces (8)")
    faces.add_argument("--columns", type=positive, metavar="N", help="faces in a row (8)")
    faces.add_argument("--spacing", type=int, metavar="PX", help="between the faces of a sheet (2)")
    faces.add_argument(
        "--labels", action="store_true", default=None, help="number the faces of a sheet, from 0"
    )
    film = sub.add_argument_group("film of the training")
    film.add_argument("--training", action="store_true", help="the grids that the run drew, oldest first")
    film.add_argument("--fps", type=float, default=10.0, metavar="N", help="grids a second (10)")
    film.add_argument("--seconds", type=float, metavar="S", help="at most; grids are left out evenly")
    film.add_argument("--face", type=int, metavar="N", help="only this face of each grid, from 0, row by row")
    sub.add_argument("--scale", type=positive, metavar="N", help="pixels of a picture to N x N pixels (1)")


def run(options: argparse.Namespace) -> Outcome:
    suffix = "" if options.out.is_dir() else options.out.suffix.lower()
    _check_usage(options, suffix)
    if options.training:
        return _film(options)
    if suffix == ".safetensors":
        return _weights(options.out, open_origin(options))
    if suffix == ".onnx":
        return _onnx(options.out, open_origin(options))
    return _faces(options, suffix)


def _check_usage(options: argparse.Namespace, suffix: str) -> None:
    if options.training and options.run is None:
        raise UsageError("export: --training needs --run, since the film is made of the run's own pictures")
    if options.training != (suffix in _FILMS):
        hint = "use .mp4, .webp or .gif" if options.training else "add --training, or use the command morph"
        raise UsageError(f"export: {options.out}: {hint}")
    if suffix not in ("", ".png", ".npy", ".safetensors", ".onnx", *_FILMS):
        raise UsageError(
            f"export: {suffix} is not known; use .png, .npy, .safetensors, .onnx or a name without a suffix"
        )
    if options.sheet and (options.seed is not None or options.truncation is not None):
        raise UsageError("export: --sheet brings its own faces; leave out --seed and --truncation")


def _faces(options: argparse.Namespace, suffix: str) -> Outcome:
    from core import sheets
    from core.export import save_npy

    sheet, origin = _chosen(options)
    pictures = _drawn(origin, sheet)
    size_px = [origin.generator.size] * 2
    if suffix == ".png":
        sheets.save_sheet(options.out, pictures, sheet)
        size_px = list(sheets.extent(origin.generator.size, sheet)[:2])
    elif suffix == ".npy":
        save_npy(options.out, pictures)
    else:
        sheets.save_faces(options.out, pictures, sheet)
        size_px = [side * sheet.scale for side in size_px]
    facts = _facts(options.out, origin) | {
        "faces": len(pictures),
        "rows": sheet.rows,
        "columns": sheet.columns,
        "truncation": sheet.truncation,
        "size_px": size_px,
    }
    return Outcome(facts, f"{len(pictures):,} faces of {origin.title} are in {options.out}.")


def _chosen(options: argparse.Namespace) -> "tuple[Sheet, Origin]":
    """The sheet that the options describe, and its generator."""
    from core.latent import z_of_seed
    from core.sheets import Sheet

    names = ("rows", "columns", "spacing", "scale", "labels")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if options.sheet:
        sheet, origin = open_sheet(options.sheet, options)
        return replace(sheet, **given), origin
    origin = open_origin(options)
    layout = {"rows": 8, "columns": 8} | given
    sheet = Sheet(
        z=z_of_seed(options.seed or 0, origin.generator.latent_dim, layout["rows"] * layout["columns"]),
        truncation=1.0 if options.truncation is None else options.truncation,
        digest=origin.facts.digest,
        generator=origin.title,
        config=origin.run.config.model_dump() if origin.run else None,
        **layout,
    )
    return sheet, origin


def _drawn(origin: Origin, sheet: "Sheet") -> "NDArray[np.uint8]":
    import numpy as np

    size = origin.generator.size
    pictures = np.empty((len(sheet.z), size, size, 3), np.uint8)
    with (
        interruptible() as interrupt,
        tqdm(total=len(pictures), unit="face", disable=not sys.stderr.isatty()) as bar,
    ):
        for index, picture in enumerate(draw(origin.generator, sheet.vectors)):
            if interrupt.control.stopping:
                raise Cancelled("Cancelled; nothing was written.")
            pictures[index] = picture
            bar.update()
    return pictures


def _weights(out: Path, origin: Origin) -> Outcome:
    from core import generators
    from core.model_card import write_card

    facts = generators.save(
        out, origin.generator, name=origin.facts.name, step=origin.facts.step, about=_about(origin)
    )
    card = out.with_suffix(".md")
    write_card(card, facts, out)
    return Outcome(
        _facts(out, origin) | {"card": str(card), "bytes": out.stat().st_size},
        f"The generator of {origin.title} is in {out}, and what it is in {card}.",
    )


def _about(origin: Origin) -> dict[str, str]:
    from core.model_card import about_run

    return origin.facts.about if origin.run is None else about_run(origin.run)


def _onnx(out: Path, origin: Origin) -> Outcome:
    from core.onnx_export import OPSET, save_onnx

    check = save_onnx(out, origin.generator, name=origin.title)
    facts = _facts(out, origin) | {
        "opset": OPSET,
        "max_difference": check.max_difference,
        "checked": check.checked,
        "bytes": out.stat().st_size,
    }
    words = (
        f"The generator of {origin.title} is in {out}: {check.checked} pictures differ from torch's by "
        f"{check.max_difference:.1g} at most."
    )
    return Outcome(facts, words)


def _film(options: argparse.Namespace) -> Outcome:
    from core import runs
    from core.films.training import frames_of
    from core.films.writing import check_film

    scale = options.scale or 1
    check_film(options.out.suffix.lower(), options.fps, scale)
    most = None
    if options.seconds is not None:
        if not 0 < options.seconds <= 3_600:
            raise UsageError("export: --seconds is more than 0 and at most an hour (3600)")
        most = max(1, round(options.seconds * options.fps))
    trained = runs.open_run(options.run)
    count, frames = frames_of(trained, face=options.face, most=most)
    facts = film(options.out, frames, count, fps=options.fps, scale=scale, loop=True)
    length = f"{count:,} moments, {facts['seconds']:.1f} s"
    words = f"The training of {trained.name} ({length}) is in {options.out}."
    return Outcome(facts | {"run": str(trained.folder)}, words)


def _facts(out: Path, origin: Origin) -> dict[str, Any]:
    return {"out": str(out), "generator": str(origin.path), "digest": origin.facts.digest}

"""Write faces, the generator, a run's curves or its training as a film; the suffix of --out says what."""

import argparse
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.commands.drawing import Origin, open_origin, open_sheet
from core.commands.faces import kind_of, seeded, write_faces
from core.commands.filming import check_usage, film
from core.commands.interrupt import interruptible
from core.commands.numbers import truncation, whole
from core.commands.origin import add_origin
from core.commands.outcome import Outcome, UsageError
from core.errors import RunError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.sheets import Sheet

NAME = "export"
ABOUT = "Write faces, the generator, a run's curves or its training as a film; the suffix of --out says what."


def declare(sub: argparse.ArgumentParser) -> None:
    add_origin(sub)
    sub.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="PATH",
        help=".png sheet, .npy array or a folder of faces; .safetensors or .onnx generator; "
        "with --curves .csv table or a folder for TensorBoard; with --training .mp4, .webp or .gif film",
    )
    faces = sub.add_argument_group("faces")
    faces.add_argument("--seed", type=int, metavar="S", help="the same seed gives the same faces (0)")
    faces.add_argument("--truncation", type=truncation, metavar="T", help="below 1: plainer, safer faces (1)")
    faces.add_argument("--sheet", type=Path, metavar="FILE.png", help="the faces of a sheet again")
    faces.add_argument("--rows", type=whole(1, 10_000), metavar="N", help="rows of faces (8)")
    faces.add_argument("--columns", type=whole(1, 10_000), metavar="N", help="faces in a row (8)")
    faces.add_argument(
        "--spacing", type=whole(0, 1_000), metavar="PX", help="between the faces of a sheet (2)"
    )
    faces.add_argument(
        "--labels", action="store_true", default=None, help="number the faces of a sheet, from 0"
    )
    curves = sub.add_argument_group("curves")
    curves.add_argument(
        "--curves", action="store_true", help="every number that the run has recorded, by step"
    )
    film = sub.add_argument_group("film of the training")
    film.add_argument("--training", action="store_true", help="the grids that the run drew, oldest first")
    film.add_argument("--fps", type=float, default=10.0, metavar="N", help="grids a second (10)")
    film.add_argument("--seconds", type=float, metavar="S", help="at most; grids are left out evenly")
    film.add_argument("--face", type=int, metavar="N", help="only this face of each grid, from 0, row by row")
    sub.add_argument(
        "--scale", type=whole(1, 1_000), metavar="N", help="pixels of a picture to N x N pixels (1)"
    )


def run(options: argparse.Namespace) -> Outcome:
    suffix = "" if options.out.is_dir() else options.out.suffix.lower()
    _check_usage(options, suffix)
    if options.training:
        return _film(options)
    if options.curves:
        return _curves(options, suffix)
    if suffix == ".safetensors":
        return _weights(options.out, open_origin(options))
    if suffix == ".onnx":
        return _onnx(options.out, open_origin(options))
    return _faces(options)


def _check_usage(options: argparse.Namespace, suffix: str) -> None:
    from core.films.writing import FORMATS

    if options.training and options.run is None:
        raise UsageError("export: --training needs --run, since the film is made of the run's own pictures")
    if options.curves and options.run is None:
        raise UsageError("export: --curves needs --run, since a generator has none")
    if options.curves and options.training:
        raise UsageError("export: choose one of --curves and --training")
    if options.curves and suffix not in ("", ".csv"):
        raise UsageError("export: --curves writes a .csv or, for TensorBoard, a folder")
    if suffix == ".csv" and not options.curves:
        raise UsageError(f"export: {options.out}: add --curves")
    if options.training:
        check_usage(NAME, options.out, options.fps, options.scale or 1)
    elif suffix in FORMATS:
        raise UsageError(f"export: {options.out}: add --training, or use the command morph")
    if suffix not in ("", ".png", ".npy", ".safetensors", ".onnx", ".csv", *FORMATS):
        raise UsageError(
            f"export: {suffix} is not known; use .png, .npy, .safetensors, .onnx or a name without a suffix"
        )
    if options.sheet and (options.seed is not None or options.truncation is not None):
        raise UsageError("export: --sheet brings its own faces; leave out --seed and --truncation")


def _faces(options: argparse.Namespace) -> Outcome:
    kind = kind_of(options.out)
    z, like, origin = _chosen(options, kind)
    size_px = write_faces(options.out, kind, origin, z, like)
    facts = _facts(options.out, origin) | {
        "faces": len(z),
        "rows": like.rows,
        "columns": like.columns,
        "truncation": like.truncation,
        "size_px": list(size_px),
    }
    return Outcome(facts, f"{len(z):,} faces of {origin.title} are in {options.out}.")


def _chosen(options: argparse.Namespace, kind: str) -> "tuple[NDArray[np.float32], Sheet, Origin]":
    """The faces that the options describe, how they are laid out, and their generator."""
    names = ("rows", "columns", "spacing", "scale", "labels")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if options.sheet:
        sheet, origin = open_sheet(options.sheet, options)
        return sheet.z, replace(sheet, **given), origin
    origin = open_origin(options)
    look = {"rows": 8, "columns": 8, "truncation": 1.0} | given
    if options.truncation is not None:
        look["truncation"] = options.truncation
    z = seeded(options.seed or 0, look["rows"] * look["columns"], origin.generator, kind)
    return z, origin.sheet(z if kind == ".png" else z[:1], **look), origin


def _weights(out: Path, origin: Origin) -> Outcome:
    from core.model_card import about_run, save_with_card

    about = origin.facts.about if origin.run is None else about_run(origin.run)
    card = save_with_card(out, origin.generator, name=origin.facts.name, step=origin.facts.step, about=about)
    return Outcome(
        _facts(out, origin) | {"card": str(card), "bytes": out.stat().st_size},
        f"The generator of {origin.title} is in {out}, and what it is in {card}.",
    )


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


def _curves(options: argparse.Namespace, suffix: str) -> Outcome:
    from core import runs
    from core.curves import read_curves, save_csv
    from core.tensorboard import save_events

    trained = runs.open_run(options.run)
    curves = read_curves(trained)
    if not len(curves.steps):
        raise RunError(f"{trained.name} has no numbers yet. Train it for a while first.")
    if suffix:
        save_csv(options.out, [(trained.name, curves)], named=False)
        out, how = options.out, ""
    else:
        with interruptible() as interrupt:
            out = save_events(options.out, trained, curves, cancelled=lambda: interrupt.control.stopping)
        how = f" See them with: tensorboard --logdir {shlex.quote(str(options.out))}"
    facts = {
        "out": str(out),
        "run": str(trained.folder),
        "steps": len(curves.steps),
        "numbers": list(curves.columns),
    }
    words = f"The curves of {trained.name} ({len(curves.steps):,} steps) are in {out}.{how}"
    return Outcome(facts, words)


def _film(options: argparse.Namespace) -> Outcome:
    from core import runs
    from core.films.training import frames_of

    most = None
    if options.seconds is not None:
        if not 0 < options.seconds <= 3_600:
            raise UsageError("export: --seconds is more than 0 and at most an hour (3600)")
        most = max(1, round(options.seconds * options.fps))
    trained = runs.open_run(options.run)
    count, frames = frames_of(trained, face=options.face, most=most)
    facts = film(options.out, frames, count, fps=options.fps, scale=options.scale or 1, loop=True)
    length = f"{count:,} moments, {facts['seconds']:.1f} s"
    words = f"The training of {trained.name} ({length}) is in {options.out}."
    return Outcome(facts | {"run": str(trained.folder)}, words)


def _facts(out: Path, origin: Origin) -> dict[str, Any]:
    return {"out": str(out), "generator": str(origin.path), "digest": origin.facts.digest}

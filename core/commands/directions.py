"""Find directions that change a face in one respect, and draw what they do."""

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from core.commands.drawing import Origin, open_origin
from core.commands.faces import write_sheet
from core.commands.interrupt import Interrupt, interruptible
from core.commands.numbers import positive
from core.commands.origin import add_origin
from core.commands.outcome import Outcome, UsageError
from core.commands.prepare import prepared
from core.errors import RunError

if TYPE_CHECKING:
    from core.directions.direction import Direction
    from core.directions.lessons import Lesson

NAME = "directions"
ABOUT = "Find directions that change a face in one respect, and draw what they do."
_STOPS = (-3, -2, -1, 0, 1, 2, 3)


def declare(sub: argparse.ArgumentParser) -> None:
    add_origin(sub)
    sub.add_argument(
        "--principal", type=positive, metavar="N", help="principal directions, GANSpace (10 if none is asked)"
    )
    sub.add_argument("--closed-form", type=positive, metavar="N", help="from the first layer alone, SeFa")
    sub.add_argument(
        "--label",
        action="append",
        default=[],
        metavar="NAME",
        help="learn a label of the run's pictures, such as glasses; may be repeated",
    )
    sub.add_argument("--out", type=Path, metavar="FILE.json", help="write the directions")
    sub.add_argument("--sheet", type=Path, metavar="FILE.png", help="draw a face moved along each, -3 to 3")
    sub.add_argument("--seed", type=int, default=0, metavar="S", help="the face of the sheet (0)")


@dataclass(slots=True)
class _Found:
    directions: "list[Direction]" = field(default_factory=list)
    lessons: "dict[str, Lesson]" = field(default_factory=dict)  # by the direction's name
    failed: list[dict[str, str]] = field(default_factory=list)


def run(options: argparse.Namespace) -> Outcome:
    from core.keepsakes.store import write_directions

    for path, suffix in ((options.out, ".json"), (options.sheet, ".png")):
        if path is not None and path.suffix.lower() != suffix:
            raise UsageError(f"directions: {path.name} must end in {suffix}")
    origin = open_origin(options)
    found = _find(options, origin)
    if options.out:
        write_directions(options.out, found.directions)
    if options.sheet:
        _draw_sheet(options, origin, found.directions)
    facts: dict[str, Any] = {
        "generator": str(origin.path),
        "digest": origin.facts.digest,
        "directions": [_facts(each, found.lessons.get(each.name)) for each in found.directions],
        "failed": found.failed,
        "out": str(options.out) if options.out else None,
        "sheet": str(options.sheet) if options.sheet else None,
    }
    return Outcome(facts, _words(options, origin, found))


def _find(options: argparse.Namespace, origin: Origin) -> _Found:
    from core.directions.unsupervised import closed_form, principal

    found = _Found()
    if options.principal or not (options.closed_form or options.label):
        found.directions += principal(origin.generator, options.principal or 10)
    if options.closed_form:
        found.directions += closed_form(origin.generator, options.closed_form)
    if options.label:
        with interruptible() as interrupt:
            _learn(options.label, origin, found, interrupt)
    if not found.directions:
        reasons = " ".join(each["reason"] for each in found.failed)
        raise RunError(reasons or f"{origin.title} draws one face whatever its z is. Choose another one.")
    return found


def _learn(labels: list[str], origin: Origin, found: _Found, interrupt: Interrupt) -> None:
    from core.data.prepared import find_prepared
    from core.directions.lessons import Lesson, learn_labels
    from core.runs import CHECKPOINT_NAME

    if origin.run is None or not CHECKPOINT_NAME.fullmatch(origin.path.name):
        raise RunError(
            "Labels are learned with a run's discriminator and pictures. Name a run with --run, or one of "
            "its checkpoints with --generator."
        )
    config = origin.run.config
    cache = find_prepared(origin.run.source_digest)
    if cache is None:
        cache = prepared(origin.run.source, config.size, config.color, config.crop, interrupt)
    with tqdm(unit="face", disable=not sys.stderr.isatty(), dynamic_ncols=True, leave=False) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        names = list(dict.fromkeys(labels))
        stopping = lambda: interrupt.control.stopping  # noqa: E731
        lessons = learn_labels(origin.path, cache, names, progress=show, cancelled=stopping)
    for name, lesson in zip(names, lessons, strict=True):
        if isinstance(lesson, Lesson):
            found.directions.append(lesson.direction)
            found.lessons[name] = lesson
        else:
            found.failed.append({"label": name, "reason": str(lesson)})


def _draw_sheet(options: argparse.Namespace, origin: Origin, directions: "list[Direction]") -> None:
    import numpy as np

    from core.latent import z_of_seed

    face = z_of_seed(options.seed, origin.generator.latent_dim)[0]
    z = np.stack(
        [face + (stop - float(face @ each.vector)) * each.vector for each in directions for stop in _STOPS]
    ).astype(np.float32)
    captions = [each.name if stop == 0 else f"{stop:+d}" for each in directions for stop in _STOPS]
    scale = max(1, 128 // origin.generator.size)
    sheet = origin.sheet(z, len(directions), len(_STOPS), scale=scale, labels=True)
    write_sheet(options.sheet, origin, sheet, captions)


def _facts(direction: "Direction", lesson: "Lesson | None") -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": direction.name,
        "kind": direction.kind,
        "strength": direction.strength,
        "accuracy": direction.accuracy,
        "interval": direction.interval,
        "examples": direction.examples,
        "better_than_chance": direction.better_than_chance,
    }
    if lesson is not None:
        facts |= {
            "on_pictures": lesson.on_pictures,
            "on_pictures_interval": lesson.on_pictures_interval,
            "shown": lesson.shown,
        }
    return facts


def _words(options: argparse.Namespace, origin: Origin, found: _Found) -> str:
    lines = [f"Directions of {origin.title}:"]
    for each in found.directions:
        line = f"  {each.name:24} {each.kind:12}"
        if each.strength is not None:
            line += f" {each.strength:6.1%} of the first layer's variance"
        if each.accuracy is not None and each.interval is not None:
            low, high = each.interval
            line += f" {each.accuracy:6.1%} balanced accuracy ({low:.1%} to {high:.1%})"
            line += "" if each.better_than_chance else ", no better than chance"
        if each.name in found.lessons:
            line += f", {found.lessons[each.name].on_pictures:.1%} on real pictures"
        lines.append(line)
    lines += [each["reason"] for each in found.failed]
    lines += [f"Written to {path}." for path in (options.out, options.sheet) if path]
    return "\n".join(lines)

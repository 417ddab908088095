"""What was measured of a run, kept in its folder, and the checkpoint that is best by it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from core.commit import put
from core.events import Measured, ScoreHistogram
from core.journal import Row
from core.runs import Run


def row_of(measured: Measured) -> Row:
    """A measurement as a line of measures.jsonl."""
    return asdict(measured)


def measured_of(row: Mapping[str, Any]) -> Measured | None:
    """The measurement in a line of measures.jsonl; None if it is not one."""
    known = {field.name for field in fields(Measured)}
    try:
        scores = ScoreHistogram(**{name: tuple(values) for name, values in row["scores"].items()})
        facts = {name: value for name, value in row.items() if name in known}
        return Measured(**facts | {"scores": scores})
    except (KeyError, TypeError, AttributeError):
        return None


def measures(run: Run) -> list[Measured]:
    """Everything that was measured of a run, by step."""
    found = (measured_of(row) for row in run.measures())
    return [each for each in found if each is not None]


def best(run: Run) -> Measured | None:
    """What was measured of the best checkpoint; None if there is none."""
    checkpoint = run.best_checkpoint()
    if checkpoint is None:
        return None
    return next((each for each in measures(run) if each.step == checkpoint[0]), None)


def mark_best(run: Run, measured: Measured, checkpoint: Path) -> None:
    """Make this the run's best checkpoint: `retention` keeps it, and a return leads to it."""
    facts = {
        "step": measured.step,
        "checkpoint": checkpoint.name,
        "coverage": measured.coverage,
        "kid": measured.kid,
    }
    text = json.dumps(facts, indent=2) + "\n"
    put(run.folder / "best.json", lambda file: file.write(text.encode()))

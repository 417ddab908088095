"""The numbers of logged steps, as lines of a run's metrics."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from core.events import ScoreHistogram, Step
from core.journal import Row, known

_NUMBERS = [field.name for field in fields(Step) if field.name != "scores"]


def row_of(step: Step) -> Row:
    """A step as a line of metrics/*.jsonl, with histograms if it has some."""
    row = asdict(step)
    if step.scores is None:
        del row["scores"]
    return row


def step_of(row: Mapping[str, Any]) -> Step | None:
    """The step in a line of metrics/*.jsonl; None if it is not one. Numbers that it does not say are NaN."""
    try:
        return Step(**known(row, _NUMBERS), scores=_scores(row.get("scores")))
    except TypeError:
        return None


def _scores(found: Any) -> ScoreHistogram | None:
    """Histograms as a line has them; None if it has none that can be drawn."""
    try:
        low, high, real, fake = found["low"], found["high"], tuple(found["real"]), tuple(found["fake"])
        drawable = low < high and len(real) == len(fake) > 0 and min(real + fake) >= 0
    except (KeyError, TypeError):
        return None
    return ScoreHistogram(low, high, real, fake) if drawable else None

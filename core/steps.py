"""The numbers of logged steps, as lines of a run's metrics."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from math import isfinite
from typing import Any

from core.events import ScoreHistogram, Step
from core.journal import Row, known

_NUMBERS = [field.name for field in fields(Step) if field.name != "scores"]
_MOST_BINS = 1000


def row_of(step: Step) -> Row:
    """A step as a line of metrics/*.jsonl, with histograms if it has some."""
    row = {name: getattr(step, name) for name in _NUMBERS}
    return row if step.scores is None else row | {"scores": asdict(step.scores)}


def step_of(row: Mapping[str, Any]) -> Step | None:
    """The step in a line of metrics/*.jsonl; None if it is not one. Numbers that are null there are NaN."""
    try:
        numbers = {name: float(value) for name, value in known(row, _NUMBERS).items()}
        step, epoch = int(numbers.pop("step")), int(numbers.pop("epoch"))
        return Step(step, epoch, **numbers, scores=_scores(row.get("scores")))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _scores(found: Any) -> ScoreHistogram | None:
    """Histograms as a line has them; None if it has none that can be drawn."""
    try:
        low, high, real, fake = found["low"], found["high"], tuple(found["real"]), tuple(found["fake"])
        drawable = isfinite(high - low) and low < high and 0 < len(real) == len(fake) <= _MOST_BINS
    except (KeyError, TypeError):
        return None
    whole = all(type(each) is int and 0 <= each < 2**31 for each in real + fake)
    return ScoreHistogram(low, high, real, fake) if drawable and whole else None

"""What several measurements of the same come to."""

from collections.abc import Sequence
from statistics import median


def spread(values: Sequence[float], digits: int = 3) -> dict[str, float]:
    """Median, least and most of at least one value, rounded."""
    found = {"median": median(values), "least": min(values), "most": max(values)}
    return {name: round(value, digits) for name, value in found.items()}


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many in a hundred do not exceed, of at least one."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]

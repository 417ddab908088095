"""How the discriminator judges real and generated pictures, as two histograms."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.events import ScoreHistogram

BINS = 20


def score_histogram(
    real: NDArray[np.float64], fake: NDArray[np.float64], *, critic: bool = False
) -> ScoreHistogram:
    """D's verdicts on real and on generated pictures, (n,) each: finite probabilities, from 0 to 1.

    critic: they are a Wasserstein critic's raw scores; the histogram goes from the least to the highest.
    """
    low, high = _range(real, fake) if critic else (0.0, 1.0)
    return _counted(low, high, *(_counts(each, low, high) for each in (real, fake)))


def add_up(histograms: Sequence[ScoreHistogram]) -> ScoreHistogram:
    """One histogram of all, of which there is at least one. It is exact where they have the same bins; else
    each score counts as the middle of its bin.
    """
    low, high = min(each.low for each in histograms), max(each.high for each in histograms)
    sides = [each.real for each in histograms], [each.fake for each in histograms]
    if len({(each.low, each.high, len(each.real)) for each in histograms}) == 1:
        return _counted(low, high, *(np.sum(side, axis=0) for side in sides))
    middles = np.concatenate([_middles(each) for each in histograms])
    return _counted(low, high, *(_counts(middles, low, high, np.concatenate(side)) for side in sides))


def _counted(low: float, high: float, real: NDArray[np.int64], fake: NDArray[np.int64]) -> ScoreHistogram:
    return ScoreHistogram(low, high, tuple(real.tolist()), tuple(fake.tolist()))


def _counts(
    scores: NDArray[np.float64], low: float, high: float, weights: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """How many scores, of which each may count several times, fall into each bin: (BINS,)."""
    at = ((scores - low) / (high - low) * BINS).astype(np.int64).clip(0, BINS - 1)
    return np.bincount(at, weights, BINS).astype(np.int64)


def _middles(histogram: ScoreHistogram) -> NDArray[np.float64]:
    edges = np.linspace(histogram.low, histogram.high, len(histogram.real) + 1)
    middles: NDArray[np.float64] = (edges[1:] + edges[:-1]) / 2
    return middles


def _range(real: NDArray[np.float64], fake: NDArray[np.float64]) -> tuple[float, float]:
    """The least and the highest score; never empty."""
    every = np.concatenate([real, fake])
    low, high = float(every.min()), float(every.max())
    return (low, high) if low < high else (low - 0.5, high + 0.5)

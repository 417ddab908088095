"""How the discriminator judges a batch of real and of generated pictures, as two histograms."""

import numpy as np
import torch
from numpy.typing import NDArray

from core.events import ScoreHistogram
from core.losses import Loss, probabilities

_BINS = 20


def score_histogram(loss: Loss, real: NDArray[np.float64], fake: NDArray[np.float64]) -> ScoreHistogram:
    """D's scores of real and of generated pictures, (n,) each, in 20 bins of equal width.

    Edges are probabilities from 0 to 1, or for the Wasserstein loss a critic's raw scores, from the least to
    the highest.
    """
    shown = _shown(loss, real), _shown(loss, fake)
    low, high = (0.0, 1.0) if loss != "wgan-gp" else _range(shown)
    edges = np.linspace(low, high, _BINS + 1)
    counts = [np.histogram(each.clip(low, high), edges)[0] for each in shown]
    return ScoreHistogram(*(tuple(each.tolist()) for each in (edges, *counts)))


def _shown(loss: Loss, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    known = torch.from_numpy(scores)
    shown = known if loss == "wgan-gp" else probabilities(loss, known)
    drawable: NDArray[np.float64] = np.nan_to_num(shown.numpy())
    return drawable


def _range(scores: tuple[NDArray[np.float64], ...]) -> tuple[float, float]:
    """The least and the highest score; never empty."""
    every = np.concatenate(scores)
    low, high = float(every.min()), float(every.max())
    return (low, high) if low < high else (low - 0.5, high + 0.5)

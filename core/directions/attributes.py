"""Directions that make a face have more or less of something, learned from answers of yes and no."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.directions.direction import Direction, unit
from core.errors import StudioError

FEWEST = 5  # of each answer
_FOLDS = 5
# Inverse strength of the L2 penalty. With z of 100 normal numbers and 20 to 2,000 answers, clear or noisy,
# even or 15 % yes, the direction's cosine with the true one is within .04 of what the best strength gives.
_C = 0.02
_Z95 = 1.959964


def learn(z: NDArray[np.float32], answers: ArrayLike, name: str) -> Direction:
    """The direction from no to yes: the normal of a logistic regression on z, both answers weighing the same.

    z: (n, latent_dim); answers: (n,) of yes and no. `accuracy` is balanced (the mean of the shares of yes and
    of no that are told right, so chance is a half) and cross-validated in up to five stratified parts.
    `interval` is its 95 % interval: Newcombe's hybrid (1998, doi:10.1002/sim.779) of two Wilson intervals.
    Raises StudioError if there are fewer than five of either answer.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    yes = np.asarray(answers, bool)
    check_enough(yes)
    model = LogisticRegression(C=_C, class_weight="balanced", max_iter=1000)
    parts = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    told = np.asarray(cross_val_predict(model, z, yes, cv=parts), bool)
    accuracy, interval = balanced_accuracy(yes, told)
    normal = model.fit(z, yes).coef_[0]
    return Direction(name, "attribute", unit(normal), None, accuracy, interval, len(yes))


def check_enough(yes: NDArray[np.bool_]) -> None:
    """Raises StudioError if a direction cannot be learned from these answers."""
    counts = int(yes.sum()), int((~yes).sum())
    if min(counts) < FEWEST:
        raise StudioError(
            f"{counts[0]} yes and {counts[1]} no are too few: a direction needs at least {FEWEST} of each. "
            "Answer for more faces."
        )


def balanced_accuracy(yes: NDArray[np.bool_], told: NDArray[np.bool_]) -> tuple[float, tuple[float, float]]:
    """The mean of both answers' shares that are told right, and its 95 % interval."""
    shares = [
        _wilson(int((told == yes)[yes == answer].sum()), int((yes == answer).sum()))
        for answer in (True, False)
    ]
    accuracy = sum(share for share, _, _ in shares) / 2
    below = sqrt(sum((share - low) ** 2 for share, low, _ in shares)) / 2
    above = sqrt(sum((high - share) ** 2 for share, _, high in shares)) / 2
    return accuracy, (max(0.0, accuracy - below), min(1.0, accuracy + above))


def _wilson(right: int, count: int) -> tuple[float, float, float]:
    """A share and the ends of its 95 % interval (Wilson 1927)."""
    share, z2 = right / count, _Z95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z95 * sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return share, middle - half, middle + half

"""The arithmetic behind the plots: numbers that grow, smoothing, and what a screen can show of them."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

SMOOTHING = 0.9  # weight of the past in the smoothed line, per logged number
BLOCK = 128
# Within a block y_i = s^(i+1) past + (1 - s) sum_j s^(i-j) x_j.
_POWERS = SMOOTHING ** np.arange(1, BLOCK + 1)
_MIXING = np.tril(
    (1 - SMOOTHING) * SMOOTHING ** np.subtract.outer(np.arange(BLOCK), np.arange(BLOCK)).clip(0)
)


Cells: TypeAlias = NDArray[np.float64]


class Table:
    """Numbers in columns that grow by doubling, so that a million appends cost a million writes."""

    def __init__(self, width: int) -> None:
        self._cells = np.empty((width, 1024))
        self.count = 0

    def append(self, cells: NDArray[np.float64]) -> None:
        """cells: (width, n)."""
        needed = self.count + cells.shape[1]
        if needed > self._cells.shape[1]:
            grown = np.empty((len(self._cells), max(needed, 2 * self._cells.shape[1])))
            grown[:, : self.count] = self._cells[:, : self.count]
            self._cells = grown
        self._cells[:, self.count : needed] = cells
        self.count = needed

    def column(self, index: int) -> NDArray[np.float64]:
        """A view, valid until the next append."""
        view: NDArray[np.float64] = self._cells[index, : self.count]
        return view

    def keep(self, count: int) -> None:
        """Forget all but the first `count` rows."""
        self.count = min(self.count, count)


def cells(numbers: NDArray[np.float64], past: NDArray[np.float64] | None = None, count: int = 0) -> Cells:
    """numbers: (1 + k, n), the steps and k rows of raw values -> (1 + 2 k, n), steps, raw, smoothed, raw, ...

    past: (k,), what the smoothed lines ended with after `count` earlier numbers.
    """
    raw = numbers[1:]
    made = np.empty((1 + 2 * len(raw), numbers.shape[1]))
    made[0] = numbers[0]
    made[1::2] = raw
    if raw.shape[1]:
        made[2::2] = smoothed(raw, raw[:, 0] if past is None else past, count)
    return made


def smoothed(raw: NDArray[np.float64], past: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """The exponential mean of each row of raw (k, n) after `count` earlier numbers whose mean is past (k,).

    At first it is the plain mean, so that the line does not cling to the first number. Where a number is
    missing (NaN) or infinite, the mean stays what it was; it is NaN before the first number.
    """
    if np.isfinite(raw).all() and np.isfinite(past).all():
        return _smoothed(raw, past, count)
    return np.stack([_with_gaps(row, before, count) for row, before in zip(raw, past, strict=True)])


def _with_gaps(raw: NDArray[np.float64], past: float, count: int) -> NDArray[np.float64]:
    there = np.isfinite(raw)
    known = raw[there]
    result = np.full(len(raw), past)
    if len(known):
        start, earlier = (past, count) if np.isfinite(past) else (known[0], 0)
        means = _smoothed(known[None], np.array([start]), earlier)[0]
        so_far = np.cumsum(there)
        result[so_far > 0] = means[so_far[so_far > 0] - 1]
    return result


def _smoothed(raw: NDArray[np.float64], past: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    result = np.empty_like(raw)
    weights = np.maximum(1 - SMOOTHING, 1 / (np.arange(count, count + raw.shape[1]) + 1))
    position = 0
    while position < raw.shape[1] and weights[position] > 1 - SMOOTHING:
        past = past + weights[position] * (raw[:, position] - past)
        result[:, position] = past
        position += 1
    # The rest in blocks, which keeps a long run's opening quick.
    while position < raw.shape[1]:
        block = raw[:, position : position + BLOCK]
        n = block.shape[1]
        result[:, position : position + n] = past[:, None] * _POWERS[:n] + block @ _MIXING[:n, :n].T
        past = result[:, position + n - 1]
        position += n
    return result


def envelope(
    x: NDArray[np.float64], y: NDArray[np.float64], most: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """At most about `most` points that look the same: the least and the greatest of each stretch.

    NaN where a whole stretch is.
    """
    stride = 2 * len(x) // most
    if stride < 2:
        return x, y
    whole = len(x) // stride * stride
    parts = y[:whole].reshape(-1, stride)
    both = np.stack([np.fmin.reduce(parts, axis=1), np.fmax.reduce(parts, axis=1)], axis=1).reshape(-1)
    at = np.repeat(x[:whole:stride], 2)
    return np.concatenate([at, x[whole:]]), np.concatenate([both, y[whole:]])


def nearest(steps: NDArray[np.float64], step: float) -> int:
    """The index of the number nearest to a step; steps ascend and there is at least one."""
    after = min(int(np.searchsorted(steps, step)), len(steps) - 1)
    before = max(0, after - 1)
    return before if step - steps[before] < steps[after] - step else after

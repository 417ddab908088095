"""Batches as a pure function of (seed, step): any step's pictures can be had without the steps before it."""

import numpy as np
from numpy.typing import NDArray

from core import draws
from core.errors import ConfigError


def check_enough(count: int, batch_size: int) -> None:
    """Raises ConfigError if the pictures do not fill one batch."""
    if count < batch_size:
        raise ConfigError(
            f"batch_size: {batch_size} pictures are needed, {count} were found. "
            "Lower batch_size or add pictures."
        )


class Batches:
    """Shuffled batches of prepared pictures; an epoch's last incomplete batch is left out."""

    def __init__(self, pictures: NDArray[np.uint8], batch_size: int, seed: int, *, flip: bool) -> None:
        """pictures: (n, size, size, channels) uint8. Raises ConfigError if n is below `batch_size`."""
        check_enough(len(pictures), batch_size)
        self._pictures, self._batch_size, self._seed, self._flip = pictures, batch_size, seed, flip
        self.steps_per_epoch = len(pictures) // batch_size
        self._order: tuple[int, NDArray[np.int64]] = (-1, np.empty(0, np.int64))

    def epoch(self, step: int) -> int:
        """The epoch, counted from 1, that step (counted from 1) belongs to."""
        return (step - 1) // self.steps_per_epoch + 1

    def batch(self, step: int) -> NDArray[np.uint8]:
        """The pictures of a step (from 1): an owned (batch_size, size, size, channels) uint8 array."""
        epoch = self.epoch(step)
        if self._order[0] != epoch:
            self._order = epoch, draws.permutation(self._seed, "shuffle", epoch, len(self._pictures))
        first = (step - 1) % self.steps_per_epoch * self._batch_size
        chosen = self._order[1][first : first + self._batch_size]
        pictures = self._pictures[chosen]
        if self._flip:
            mirrored = draws.stream(self._seed, "flip", step).random(self._batch_size) < 0.5
            pictures[mirrored] = pictures[mirrored, :, ::-1]
        return pictures

"""Batches as a pure function of (seed, step): any step's pictures can be had without the steps before it."""

import numpy as np
from numpy.typing import NDArray

from core import draws
from core.data.paging import Pages
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

    def __init__(self, pictures: NDArray[np.uint8], batch_size: int, seed: int) -> None:
        """pictures: (n, size, size, channels) uint8. Raises ConfigError if n is below `batch_size`."""
        check_enough(len(pictures), batch_size)
        self.pictures, self._batch_size, self._seed = pictures, batch_size, seed
        self.steps_per_epoch = len(pictures) // batch_size
        self._pages = Pages(pictures)
        self._orders: dict[
            int, tuple[int, NDArray[np.int64]]
        ] = {}  # by update: its epoch and that one's order

    def epoch(self, step: int) -> int:
        """The epoch, counted from 1, that step (counted from 1) belongs to."""
        return (step - 1) // self.steps_per_epoch + 1

    def chosen(self, step: int, updates: int = 1, rows: slice = slice(None)) -> NDArray[np.int64]:
        """Which pictures a step (from 1) learns from: the indices of (updates * batch_size) of them.

        rows: these of every update's batch only.

        Each of the step's updates of the discriminator goes through all pictures in an order of its own, so
        that its pictures do not depend on how many updates the steps before had. Epochs are counted by the
        first.
        """
        first = (step - 1) % self.steps_per_epoch * self._batch_size
        whole = slice(first, first + self._batch_size)
        return np.concatenate([self._order(self.epoch(step), each)[whole][rows] for each in range(updates)])

    def batch(self, step: int, updates: int = 1, rows: slice = slice(None)) -> NDArray[np.uint8]:
        """Those pictures: an owned (updates * batch_size, size, size, channels) uint8 array."""
        pictures: NDArray[np.uint8] = self.pictures[self.chosen(step, updates, rows)]
        if self._pages.large:
            self._pages.touch(len(pictures))
            self._pages.expect(self.chosen(step + 1, updates, rows))
        return pictures

    def _order(self, epoch: int, update: int) -> NDArray[np.int64]:
        if self._orders.get(update, (0,))[0] != epoch:
            purpose = f"shuffle {update}" if update else "shuffle"
            self._orders[update] = epoch, draws.permutation(self._seed, purpose, epoch, len(self.pictures))
        return self._orders[update][1]

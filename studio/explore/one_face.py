"""The one face that follows a slider, drawn as soon as it can be had."""

import os
import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core import latent
from studio.explore.cores import CORES
from studio.explore.loading import generator_of
from studio.explore.subjects import Moment

if TYPE_CHECKING:
    from core.single_face import SingleFace

TRIED_AGAIN = 40  # the slower way is tried once in so many faces, which leaves 95 of 100 untouched
WEIGHT = 0.2  # of the newest time in the mean


class OneFace:
    """Decodes single latent vectors; for one thread.

    It learns whether one core or all draw sooner. On an idle machine two cores take two thirds of the time;
    when something else computes, each product waits until both are at hand at once, up to ten times as long.
    """

    def __init__(self) -> None:
        self._moment: Moment | None = None  # that was drawn last
        self._drawer: SingleFace | None = None  # of that moment, once it has been asked for again
        self._mean: dict[int | None, float] = {}  # seconds, by cores; None is all
        self._drawn = 0

    def decode(self, moment: Moment, z: NDArray[np.float32]) -> NDArray[np.uint8]:
        """z: (1, latent_dim) -> (1, size, size, 3). Raises RunError as `generator_of`."""
        generator = generator_of(moment)
        if moment != self._moment:
            self._moment, self._drawer = moment, None
            return latent.decode(generator, z)  # a moment that is only passed is not worth 30 ms
        if self._drawer is None:
            from core.single_face import SingleFace  # imports torch

            self._drawer = SingleFace(generator)
        cores = self._fastest()
        CORES.take(cores)
        begun = time.perf_counter()
        pictures = self._drawer.decode(z)
        took = time.perf_counter() - begun
        self._mean[cores] = WEIGHT * took + (1 - WEIGHT) * self._mean.get(cores, took)
        self._drawn += 1
        return pictures

    def _fastest(self) -> int | None:
        """How many cores to draw with; None is all there are."""
        if CORES.shared or (os.cpu_count() or 1) == 1:
            return 1
        ways: list[int | None] = sorted([1, None], key=lambda way: self._mean.get(way, 0.0))
        return ways[-1] if self._drawn % TRIED_AGAIN == TRIED_AGAIN - 1 else ways[0]

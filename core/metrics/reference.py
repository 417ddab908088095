"""Real pictures to hold generated ones against, and what other real pictures reach against them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import draws
from core.errors import SourceError
from core.metrics.features import SEED, Extractor
from core.metrics.kernel import kernel_distance
from core.metrics.manifold import NEAREST, density_and_coverage, neighbour_radii

FEWEST = 2 * (NEAREST + 1)  # pictures in a source: each half must hold more than the nearest ones
_FLAT = 1e-3  # of the mean spread: a feature that varies less says nothing, and must not be blown up


@dataclass(frozen=True, slots=True)
class Quality:
    """Pictures against as many real ones."""

    coverage: float  # 0..1
    density: float  # about 1 for real pictures
    kid: float  # about 0 for real pictures


def sample_size(images: int, count: int) -> int:
    """How many pictures of each kind are compared: `count`, or what half of the source holds.

    Real pictures are measured against other real pictures, so twice as many are needed. 0 if the source has
    too few for any comparison.
    """
    size = min(count, images // 2)
    return size if size > NEAREST else 0


class Reference:
    """A random sample of a source, the same in every run on these pictures, whatever its seed.

    Features are standardised by the sample's own mean and spread, since random channels have arbitrary scales
    and neither distances nor the kernel should hang on the loudest of them.
    """

    def __init__(self, pictures: NDArray[np.uint8], extractor: Extractor, count: int) -> None:
        """pictures: (n, size, size, channels) uint8. Raises SourceError if n is below FEWEST."""
        self.count = sample_size(len(pictures), count)
        if not self.count:
            raise SourceError(
                f"At least {FEWEST} pictures are needed to measure quality, {len(pictures)} were found. "
                "Add pictures."
            )
        self._source, self._extractor = pictures, extractor
        order = draws.permutation(SEED, "reference", 0, len(pictures))
        self._chosen = np.sort(order[: self.count])
        self._others = np.sort(order[self.count : 2 * self.count])

    def pictures(self) -> NDArray[np.uint8]:
        """The sample: an owned array."""
        return self._source[self._chosen]

    def other_pictures(self) -> NDArray[np.uint8]:
        """As many real pictures again, none of them in the sample."""
        return self._source[self._others]

    def measure(self, pictures: NDArray[np.uint8]) -> Quality:
        """pictures: (m, size, size, 3 or 1) uint8."""
        real, radii = self._real
        fake = self._standardised(self._extractor(pictures))
        density, coverage = density_and_coverage(real, radii, fake)
        return Quality(coverage, density, kernel_distance(real, fake))

    @cached_property
    def real_quality(self) -> Quality:
        """What real pictures reach: the mark to measure generated ones by."""
        return self.measure(self.other_pictures())

    @cached_property
    def _raw(self) -> Tensor:
        return self._extractor(self.pictures())

    @cached_property
    def _scale(self) -> tuple[Tensor, Tensor]:
        deviation, mean = torch.std_mean(self._raw, 0)
        least = max(float(deviation.mean()) * _FLAT, torch.finfo(deviation.dtype).tiny)
        return mean, deviation.clamp(min=least)

    @cached_property
    def _real(self) -> tuple[Tensor, Tensor]:
        """Features, and the squared radii around each."""
        real = self._standardised(self._raw)
        return real, neighbour_radii(real)

    def _standardised(self, features: Tensor) -> Tensor:
        mean, deviation = self._scale
        return (features - mean) / deviation

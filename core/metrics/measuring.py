"""Measuring a training: how good and how varied its faces are by now, and whether they are the best."""

from dataclasses import replace
from functools import cached_property
from math import log

import numpy as np
import torch
from numpy.typing import NDArray

from core import draws
from core.config import Config
from core.data.cache import PictureCache
from core.events import Measured
from core.latent import decode
from core.metrics.features import SEED, Extractor
from core.metrics.frechet import FrechetDistance, InceptionWeights, find_inception, load_inception
from core.metrics.reference import Reference, sample_size
from core.models import Generator

COUNT = 1024
_COVERAGE_NOISE = 0.5  # over the square root of the count: the largest standard deviation of a share
_KID_NOISE = (
    8.0  # over the count: the spread of real against real, .006 on faces and .011 on cartoons at 1,024
)


class Measurer:
    """Measures the same fixed latent vectors against the same fixed real pictures each time, so that what
    changes between two measurements is the generator.

    Nothing of the training's state is touched, and none of torch's global random numbers is drawn.
    """

    def __init__(
        self,
        config: Config,
        cache: PictureCache,
        device: torch.device,
        *,
        count: int = COUNT,
        inception: InceptionWeights | None = None,
        with_fid: bool | None = None,
    ) -> None:
        """Cheap; the real pictures' features are computed with the first measurement, and kept.

        inception: Inception's weights; otherwise they are looked for. with_fid: by default if they are
        given, and on a CUDA GPU; on a CPU it takes minutes.
        """
        self._config, self._cache, self._device = config, cache, device
        self.count = sample_size(len(cache), count)
        usual = inception is not None or device.type == "cuda"
        self._with_fid = usual if with_fid is None else with_fid
        self._inception = inception
        self.no_fid = ""  # why there is none, once that is known

    @property
    def possible(self) -> bool:
        """Whether there are enough pictures to measure by."""
        return self.count > 0

    @property
    def extractor_name(self) -> str:
        """What the features come from, for people."""
        return self._extractor.name

    def measure(
        self, generator: Generator, step: int, epoch: int, best_so_far: Measured | None = None
    ) -> Measured:
        """The quality of a generator, as a rule the averaged one, at a step.

        Raises SourceError if it is not `possible`.
        """
        reference = self._reference
        z = measured_z(self.count, self._config.latent_dim)
        pictures = decode(generator, z)
        quality, real = reference.measure(pictures), reference.real_quality
        measured = Measured(
            step=step,
            epoch=epoch,
            count=self.count,
            coverage=quality.coverage,
            density=quality.density,
            kid=quality.kid,
            real_coverage=real.coverage,
            real_density=real.density,
            real_kid=real.kid,
            fid=self._fid(pictures),
            best=False,
        )
        return replace(measured, best=best_so_far is None or is_better(measured, best_so_far))

    def _fid(self, pictures: NDArray[np.uint8]) -> float | None:
        """None from the first time on that it cannot be computed, whatever the reason: a figure that is
        shown beside others must not end a training.
        """
        if not self._with_fid:
            return None
        try:
            return self._frechet.distance(pictures) if self._frechet else None
        except Exception as error:
            self._with_fid = False
            self.no_fid = str(error) or type(error).__name__
            return None

    @cached_property
    def _extractor(self) -> Extractor:
        return Extractor(self._config.size, self._device)

    @cached_property
    def _reference(self) -> Reference:
        return Reference(self._cache.pictures, self._extractor, self.count)

    @cached_property
    def _frechet(self) -> FrechetDistance | None:
        weights, found = self._inception, find_inception()
        if weights is None and found is not None:
            weights = load_inception(found)
        return FrechetDistance(weights, self._reference.pictures(), self._device) if weights else None


def measured_z(count: int, latent_dim: int) -> NDArray[np.float32]:
    """The latent vectors whose faces are measured, (count, latent_dim), the same in every run."""
    return draws.normal(SEED, "measured", 0, count, latent_dim)


def is_better(one: Measured, other: Measured) -> bool:
    """Whether one is nearer to real pictures, by coverage and KID together."""
    return _remoteness(one) < _remoteness(other)


def _remoteness(measured: Measured) -> float:
    """How far from what real pictures reach: the logarithm of (coverage that is missing) x (KID in excess).

    Ratios need no exchange rate between the two: halving what is missing in coverage is worth as much as
    halving the KID. While hardly anything is covered the KID decides, which sees progress first; near the end
    the coverage does, which sees dropped modes. Each factor has its noise added, so that a difference
    within the noise hardly counts. A number for each, so that the best of many does not hang on their order.
    """
    missing = max(measured.real_coverage - measured.coverage, 0.0)
    excess = max(measured.kid - measured.real_kid, 0.0)
    return log(missing + _COVERAGE_NOISE / measured.count**0.5) + log(excess + _KID_NOISE / measured.count)

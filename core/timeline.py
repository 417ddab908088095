"""A morph as a way through latent space over time, walked at even pace."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import ShapeError
from core.latent import lerp, slerp

Interpolation = Literal["spherical", "linear"]
_PARTS = 64  # of a leg, whose lengths are added up to measure it


@dataclass(frozen=True, eq=False)
class Timeline:
    """The way along `keyframes`, (k, latent_dim), in `seconds`; with `loop` it leads back to the first one.

    Each leg takes time in proportion to its length in latent space, and is walked at constant speed. For
    spherical legs between vectors of one length that is in proportion to the angle, for linear ones to the
    distance. Equal neighbours therefore take no time; if nothing moves at all, one face is shown throughout.
    Raises ShapeError if the keyframes are no finite vectors of one length, or the time is not above zero.
    """

    keyframes: NDArray[np.float32]
    seconds: float
    interpolation: Interpolation = "spherical"
    loop: bool = False

    def __post_init__(self) -> None:
        if self.keyframes.ndim != 2 or not np.isfinite(self.keyframes).all():
            raise ShapeError("The faces of a morph are latent vectors of one length and of finite numbers.")
        if not (math.isfinite(self.seconds) and self.seconds > 0):
            raise ShapeError("A morph takes more than zero seconds.")

    @property
    def stops(self) -> NDArray[np.float64]:
        """When each keyframe is reached, in seconds, ascending: (k,), the first at 0.

        The last stop is at the end; in a loop the way back comes after it. Where nothing moves, the stops are
        spread evenly.
        """
        count = len(self.keyframes)
        shares = np.concatenate([[0.0], self._lengths[:, -1].cumsum()])
        if shares[-1] == 0:
            return np.linspace(0.0, self.seconds, max(count, 1), endpoint=not self.loop)[:count]
        ends: NDArray[np.float64] = (shares * (self.seconds / shares[-1]))[:count]
        return ends

    def at(self, t: ArrayLike) -> NDArray[np.float32]:
        """Where the way is after t seconds: t's shape + (latent_dim,) float32.

        A loop goes round and round; else the time before the start is the start, and after the end the end.
        Raises ShapeError if there is no keyframe.
        """
        times = np.asarray(t, np.float64)
        if not len(self.keyframes):
            raise ShapeError("A morph needs at least one face. Add one to the timeline.")
        flat = times.ravel()
        flat = flat % self.seconds if self.loop else flat.clip(0, self.seconds)
        ends = self._lengths[:, -1].cumsum()
        if not len(ends) or ends[-1] == 0:
            return np.broadcast_to(self.keyframes[0], (*times.shape, self.keyframes.shape[1])).copy()
        walked = flat * (ends[-1] / self.seconds)
        legs = np.searchsorted(ends, walked, side="right").clip(max=len(ends) - 1)
        places = np.empty((len(flat), self.keyframes.shape[1]), np.float32)
        for leg in np.unique(legs):
            chosen = legs == leg
            before = ends[leg] - self._lengths[leg, -1]
            parts = np.interp(walked[chosen] - before, self._lengths[leg], np.linspace(0, 1, _PARTS + 1))
            places[chosen] = self._leg(int(leg), parts)
        return places.reshape(*times.shape, -1)

    def frames(self, fps: float) -> NDArray[np.float32]:
        """round(seconds * fps) vectors, but at least one, at equal times: (n, latent_dim) float32.

        They begin with the first keyframe and end with the last; those of a loop end just before the first
        one, so that the film goes on without a halt. Raises ShapeError if there is no keyframe.
        """
        count = max(1, round(self.seconds * fps))
        return self.at(np.linspace(0, self.seconds, count, endpoint=not self.loop))

    @cached_property
    def _lengths(self) -> NDArray[np.float64]:
        """Of each leg, how far it is to each of its parts: (legs, _PARTS + 1), the first column 0."""
        legs = len(self.keyframes) - (not self.loop) if len(self.keyframes) > 1 else 0
        lengths = np.zeros((legs, _PARTS + 1))
        for leg in range(legs):
            way = self._leg(leg, np.linspace(0, 1, _PARTS + 1)).astype(np.float64)
            lengths[leg, 1:] = np.linalg.norm(np.diff(way, axis=0), axis=1).cumsum()
        return lengths

    def _leg(self, leg: int, parts: NDArray[np.float64]) -> NDArray[np.float32]:
        way = slerp if self.interpolation == "spherical" else lerp
        start, end = self.keyframes[leg], self.keyframes[(leg + 1) % len(self.keyframes)]
        return way(start, end, parts)

"""From a picture to the latent vector whose face is nearest to it.

Least squares by Gauss-Newton steps with Levenberg's damping, not by gradient descent: a face depends on only
some hundred numbers, so how it changes with each of them can be drawn, and a dozen such steps bring back a
generator's own face to within a grey level where 200 steps of Adam from eight starts stop at six to ten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core import draws
from core.errors import Cancelled, ShapeError

if TYPE_CHECKING:
    from torch import Tensor

    from core.models import Generator

_SEARCHED = 256  # random faces, of which the nearest are the starts
_BATCH = 64
_TRIAL_STEPS = 3  # from each start, before the best of them goes on alone
_NUDGE = 0.02  # of one number of z, to see what it changes
_DAMPING = (1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)  # of each step, relative to the mean curvature
_MOST_SLOPES = 2**26  # float32: how each value of the compared pictures changes with each number of z
_SETTLED = 1e-3  # the part of the error below which another step is not worth its time
# Beside the mean squared difference of pictures in [-1, 1] weigh how far |z| is from sqrt(latent_dim), where
# nearly all z lie that the generator has learned from, and |z| itself, which settles what no pixel tells.
_LENGTH_WEIGHT = 2.5e-4
_SIZE_WEIGHT = 8e-7


@dataclass(frozen=True, slots=True)
class Progress:
    """The best so far, after `step` of at most `steps` parts of the work, each about 100 faces drawn."""

    step: int
    steps: int
    z: NDArray[np.float32]  # (latent_dim,)
    picture: NDArray[np.uint8]  # (size, size, 3), what the generator draws of it
    error: float  # root mean square difference, 0 .. 255 grey levels


def invert(
    generator: Generator,
    picture: NDArray[np.uint8],
    *,
    starts: int = 3,
    steps: int = 14,
    seed: int = 0,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[Progress]:
    """Ever better latent vectors for a picture; the last one is the result, and equal seeds give equal ones.

    picture: (size, size, 3) uint8 of the generator's size. The nearest of 256 random faces are the starts;
    after a few steps from each, the best goes on for up to `steps` more. Where it would take gigabytes to
    compare whole pictures, they are compared at a half or a quarter of their size. Nothing of the generator
    changes, so other threads may draw with it meanwhile. Raises ShapeError, Cancelled.
    """
    fit = _Fit(generator, picture, cancelled)
    parts = -(-_SEARCHED // _BATCH) + starts * _TRIAL_STEPS + steps
    done = 0
    found: list[_Point] = []
    drawn = draws.normal(seed, "invert", 0, _SEARCHED, generator.latent_dim)
    for first in range(0, _SEARCHED, _BATCH):
        found = sorted([*found, *fit.points(drawn[first : first + _BATCH])], key=_cost)[:starts]
        done += 1
        yield fit.progress(done, parts, found[0])
    for index, point in enumerate(found):
        for _ in range(_TRIAL_STEPS):
            found[index] = point = fit.step(point)
            done += 1
            yield fit.progress(done, parts, min(found, key=_cost))
    best = min(found, key=_cost)
    for _ in range(steps):
        before, best = best, fit.step(best)
        done += 1
        if before.cost - best.cost < _SETTLED * before.cost:
            break
        yield fit.progress(done, parts, best)
    yield fit.progress(parts, parts, best)


@dataclass(frozen=True, slots=True)
class _Point:
    z: NDArray[np.float64]
    cost: float


def _cost(point: _Point) -> float:
    return point.cost


class _Fit:
    """How far a generator's faces are from a picture, and how to come nearer."""

    def __init__(
        self, generator: Generator, picture: NDArray[np.uint8], cancelled: Callable[[], bool] | None
    ) -> None:
        import torch

        size = generator.size
        if picture.shape != (size, size, 3) or picture.dtype != np.uint8:
            raise ShapeError(f"This generator draws {size} px; the picture must be {size} x {size} in RGB.")
        self._generator, self._picture, self._cancelled = generator, picture, cancelled
        self._length = sqrt(generator.latent_dim)
        self._shrink = shrinking(generator.latent_dim, generator.channels, size)
        wanted = torch.from_numpy(picture.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
        self._wanted = self._values(wanted if generator.channels == 3 else wanted.mean(1, keepdim=True))[0]

    def points(self, z: NDArray[np.floating]) -> list[_Point]:
        """Each z (n, latent_dim) with what it costs: the mean squared difference and the prior of z."""
        apart = (self._draw(z) - self._wanted).double().square().mean(1).numpy()
        lengths = np.linalg.norm(z.astype(np.float64), axis=1)
        costs = apart + _LENGTH_WEIGHT * (lengths - self._length) ** 2 + _SIZE_WEIGHT * lengths**2
        return [_Point(each.astype(np.float64), float(cost)) for each, cost in zip(z, costs, strict=True)]

    def step(self, point: _Point) -> _Point:
        """The best of several damped Gauss-Newton steps; the point itself if none is better."""
        z, dim = point.z, len(point.z)
        nudged = self._draw(np.vstack([z, z + _NUDGE * np.eye(dim)]))
        slopes = nudged[1:]
        slopes.sub_(nudged[0]).div_(_NUDGE)  # (latent_dim, values): what each number of z changes
        pixels = len(self._wanted)
        length = float(np.linalg.norm(z))
        along = z / max(length, 1e-6)
        curvature = (slopes @ slopes.T).double().numpy() / pixels
        curvature += _LENGTH_WEIGHT * np.outer(along, along) + _SIZE_WEIGHT * np.eye(dim)
        slope = (slopes @ (nudged[0] - self._wanted)).double().numpy() / pixels
        slope += _LENGTH_WEIGHT * (length - self._length) * along + _SIZE_WEIGHT * z
        mean = float(np.trace(curvature)) / dim
        tries = [z - np.linalg.solve(curvature + damping * mean * np.eye(dim), slope) for damping in _DAMPING]
        return min([point, *self.points(np.stack(tries))], key=_cost)

    def progress(self, step: int, steps: int, point: _Point) -> Progress:
        from core.latent import decode

        z = point.z.astype(np.float32)
        drawn = decode(self._generator, z[None])[0]
        error = float(np.sqrt(np.mean((drawn.astype(np.float64) - self._picture) ** 2)))
        return Progress(step, steps, z, drawn, error)

    def _draw(self, z: NDArray[np.floating]) -> Tensor:
        """(n, values) float32 on the CPU, in [-1, 1]. Raises Cancelled."""
        import torch

        device = next(self._generator.parameters()).device
        faces = torch.empty(len(z), len(self._wanted))
        for first in range(0, len(z), _BATCH):
            if self._cancelled and self._cancelled():
                raise Cancelled("The search for the picture was cancelled.")
            some = torch.as_tensor(z[first : first + _BATCH], dtype=torch.float32, device=device)
            with torch.inference_mode():
                faces[first : first + _BATCH] = self._values(self._generator(some).float())
        return faces

    def _values(self, pictures: Tensor) -> Tensor:
        """(n, channels, size, size) -> (n, values): what is compared."""
        import torch.nn.functional as F

        return (F.avg_pool2d(pictures, self._shrink) if self._shrink > 1 else pictures).flatten(1)


def shrinking(latent_dim: int, channels: int, size: int) -> int:
    """By what power of two the sides of pictures are divided before they are compared; 1 for most."""
    by = 1
    while latent_dim * channels * (size // by) ** 2 > _MOST_SLOPES:
        by *= 2
    return by

"""A direction of the latent space, with what was measured of it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import ShapeError

Kind = Literal["principal", "closed-form", "attribute", "custom"]


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """A way through the latent space, and what is known about it."""

    name: str
    kind: Kind
    vector: NDArray[np.float32]  # (latent_dim,), of length 1, read-only
    strength: float | None = None  # 0 .. 1: the share of the first layer's variance that lies on it
    accuracy: float | None = None  # balanced and cross-validated, 0 .. 1
    interval: tuple[float, float] | None = None  # 95 %, of the accuracy
    examples: int | None = None  # faces that it was learned from

    @property
    def better_than_chance(self) -> bool | None:
        """Whether the interval lies above a half; None where nothing was measured."""
        return None if self.interval is None else self.interval[0] > 0.5


def unit(vector: ArrayLike) -> NDArray[np.float32]:
    """The vector at length 1, (d,) float32, read-only. Raises ShapeError if it has no direction."""
    numbers = np.asarray(vector, np.float64)
    length = float(np.linalg.norm(numbers))
    if numbers.ndim != 1 or not np.isfinite(length) or length == 0:
        raise ShapeError("A direction needs finite numbers that are not all zero. Choose other faces for it.")
    scaled = (numbers / length).astype(np.float32)
    scaled.setflags(write=False)
    return scaled

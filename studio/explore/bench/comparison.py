"""A face beside the training pictures that are nearest to it, and what that distance means."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.cache import PictureCache
from core.likeness.closeness import real_distances
from core.likeness.neighbours import Neighbour, nearest

COUNT = 6
COPY_SHARE = 0.05  # nearer than this share of the real pictures is suspiciously near


@dataclass(frozen=True, slots=True)
class Comparison:
    """A face beside its nearest training pictures."""

    face: NDArray[np.uint8]  # (s, s, 3)
    neighbours: list[Neighbour]
    pictures: NDArray[np.uint8]  # (k, s, s, 3), mirrored as they were compared
    real: NDArray[np.float64]  # how far real pictures are from their nearest, ascending


def compare(
    cache: PictureCache,
    face: NDArray[np.uint8],
    real: NDArray[np.float64] | None,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> Comparison:
    """The face's nearest training pictures; `real` is measured too unless it is known. Raises Cancelled."""
    found = nearest(cache, face, COUNT, progress=progress, cancelled=cancelled)
    if real is None:
        real = real_distances(cache, progress=progress, cancelled=cancelled)
    pictures = [cache.pictures[each.index] for each in found]
    turned = [some[:, ::-1] if each.mirrored else some for some, each in zip(pictures, found, strict=True)]
    colours = [np.broadcast_to(each, (*each.shape[:2], 3)) for each in turned]
    return Comparison(face, found, np.stack(colours), real)


def verdict(distance: float, real: NDArray[np.float64]) -> str:
    """What the distance to the nearest training picture means, measured by how near real pictures are."""
    usual = float(np.median(real))
    nearer = float(np.mean(real <= distance))
    words = f"The nearest is {distance:.1f} away. Real pictures are typically {usual:.1f} from their nearest."
    if nearer < COPY_SHARE:
        return f"{words} That is very near: if both show the same picture, it was copied."
    if distance < usual:
        return f"{words} It is as near as real pictures are to each other: compare them by eye."
    return f"{words} It is further than that: no sign of a copy."

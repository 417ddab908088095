"""The training pictures that are nearest to a face: does the generator copy?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.data.cache import PictureCache
from core.data.file_names import file_names
from core.errors import Cancelled, ShapeError

_BLOCK_BYTES = 8 << 20  # of a block as float32; two of them are in use at a time


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A training picture, `cache.pictures[index]`, and how near it is."""

    index: int
    path: str | None  # of its file within the source, where that is known for certain
    distance: float  # root mean square difference, 0 .. 255 grey levels
    mirrored: bool  # whether it is nearest as its mirror image


def nearest(
    cache: PictureCache,
    picture: NDArray[np.uint8],
    count: int = 6,
    *,
    mirror: bool = True,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Neighbour]:
    """The `count` training pictures nearest to `picture`, the nearest first.

    picture: (size, size, 3) uint8 of the cache's size; it is compared in grey where the cache is grey.
    The distance is the root mean square difference over all pixels and channels, in grey levels; with
    `mirror` a training picture counts as it is or mirrored, whichever is nearer, as training may have shown
    both. `progress` is told (pictures done, of how many). Raises ShapeError, Cancelled.
    """
    if picture.shape != (cache.size, cache.size, 3) or picture.dtype != np.uint8:
        raise ShapeError(
            f"The training pictures are {cache.size} px wide and high, but the shape of this one is "
            f"{picture.shape}. Choose a generator of this run."
        )
    if cache.color == "grey":
        picture = np.asarray(Image.fromarray(picture).convert("L"))[..., None]
    targets = [picture, picture[:, ::-1]] if mirror else [picture]
    squares = _mean_squares(cache.pictures, targets, progress, cancelled)
    nearer = squares.min(axis=1)
    rows = np.argsort(nearer, kind="stable")[:count].tolist()
    names = file_names(cache, rows, cancelled)
    return [
        Neighbour(row, name, float(np.sqrt(nearer[row])), bool(squares[row].argmin()))
        for row, name in zip(rows, names, strict=True)
    ]


def _mean_squares(
    pictures: NDArray[np.uint8],
    targets: list[NDArray[np.uint8]],
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> NDArray[np.float32]:
    """(n, len(targets)) mean squared differences. The pictures are gone through once, block by block."""
    total, values = len(pictures), targets[0].size
    wanted = [target.reshape(1, -1).astype(np.float32) for target in targets]
    block = max(1, _BLOCK_BYTES // (4 * values))
    squares = np.empty((total, len(targets)), np.float32)
    difference = np.empty((block, values), np.float32)
    for first in range(0, total, block):
        if cancelled and cancelled():
            raise Cancelled("The search for the nearest training pictures was cancelled.")
        some = pictures[first : first + block].reshape(-1, values)
        for column, target in enumerate(wanted):
            apart = np.subtract(some, target, out=difference[: len(some)])
            squares[first : first + len(some), column] = np.einsum("ij,ij->i", apart, apart) / values
        if progress:
            progress(first + len(some), total)
    return squares

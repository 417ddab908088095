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
    picture = _comparable(cache, picture)
    targets = [picture, picture[:, ::-1]] if mirror else [picture]
    squares = _mean_squares(cache.pictures, targets, progress, cancelled)
    nearer = squares.min(axis=1)
    rows = np.argsort(nearer, kind="stable")[:count].tolist()
    names = file_names(cache, rows, cancelled)
    return [
        Neighbour(row, name, float(np.sqrt(nearer[row])), bool(squares[row].argmin()))
        for row, name in zip(rows, names, strict=True)
    ]


def nearest_of_each(
    cache: PictureCache,
    pictures: NDArray[np.uint8],
    *,
    mirror: bool = True,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Neighbour]:
    """Of each of several pictures, (n, size, size, 3) uint8, the one training picture that is nearest to it.

    What `nearest` finds, for all of them in one pass; only the files are not named. Raises ShapeError,
    Cancelled.
    """
    targets = np.stack([_comparable(cache, picture) for picture in pictures])
    both = np.concatenate([targets, targets[:, :, ::-1]]) if mirror else targets
    wanted = _centred(both)
    lengths = np.einsum("ij,ij->i", wanted, wanted)
    least = np.full(len(wanted), np.inf)
    rows = np.zeros(len(wanted), np.int64)
    total = len(cache)
    block = max(1, _BLOCK_BYTES // (4 * wanted.shape[1]))
    for first in range(0, total, block):
        if cancelled and cancelled():
            raise Cancelled("The search for the nearest training pictures was cancelled.")
        some = _centred(cache.pictures[first : first + block])
        # |a - b|^2 = |a|^2 + |b|^2 - 2 ab: one product of matrices compares all with all.
        squares = np.einsum("ij,ij->i", some, some)[:, None] + lengths - 2 * (some @ wanted.T)
        at = squares.argmin(axis=0)
        here = squares[at, np.arange(len(wanted))]
        rows = np.where(here < least, first + at, rows)
        least = np.minimum(least, here)
        if progress:
            progress(first + len(some), total)
    turns = least.reshape(-1, len(targets)).argmin(axis=0)
    found = []
    for index, turn in enumerate(turns.tolist()):
        row = int(rows[turn * len(targets) + index])
        apart = both[turn * len(targets) + index].astype(np.float64) - cache.pictures[row]
        # The product rounds; of the one that was found, the distance is worked out.
        found.append(Neighbour(row, None, float(np.sqrt(np.mean(apart**2))), bool(turn)))
    return found


def _comparable(cache: PictureCache, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(size, size, channels) as the cache has them. Raises ShapeError."""
    if picture.shape != (cache.size, cache.size, 3) or picture.dtype != np.uint8:
        raise ShapeError(
            f"The training pictures are {cache.size} px wide and high, but the shape of this one is "
            f"{picture.shape}. Choose a generator of this run."
        )
    if cache.color == "grey":
        return np.asarray(Image.fromarray(picture).convert("L"))[..., None]
    return picture


def _centred(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, values) float32, around 0, where products round least."""
    values = pictures.reshape(len(pictures), -1).astype(np.float32)
    values -= 127.5
    return values


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

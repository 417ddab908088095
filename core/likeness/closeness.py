"""How near real pictures are to each other: the yardstick for how near a drawn face is to one of them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core import draws
from core.data.cache import PictureCache
from core.errors import Cancelled

_BLOCK_BYTES = 8 << 20  # of a block as float32


def real_distances(
    cache: PictureCache,
    samples: int = 64,
    *,
    mirror: bool = True,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> NDArray[np.float64]:
    """How far some training pictures are from the one nearest to them, ascending, (at most samples,).

    The distance is that of `neighbours.nearest`: the root mean square difference in grey levels, mirrored or
    not. The samples are the same at every call. `progress` is told (pictures done, of how many).
    Raises Cancelled.
    """
    total = len(cache)
    chosen = np.sort(draws.permutation(0, "closeness", 0, total)[:samples])
    some = cache.pictures[chosen]
    targets = np.concatenate([some, some[:, :, ::-1]]) if mirror else some
    wanted = targets.reshape(len(targets), -1).astype(np.float32)
    values = wanted.shape[1]
    lengths = np.einsum("ij,ij->i", wanted, wanted)
    best = np.full(len(chosen), np.inf, np.float64)
    block = max(1, _BLOCK_BYTES // (4 * values))
    for first in range(0, total, block):
        if cancelled and cancelled():
            raise Cancelled("Measuring the training pictures was cancelled.")
        part = cache.pictures[first : first + block].reshape(-1, values).astype(np.float32)
        # |a - b|^2 = |a|^2 + |b|^2 - 2 ab: a product of matrices compares all samples at once. It rounds to
        # a tenth of a grey level for equal pictures, and far less for others.
        squares = np.einsum("ij,ij->i", part, part)[:, None] + lengths - 2 * (part @ wanted.T)
        nearer = squares.reshape(len(part), -1, len(chosen)).min(axis=1)
        own = (chosen >= first) & (chosen < first + len(part))
        nearer[chosen[own] - first, np.flatnonzero(own)] = np.inf
        best = np.minimum(best, nearer.min(axis=0))
        if progress:
            progress(first + len(part), total)
    return np.sort(np.sqrt(np.maximum(best, 0) / values))

"""What has been read of a mapped file counts as the program's memory until it is let go of."""

import mmap

import numpy as np
from numpy.typing import NDArray

HELD_BYTES = 256 << 20
_AROUND = 128 << 10  # Linux maps up to 64 KiB at once around what is touched, which may lie in two such


class Pages:
    """Keeps what is read here and there of a large memory-mapped array from adding up to all of it.

    Pages that are let go of stay in the system's file cache, so that reading them again takes microseconds.
    """

    def __init__(self, array: NDArray[np.uint8]) -> None:
        """array: memory-mapped, or a view of such; any other, and a small one, is left alone."""
        whole = _map_of(array)
        self._map = whole if whole is not None and len(whole) > HELD_BYTES else None
        self._touched = 0

    def touch(self, items: int, item_bytes: int) -> None:
        """So many items have been read, each somewhere else."""
        self._touched += items * max(item_bytes, _AROUND)
        if self._touched > HELD_BYTES and self._map is not None and hasattr(self._map, "madvise"):
            self._map.madvise(mmap.MADV_DONTNEED)
            self._touched = 0


def _map_of(array: object) -> mmap.mmap | None:
    while isinstance(array, np.ndarray):
        array = array.base
    return array if isinstance(array, mmap.mmap) else None

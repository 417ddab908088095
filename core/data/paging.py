"""Reading here and there in a large mapped file, without waiting for the disk and without holding it all."""

import mmap

import numpy as np
from numpy.typing import NDArray

HELD_BYTES = 256 << 20
_AROUND = 128 << 10  # Linux maps up to 64 KiB at once around what is touched, which may lie in two such


class Pages:
    """Looks after a large memory-mapped array of items that are read in any order.

    What has been read counts as the program's memory until it is let go of; it stays in the system's file
    cache, so that reading it again takes microseconds. What the system has no room to keep comes from the
    disk: asked for one batch ahead, 128 pictures of 64 px took 3 ms of a step instead of 30 to 85.
    """

    def __init__(self, array: NDArray[np.uint8]) -> None:
        """array: memory-mapped, or a view of such; any other, and a small one, is left alone."""
        whole = _map_of(array)
        advisable = whole is not None and len(whole) > HELD_BYTES and hasattr(whole, "madvise")
        self._map = whole if advisable else None
        self._touched = 0
        if self._map is not None:
            self._begin = _address(array) - _address(np.frombuffer(self._map, np.uint8, 1))
            self._apart, self._item_bytes = array.strides[0], array[0].nbytes

    @property
    def large(self) -> bool:
        """Whether the array is one; of any other nobody needs to be told what is read."""
        return self._map is not None

    def expect(self, items: NDArray[np.int64]) -> None:
        """These are read next: let the disk begin."""
        if self._map is None:
            return
        for item in items.tolist():
            first = self._begin + item * self._apart
            page = first - first % mmap.PAGESIZE
            self._map.madvise(mmap.MADV_WILLNEED, page, first + self._item_bytes - page)

    def touch(self, items: int) -> None:
        """So many items have been read, each somewhere else."""
        if self._map is None:
            return
        self._touched += items * max(self._item_bytes, _AROUND)
        if self._touched > HELD_BYTES:
            self._map.madvise(mmap.MADV_DONTNEED)
            self._touched = 0


def _address(array: NDArray[np.uint8]) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _map_of(array: object) -> mmap.mmap | None:
    while isinstance(array, np.ndarray):
        array = array.base
    return array if isinstance(array, mmap.mmap) else None

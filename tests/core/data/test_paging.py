"""Training on a set that is larger than the memory holds little of it at a time."""

import ctypes
import mmap
import os
import time
from pathlib import Path
from typing import BinaryIO

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from core.data import paging
from core.data.batches import Batches

SIDE, COUNT = 64, 12_000  # 147 MB
HELD = 4 << 20


def _shared_bytes() -> int:
    """Resident pages of mapped files."""
    return int(psutil.Process().memory_info().shared)


@pytest.mark.skipif(not psutil.LINUX, reason="only Linux tells how much of the mapped files is resident")
@pytest.mark.parametrize("held", [HELD, 1 << 40])
def test_little_of_a_large_set_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int) -> None:
    monkeypatch.setattr(paging, "HELD_BYTES", held)
    path = tmp_path / "pictures.npy"
    drawn = np.lib.format.open_memmap(path, "w+", np.uint8, (COUNT, SIDE, SIDE, 3))
    drawn[:] = np.arange(COUNT, dtype=np.uint32).view(np.uint8).reshape(COUNT, 4)[:, None, None, :3]
    del drawn
    pictures = np.load(path, mmap_mode="r")
    batches, before, most = Batches(pictures, 100, seed=3), _shared_bytes(), 0
    for step in range(1, batches.steps_per_epoch + 1):
        chosen = batches.batch(step)
        expected = batches.chosen(step).astype(np.uint32).view(np.uint8).reshape(100, 4)[:, :3]
        assert np.array_equal(chosen[:, 5, 9], expected)
        most = max(most, _shared_bytes() - before)
    if held == HELD:
        assert most < 48 << 20
    else:  # the whole set, were nothing let go of
        assert most > 0.8 * pictures.nbytes


def test_arrays_that_are_no_large_file_are_left_alone() -> None:
    pages = paging.Pages(np.zeros((4, 8, 8, 3), np.uint8))
    pages.touch(10**9)
    pages.expect(np.array([3]))
    assert not pages.large


def test_views_of_a_mapped_file_are_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "HELD_BYTES", 100)
    np.save(tmp_path / "some.npy", np.zeros((10, 8, 8, 3), np.uint8))
    view = np.load(tmp_path / "some.npy", mmap_mode="r")[2:7]
    assert paging.Pages(view).large


@pytest.mark.skipif(not psutil.LINUX, reason="the C library's mincore is called as Linux has it")
def test_what_is_expected_is_read_from_the_disk_before_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "HELD_BYTES", HELD)
    path = tmp_path / "pictures.npy"
    np.save(path, np.zeros((COUNT, SIDE, SIDE, 3), np.uint8))
    pictures = np.load(path, mmap_mode="r")[7:]
    batches, begin = Batches(pictures, 100, seed=3), path.stat().st_size - pictures.nbytes
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

        def missing(step: int) -> int:
            """How many of a step's pictures are not in the system's memory."""
            there = _pages_in_memory(file)
            firsts = (begin + int(each) * pictures[0].nbytes for each in batches.chosen(step))
            spans = ((first, first + pictures[0].nbytes - 1) for first in firsts)
            return sum(not there[a // mmap.PAGESIZE : b // mmap.PAGESIZE + 1].all() for a, b in spans)

        if missing(2) < 50:
            pytest.skip("this file system holds its files in memory")
        paging.Pages(pictures).expect(batches.chosen(2))
        end = time.monotonic() + 20
        while missing(2) and time.monotonic() < end:
            time.sleep(0.05)
        assert missing(2) == 0
        assert missing(3) > 20, "what is not asked for is not read"


def test_each_batch_asks_for_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "HELD_BYTES", 100)
    np.save(tmp_path / "some.npy", np.zeros((10, 8, 8, 3), np.uint8))
    batches = Batches(np.load(tmp_path / "some.npy", mmap_mode="r"), 4, seed=3)
    expected: list[list[int]] = []
    monkeypatch.setattr(paging.Pages, "expect", lambda _, items: expected.append(items.tolist()))
    read = [batches.chosen(step).tolist() for step in range(1, 6)]
    for step in range(1, 5):
        batches.batch(step)
    assert expected == read[1:]


def _pages_in_memory(file: BinaryIO) -> NDArray[np.bool_]:
    """Which pages of a file the system holds."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        held = np.zeros(-(-len(whole) // mmap.PAGESIZE), np.uint8)
        begin = np.frombuffer(whole, np.uint8, 1)
        libc = ctypes.CDLL(None, use_errno=True)
        failed = libc.mincore(
            ctypes.c_void_p(begin.ctypes.data), ctypes.c_size_t(len(whole)), ctypes.c_void_p(held.ctypes.data)
        )
        assert not failed, os.strerror(ctypes.get_errno())
        del begin  # else the map cannot be closed
    return held & 1 == 1

"""Training on a set that is larger than the memory holds little of it at a time."""

import mmap
from pathlib import Path

import numpy as np
import psutil
import pytest

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
    pages.touch(10**9, 192)
    assert pages._map is None


def test_views_of_a_mapped_file_are_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "HELD_BYTES", 100)
    np.save(tmp_path / "some.npy", np.zeros((10, 8, 8, 3), np.uint8))
    view = np.load(tmp_path / "some.npy", mmap_mode="r")[2:7]
    assert isinstance(paging.Pages(view)._map, mmap.mmap)

"""Batches on the training's device, as floats: kept in a GPU's memory where they fit, else sent ahead."""

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.batches import Batches

RESIDENT = 0.5  # of a GPU's free memory: what prepared pictures may take of it; training needs the rest
_CHUNK = 4096  # pictures that are sent at once on the way to residence


class Feed:
    """A step's pictures as (n, c, s, s) floats in [-1, 1], channels_last, on the device.

    On a GPU nobody waits for a disk or a copy: prepared pictures that fit lie in its memory as uint8 and a
    step picks its own there; those that do not fit are read into pinned memory by a thread, one step ahead,
    and copied while the step before is computed. A CPU reads them when it needs them, which takes some 2 ms.
    """

    def __init__(self, batches: Batches, device: torch.device, resident: bool | None = None) -> None:
        """resident: whether the pictures lie on the device; by default where they fit on a CUDA GPU."""
        self.batches, self._device = batches, device
        if resident is None:
            resident = device.type == "cuda" and _fits(batches.pictures, device)
        self._all = _sent(batches.pictures, device) if resident else None
        ahead = device.type == "cuda" and not resident
        self._reader = ThreadPoolExecutor(1, "pictures") if ahead else None
        self._next: tuple[object, Future[Tensor]] | None = None

    def batch(self, step: int, updates: int = 1, rows: slice = slice(None)) -> Tensor:
        """The pictures of a step, as `Batches.batch` chooses them."""
        if self._all is not None:
            chosen = torch.from_numpy(self.batches.chosen(step, updates, rows)).to(self._device)
            return _floats(self._all[chosen])
        if self._reader is None:
            return to_tensor(self.batches.batch(step, updates, rows), self._device)
        wanted = (step, updates, rows.start, rows.stop)
        pictures = (
            self._next[1].result()
            if self._next is not None and self._next[0] == wanted
            else self._pinned(step, updates, rows)
        )
        ahead = self._reader.submit(self._pinned, step + 1, updates, rows)
        self._next = (step + 1, updates, rows.start, rows.stop), ahead
        # torch's allocator of pinned memory reuses a block only once the copies from it are done.
        return _floats(pictures.to(self._device, non_blocking=True))

    def _pinned(self, step: int, updates: int, rows: slice) -> Tensor:
        return torch.from_numpy(self.batches.batch(step, updates, rows)).pin_memory()


def to_tensor(pictures: NDArray[np.uint8], device: torch.device) -> Tensor:
    """uint8 (n, s, s, c) -> float32 (n, c, s, s) in [-1, 1], channels_last, on the device."""
    return _floats(torch.from_numpy(pictures).to(device))


def _floats(pictures: Tensor) -> Tensor:
    return pictures.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def _fits(pictures: NDArray[np.uint8], device: torch.device) -> bool:
    free, _ = torch.cuda.mem_get_info(device)
    return pictures.nbytes <= RESIDENT * free


def _sent(pictures: NDArray[np.uint8], device: torch.device) -> Tensor:
    """A copy on the device, without a second one in this computer's memory."""
    there = torch.empty(pictures.shape, dtype=torch.uint8, device=device)
    for first in range(0, len(pictures), _CHUNK):
        some = np.array(pictures[first : first + _CHUNK])  # owned: a memory map is not writable
        there[first : first + _CHUNK].copy_(torch.from_numpy(some))
    return there

"""Decoding and cropping, here or in several processes."""

import hashlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.synchronize import Event

import numpy as np
from numpy.typing import NDArray

from core.data.crops import least_side, square
from core.data.decode import decode
from core.data.listing import BadPicture, Batch, Listing, Skipped
from core.data.watch import Watch
from core.errors import SourceError

_CHUNK = 32
_CHUNK_BYTES = 4 << 20  # of prepared pictures, so that few of them are under way at 256 px
_FEW_PICTURES, _FEW_BYTES = 200, 50 << 20  # below both, starting processes takes longer than it saves


@dataclass(frozen=True, slots=True)
class Settings:
    size: int
    color: str
    crop: str

    @property
    def channels(self) -> int:
        return 3 if self.color == "rgb" else 1


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of one batch."""

    looked_at: int
    pictures: NDArray[np.uint8]  # (m, size, size, channels)
    kept: NDArray[np.int64]  # (m,) their numbers in the batch
    file_digests: NDArray[np.uint64]  # (m,)
    attributes: NDArray[np.uint8]  # (m, k)
    skipped: list[Skipped]


def prepare_all(
    listing: Listing, settings: Settings, processes: int, watch: Watch
) -> Generator[Prepared, None, None]:
    """Every batch of the listing in its order. Raises Cancelled; SourceError if a process was killed."""
    chunk = max(1, min(_CHUNK, _CHUNK_BYTES // (settings.size**2 * settings.channels)))
    batches = (
        listing.batch(start, min(start + chunk, listing.count)) for start in range(0, listing.count, chunk)
    )
    few = listing.count <= _FEW_PICTURES and listing.total_bytes <= _FEW_BYTES
    if few or processes == 1:
        return (prepare_batch(batch, settings, watch.check) for batch in batches)
    return _in_processes(batches, settings, processes, watch)


def prepare_batch(batch: Batch, settings: Settings, check: Callable[[], object]) -> Prepared:
    """Read, decode and crop each picture of a batch; `check` is called before each and may raise."""
    side = least_side(settings.size, settings.crop)
    pictures, kept, digests, attributes, skipped = [], [], [], [], []
    for index in range(len(batch)):
        check()
        try:
            raw = batch.read(index, side)
            pixels = square(decode(raw.data, side), settings.size, settings.crop, settings.color)
        except BadPicture as bad:
            skipped.append(Skipped(batch.name(index), str(bad)))
            continue
        except OSError as error:
            skipped.append(Skipped(batch.name(index), f"it cannot be read ({error.strerror or error})"))
            continue
        pictures.append(pixels)
        kept.append(index)
        digests.append(hashlib.blake2b(raw.data, digest_size=8).digest())
        attributes.append(np.frombuffer(raw.attributes, np.uint8))
    shape = (len(pictures), settings.size, settings.size, settings.channels)
    return Prepared(
        looked_at=len(batch),
        pictures=np.stack(pictures) if pictures else np.empty(shape, np.uint8),
        kept=np.array(kept, np.int64),
        file_digests=np.frombuffer(b"".join(digests), np.uint64),
        attributes=np.stack(attributes) if attributes else np.empty((0, 0), np.uint8),
        skipped=skipped,
    )


def _in_processes(
    batches: Iterator[Batch], settings: Settings, processes: int, watch: Watch
) -> Generator[Prepared, None, None]:
    # Spawned, as threads that train or draw the window may run here, and forking a process with threads can
    # leave locks held for ever.
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    waiting: deque[Future[Prepared]] = deque()
    with ProcessPoolExecutor(processes, context, _start_worker, (stop,)) as pool:
        try:
            while True:
                # A short queue bounds the memory, whatever the number of pictures.
                while len(waiting) < 3 * processes and (batch := next(batches, None)) is not None:
                    waiting.append(pool.submit(_work, batch, settings))
                if not waiting:
                    return
                yield _result(waiting.popleft(), watch)
        except BrokenProcessPool as error:
            raise SourceError(
                "A process that prepared pictures was ended from outside, most often because the memory ran "
                "out. Close other programs and start again."
            ) from error
        finally:
            stop.set()
            for future in waiting:
                future.cancel()


def _result(future: Future[Prepared], watch: Watch) -> Prepared:
    while True:
        watch.check()
        try:
            return future.result(timeout=0.05)
        except TimeoutError:
            continue


_stop: Event | None = None  # in a worker: set when the parent wants no more


class _StoppedError(Exception):
    """The parent wants no more."""


def _start_worker(stop: Event) -> None:
    global _stop
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed parent cannot tell its workers, which would wait for it for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _work(batch: Batch, settings: Settings) -> Prepared:
    def check() -> None:
        if _stop is not None and _stop.is_set():
            raise _StoppedError

    return prepare_batch(batch, settings, check)

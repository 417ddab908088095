"""Decoding and cropping, here or in several processes."""

import contextlib
import hashlib
import multiprocessing
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection

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


class _Worker:
    """A process and the only pipe to it: its death closes the pipe and can leave no lock behind."""

    def __init__(self, settings: Settings) -> None:
        # Spawned, as threads that train or draw the window may run here, and a process forked from several
        # threads can inherit a lock that nobody will ever release.
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, settings), daemon=True)
        self.process.start()
        theirs.close()

    def give(self, batch: Batch) -> None:
        """Raises SourceError if the process is gone."""
        try:
            self.pipe.send(batch)
        except OSError as error:
            raise _ended() from error

    def take(self) -> Prepared:
        """What became of the batch given. Raises SourceError if the process is gone."""
        try:
            result = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise _ended() from error
        if isinstance(result, Exception):
            raise result
        assert isinstance(result, Prepared)
        return result


def _in_processes(
    batches: Iterator[Batch], settings: Settings, processes: int, watch: Watch
) -> Generator[Prepared, None, None]:
    with _deaf_to_ctrl_c():
        workers = [_Worker(settings) for _ in range(processes)]
    try:
        yield from _share_out(batches, workers, watch)
    finally:
        for worker in workers:
            worker.process.kill()  # it holds nothing that would have to be put in order
        for worker in workers:
            worker.process.join()
            worker.pipe.close()


@contextlib.contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Processes started inside inherit it: Ctrl-C reaches the whole group, and the parent decides."""
    if threading.current_thread() is not threading.main_thread():  # only there may signals be set
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _share_out(batches: Iterator[Batch], workers: list[_Worker], watch: Watch) -> Iterator[Prepared]:
    """Results in the order of their batches."""
    idle = list(workers)
    busy: dict[_Worker, int] = {}
    done: dict[int, Prepared] = {}
    given = wanted = 0
    batch = next(batches, None)
    while batch is not None or busy or done:
        # Others do not run far ahead of a slow batch: what they have done is kept in memory.
        while batch is not None and idle and given < wanted + 4 * len(workers):
            worker = idle.pop()
            worker.give(batch)
            busy[worker], batch = given, next(batches, None)
            given += 1
        while wanted in done:  # after the giving, so that the workers go on meanwhile
            yield done.pop(wanted)
            wanted += 1
        if not busy:
            continue
        ready = connection.wait([worker.pipe for worker in busy], timeout=0.05)
        for worker in [each for each in busy if each.pipe in ready]:
            done[busy.pop(worker)] = worker.take()
            idle.append(worker)
        watch.check()


def _ended() -> SourceError:
    return SourceError(
        "A process that prepared pictures was ended from outside, most often because the memory ran out. "
        "Close other programs and start again."
    )


def _work(pipe: Connection, settings: Settings) -> None:
    """A worker's life: it ends with its pipe, and so with its parent, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # if the parent started this outside its main thread
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            batch = pipe.recv()
            try:
                pipe.send(prepare_batch(batch, settings, lambda: None))
            except ConnectionError:
                raise
            except Exception as error:
                pipe.send(error)

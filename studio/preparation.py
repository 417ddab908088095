"""Preparing the chosen pictures in the background, so that they can be seen before training."""

import threading
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.data.cache import PictureCache
from core.data.prepare import Progress, prepare
from core.data.sources import open_source
from core.errors import Cancelled
from studio.jobs import Job, run_job

SETTLE_MS = 150


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pictures, and how they are made square."""

    source: str
    size: int
    color: str
    crop: str


class Preparation(QObject):
    """Prepares what was asked for last; an earlier request is cancelled when another comes."""

    progress = Signal(object)  # Progress
    ready = Signal(object)  # PictureCache
    failed = Signal(str)
    _reported = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: Wanted | None = None
        self._cancel = threading.Event()
        self._job: Job | None = None
        self._closed = False
        self._reported.connect(self._pass_on)
        # Two settings that change together, as a preset's do, are one request.
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._begin)

    @property
    def busy(self) -> bool:
        return self._job is not None or self._settle.isActive()

    def request(self, wanted: Wanted) -> bool:
        """Prepare these; False, and nothing happens, if they are what was asked for last."""
        if wanted == self._wanted or self._closed:
            return False
        self._wanted = wanted
        self._cancel.set()
        self._settle.start()
        return True

    def cancel(self) -> None:
        """Give up; the same pictures may be asked for again afterwards."""
        self._settle.stop()
        self._cancel.set()
        self._wanted = None

    def close(self) -> None:
        """Cancel, and wait until the work has ended."""
        self._closed = True
        self.cancel()
        if self._job is not None:
            self._job.wait()

    @Slot()
    def _begin(self) -> None:
        self._settle.stop()
        if self._job is not None or self._wanted is None:  # the running one is on its way out; it calls again
            return
        self._cancel = threading.Event()
        wanted, cancel = self._wanted, self._cancel

        def work() -> tuple[Wanted, PictureCache | None]:
            try:
                return wanted, prepare(
                    open_source(wanted.source),
                    size=wanted.size,
                    color=wanted.color,
                    crop=wanted.crop,
                    progress=lambda progress: self._reported.emit(wanted, progress),
                    cancelled=cancel.is_set,
                )
            except Cancelled:
                return wanted, None

        self._job = run_job(self, work, self._done, self._fail)

    @Slot(object, object)
    def _pass_on(self, wanted: Wanted, progress: Progress) -> None:
        if wanted == self._wanted and not self._cancel.is_set():
            self.progress.emit(progress)

    def _done(self, result: tuple[Wanted, PictureCache | None]) -> None:
        self._job = None
        _, cache = result
        if cache is None or self._cancel.is_set():  # another was asked for, perhaps the same once more
            self._begin()
        else:
            self.ready.emit(cache)

    def _fail(self, words: str) -> None:
        self._job = None
        if self._cancel.is_set():
            self._begin()
        else:
            self.failed.emit(words)

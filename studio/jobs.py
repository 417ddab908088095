"""Short background work for the window: one-off jobs, and a worker that keeps only the newest request.

Results always arrive in the GUI thread: the worker emits a signal of an object that lives there, and that
object calls the callback. Threads are asked and waited for, never killed.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from studio.faults import sentence

T = TypeVar("T")

# A job must outlive its thread whatever becomes of the widget that asked for it.
_under_way: set["Job"] = set()


class Job(QObject):
    """One piece of work in a thread of its own; see `run_job`."""

    _ended = Signal(object, object)

    def __init__(
        self,
        parent: QObject,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._for = parent
        self._work = work
        self._done = done
        self._failed = failed
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name="studio job")

    def start(self) -> None:
        _under_way.add(self)
        self._thread.start()

    def wait(self) -> None:
        """Return when the work is over; its result is delivered by the event loop afterwards."""
        self._thread.join()

    def _run(self) -> None:
        try:
            result = self._work()
        except Exception as error:
            self._ended.emit(None, error)
        else:
            self._ended.emit(result, None)

    @Slot(object, object)
    def _deliver(self, result: object, error: Exception | None) -> None:
        self._thread.join()  # it has spoken its last word and ends by itself; nobody waits for it later
        _under_way.discard(self)
        if not isValid(self._for):
            return
        if error is None:
            self._done(result)
        else:
            self._failed(sentence(error))


def run_job(
    parent: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[str], None]
) -> Job:
    """Run `work` in a thread; then `done(result)` or `failed(sentence)` is called in the GUI thread.

    Nothing is called once `parent` has been destroyed. Call it from the GUI thread.
    """
    job = Job(parent, work, done, failed)
    job.start()
    return job


def wait_for_all() -> None:
    """Return when no job is at work any more; for the way out of the program."""
    for job in list(_under_way):
        job.wait()


class NewestWins(QObject):
    """One worker thread for requests that replace each other, such as a dragged slider's.

    `result` and `failed` (a sentence) are emitted in the GUI thread, in the order of the requests. A request
    that is still waiting when the next one comes is dropped.
    """

    result = Signal(object)
    failed = Signal(str)
    _ended = Signal(object, object)

    def __init__(self, work: Callable[[Any], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._waiting: list[Any] = []  # none or one
        self._closed = False
        self._changed = threading.Condition()
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name="studio newest-wins", daemon=True)
        self._thread.start()

    def request(self, item: object) -> None:
        """Ask for `work(item)`; returns at once."""
        with self._changed:
            self._waiting = [item]
            self._changed.notify()

    def close(self) -> None:
        """Drop what waits, wait for what runs, end the thread. Nothing is delivered afterwards."""
        with self._changed:
            self._closed = True
            self._waiting = []
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._waiting)
                if self._closed:
                    return
                item = self._waiting.pop()
            try:
                result = self._work(item)
            except Exception as error:
                self._ended.emit(None, error)
            else:
                self._ended.emit(result, None)

    @Slot(object, object)
    def _deliver(self, result: object, error: Exception | None) -> None:
        if self._closed:
            return
        if error is None:
            self.result.emit(result)
        else:
            self.failed.emit(sentence(error))

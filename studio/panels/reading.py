"""Records of runs, read in the background: the newest that was asked for counts."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.jobs import run_job
from studio.panels.record import Record, read_record

Then = Callable[[Record], None]


class Reading(QObject):
    """`ended` after what was asked for was done or has failed; `failed(sentence)` comes after it."""

    ended = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._then: Then | None = None
        self._number = 0

    @property
    def busy(self) -> bool:
        return self._then is not None

    def read(self, folder: Path, then: Then) -> None:
        """Read a run's record, then do `then` with it unless another is asked for meanwhile."""
        self._then = then
        self._number += 1
        run_job(
            self,
            partial(read_record, folder),
            partial(self._take, self._number),
            partial(self._fail, self._number),
        )

    def _take(self, number: int, record: Record) -> None:
        if number == self._number and self._then is not None:
            then, self._then = self._then, None
            then(record)
            self.ended.emit()

    def _fail(self, number: int, sentence: str) -> None:
        if number == self._number:
            self._then = None
            self.ended.emit()
            self.failed.emit(sentence)

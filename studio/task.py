"""Work that takes a while: a small dialog with a bar and Cancel over whoever asked for it."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from core.errors import Cancelled
from studio.jobs import run_job
from studio.parts import Button, label, named

T = TypeVar("T")
Progress = Callable[[int, int | None], None]  # (done, total); a total of None: not known
Work = Callable[[Progress, Callable[[], bool]], T]  # takes progress and cancelled, runs in a thread

SHOWN_AFTER_MS = 200  # what is over sooner would only flash
LOOK_MS = 60
FORETOLD_AFTER_S = 3.0  # sooner than that, the time left is a guess


class TaskDialog(QDialog):
    """The bar and the button; see `run_task`."""

    def __init__(
        self,
        over: QWidget,
        title: str,
        work: Work[Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        super().__init__(over.window())
        named(self, "taskDialog", title)
        self.setWindowTitle("DCGAN Studio")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setMinimumWidth(420)
        self._done, self._failed = done, failed
        self._cancelled = threading.Event()
        self._over = False
        self._reached: tuple[int, int | None] = (0, None)  # written by the thread, read by the timer
        self._began = time.monotonic()

        self._bar = QProgressBar()
        named(self._bar, "taskBar", title)
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self._count = label(" ", "caption", name="taskCount", accessible="How far it is")
        self._cancel = Button("Cancel", "taskCancelButton")
        self._cancel.setAutoDefault(False)
        self._cancel.clicked.connect(self.cancel)
        foot = QHBoxLayout()
        foot.addWidget(self._count, 1)
        foot.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(12)
        column.addWidget(label(title, "dialog", wrap=True))
        column.addWidget(self._bar)
        column.addLayout(foot)

        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_MS)
        QTimer.singleShot(SHOWN_AFTER_MS, self, self._open)
        # Whoever destroys the window or ends the program must not wait for the rest of the work.
        self.destroyed.connect(self._cancelled.set)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.cancel)
        run_job(self, lambda: self._work(work), self._deliver, self._fail)

    @Slot()
    def cancel(self) -> None:
        """Ask the work to stop; the dialog goes when it has."""
        self._cancelled.set()
        self._cancel.setEnabled(False)
        self._count.setText("Stopping…")

    def reject(self) -> None:
        self.cancel()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._over:
            event.ignore()
            self.cancel()

    def _work(self, work: Work[Any]) -> tuple[bool, Any]:
        """In the thread: whether it came to an end, and with what."""
        try:
            return True, work(self._progress, self._cancelled.is_set)
        except Cancelled:
            return False, None

    def _progress(self, done: int, total: int | None = None) -> None:
        self._reached = done, total

    @Slot()
    def _open(self) -> None:
        if not self._over:
            self.open()

    @Slot()
    def _look(self) -> None:
        done, total = self._reached
        if self._cancelled.is_set():
            return
        self._bar.setRange(0, total or 0)
        self._bar.setValue(done)
        if total:
            self._count.setText(f"{done:,} of {total:,}{self._foretold(done, total)}")
        elif done:
            self._count.setText(f"{done:,}")

    def _foretold(self, done: int, total: int) -> str:
        elapsed = time.monotonic() - self._began
        if elapsed < FORETOLD_AFTER_S or not 0 < done < total:
            return ""
        left = elapsed / done * (total - done)
        return f" · about {left:.0f} s left" if left < 90 else f" · about {left / 60:.0f} min left"

    def _deliver(self, ended: tuple[bool, Any]) -> None:
        self._leave()
        came_to_an_end, result = ended
        if came_to_an_end:
            self._done(result)

    def _fail(self, sentence: str) -> None:
        self._leave()
        self._failed(sentence)

    def _leave(self) -> None:
        self._over = True
        self._timer.stop()
        self.accept()
        self.deleteLater()


def run_task(
    over: QWidget, title: str, work: Work[T], done: Callable[[T], None], failed: Callable[[str], None]
) -> TaskDialog:
    """Run `work(progress, cancelled)` in a thread, with a dialog over the window of `over` if it takes long.

    Then `done(result)` or `failed(sentence)` is called in the GUI thread. Work that finds `cancelled()` true
    raises core.errors.Cancelled, and neither is called; work that was through by then is done. Nothing is
    called once the window is gone. `progress(done, total)` may be called as often as one likes.
    """
    return TaskDialog(over, title, work, done, failed)

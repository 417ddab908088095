"""The first click into a window that has just appeared."""

from time import perf_counter

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QToolButton

from studio.timing.painted import Painted
from studio.window import RUNS, MainWindow


class FirstClick(QObject):
    """Clicks on Runs as soon as the window is painted, and ends the event loop when it has seen enough."""

    def __init__(self, window: MainWindow, *, watched_s: float, tick_ms: int, limit_ms: int) -> None:
        """watched_s: how long to look at the event loop after the click. limit_ms: when to give up."""
        super().__init__(window)
        self.painted: float | None = None
        self.clicked: float | None = None
        self.late_s = 0.0  # the most that a tick came late
        self._window, self._watched_s, self._tick_s = window, watched_s, tick_ms / 1e3
        self._ticked = 0.0
        self._ticks = QTimer(self)
        self._ticks.setTimerType(Qt.TimerType.PreciseTimer)
        self._ticks.setInterval(tick_ms)
        self._ticks.timeout.connect(self._tick)
        self._seen = Painted(window, lambda: None, self._click)
        self._answered: Painted | None = None
        window.stack.currentChanged.connect(self._watch_answer)
        QTimer.singleShot(limit_ms, self, self._end)

    def _click(self) -> None:
        """Press and release on Runs, as the system would report them."""
        if self.painted is not None:
            return
        self.painted = perf_counter()
        window, tab = self._window.windowHandle(), self._window.findChild(QToolButton, "runsTab")
        assert window is not None
        assert tab is not None
        inside = QPointF(tab.mapTo(self._window, tab.rect().center()))
        on_screen = QPointF(tab.mapToGlobal(tab.rect().center()))
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        for kind, held in ((QEvent.Type.MouseButtonPress, left), (QEvent.Type.MouseButtonRelease, none)):
            event = QMouseEvent(kind, inside, on_screen, left, held, Qt.KeyboardModifier.NoModifier)
            QCoreApplication.postEvent(window, event)

    @Slot(int)
    def _watch_answer(self, index: int) -> None:
        """Runs is built by the click that asks for it."""
        if index == RUNS and self._answered is None:
            self._answered = Painted(self._window.runs, lambda: None, self._note_answer)

    def _note_answer(self) -> None:
        if self.clicked is None and self._window.stack.currentIndex() == RUNS:
            self.clicked = self._ticked = perf_counter()
            self._ticks.start()

    @Slot()
    def _tick(self) -> None:
        now = perf_counter()
        self.late_s = max(self.late_s, now - self._ticked - self._tick_s)
        self._ticked = now
        if self.clicked is not None and now - self.clicked > self._watched_s:
            self._end()

    @Slot()
    def _end(self) -> None:
        QApplication.exit()  # `quit` would close the window first, on the page that it is on

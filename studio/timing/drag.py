"""A drag of a latent slider, movement by movement, and when the face had followed each."""

from collections import deque
from collections.abc import Callable
from time import perf_counter, sleep

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QSlider, QStyle, QStyleOptionSlider

from studio.timing.painted import Painted
from studio.window import MainWindow

EDGE = 12  # px at either end that the handle does not reach


def settle(done: Callable[[], bool], limit_s: float) -> bool:
    """Let the window work until something is so; whether it came to be within the limit."""
    end = perf_counter() + limit_s
    while not done():
        if perf_counter() > end:
            return False
        QApplication.processEvents()
        sleep(0.002)
    return True


class Drag(QObject):
    """Moves the mouse over `latentSlider0` of the Explore workspace, its button held down."""

    def __init__(self, window: MainWindow, *, every_ms: int) -> None:
        super().__init__(window)
        slider = window.findChild(QSlider, "latentSlider0")
        assert slider is not None
        self.delays: list[float] = []  # seconds, of every movement that has been shown
        self._slider, self._card, self._exploration = slider, window.explore.face, window.explore.exploration
        self._sent: deque[tuple[float, float]] = deque()  # movements not shown yet: when, to which number
        self._shows: float | None = None
        self._place: Callable[[float], float] = lambda seconds: 0.0
        self._began = self._seconds = 0.0
        self._loop = QEventLoop()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(every_ms)
        self._timer.timeout.connect(self._move)
        Painted(self._card.view, self._note, self._count)

    def go(self, seconds: float, place: Callable[[float], float]) -> None:
        """Drag for so long; place: where to be after so many seconds, -1 left to 1 right."""
        self._place, self._seconds, self._began = place, seconds, perf_counter()
        self._send(QEvent.Type.MouseButtonPress, self._handle(), held=True)
        self._timer.start()
        self._loop.exec()
        self._send(QEvent.Type.MouseButtonRelease, self._handle(), held=False)
        settle(lambda: not self._sent, 2.0)

    @Slot()
    def _move(self) -> None:
        now = perf_counter()
        if now - self._began > self._seconds:
            self._timer.stop()
            self._loop.quit()
            return
        reach = self._slider.width() / 2 - EDGE
        x = round(self._slider.width() / 2 + reach * self._place(now - self._began))
        before = self._number()
        self._send(QEvent.Type.MouseMove, QPoint(x, self._slider.height() // 2), held=True)
        if self._number() != before:
            self._sent.append((now, self._number()))

    def _number(self) -> float:
        """The one that the slider moves."""
        return float(self._exploration.z[0])

    def _note(self) -> None:
        faces = self._card.faces
        self._shows = None if faces is None else float(faces.wish.z[0, 0])

    def _count(self) -> None:
        """All movements up to the newest whose face is on the screen have arrived."""
        now = perf_counter()
        newest = max((at for at, (_, number) in enumerate(self._sent) if number == self._shows), default=None)
        for _ in range(0 if newest is None else newest + 1):
            self.delays.append(now - self._sent.popleft()[0])

    def _handle(self) -> QPoint:
        option = QStyleOptionSlider()
        self._slider.initStyleOption(option)
        return (
            self._slider.style()
            .subControlRect(
                QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self._slider
            )
            .center()
        )

    def _send(self, kind: QEvent.Type, point: QPoint, *, held: bool) -> None:
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        button = none if kind == QEvent.Type.MouseMove else left
        event = QMouseEvent(
            kind,
            QPointF(point),
            QPointF(self._slider.mapToGlobal(point)),
            button,
            left if held else none,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(self._slider, event)

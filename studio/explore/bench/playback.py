"""Plays by the clock on the wall: what comes late is left out, nothing becomes slower."""

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

FPS = 30


class Playback(QObject):
    """Tells 30 times a second how far a film has come."""

    came_to = Signal(float)  # seconds from its start
    ended = Signal()  # by itself, not by `stop`

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._began = 0.0  # when it would have been at 0
        self._seconds, self._loop = 1.0, False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1000 // FPS)
        self._timer.timeout.connect(self._tick)

    @property
    def running(self) -> bool:
        return self._timer.isActive()

    def play(self, start: float, seconds: float, loop: bool) -> None:
        """Play a film of `seconds` from `start`, again and again if it is a loop."""
        self._began = time.monotonic() - start
        self._seconds, self._loop = seconds, loop
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    @Slot()
    def _tick(self) -> None:
        at = time.monotonic() - self._began
        if self._loop:
            self.came_to.emit(at % self._seconds)
        else:
            self.came_to.emit(min(at, self._seconds))
            if at >= self._seconds:
                self._timer.stop()
                self.ended.emit()

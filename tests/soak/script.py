"""What a person does in the window, written as a generator that yields what it waits for."""

import sys
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

Wait = Callable[[], bool]
Script = Iterator[Wait]
T = TypeVar("T", bound=QWidget)

LOOK_MS = 20
PATIENCE_S = 120.0  # for one wait, on a machine that has other things to do


def after(seconds: float) -> Wait:
    """A wait that is over when so much time has passed."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def child(window: QWidget, kind: type[T], name: str) -> T:
    """The control of that object name."""
    found = window.findChild(kind, name)
    assert found is not None, f"There is no {name}."
    return found


def click(window: QWidget, name: str) -> None:
    button = child(window, QAbstractButton, name)
    assert button.isEnabled(), f"{name} is disabled: {button.toolTip()}"
    button.click()


class Player(QObject):
    """Plays a script inside the event loop, which it ends afterwards; `error` says what went wrong."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.error: BaseException | None = None
        self._script = script
        self._wait: Wait = lambda: True
        self._since = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._go_on)

    def play(self) -> None:
        """Returns when the script is over. Raises what it raised, or what a slot of the window did."""
        sys.excepthook = lambda kind, error, trace: self._end(error)  # instead of the window's, which goes on
        self._timer.start()
        QApplication.exec()
        sys.excepthook = sys.__excepthook__
        if self.error is not None:
            raise self.error

    @Slot()
    def _go_on(self) -> None:
        try:
            if self._wait():
                self._wait, self._since = next(self._script), time.monotonic()
            elif time.monotonic() > self._since + PATIENCE_S:
                line = self._script.gi_frame.f_lineno if hasattr(self._script, "gi_frame") else 0
                raise TimeoutError(f"Line {line} of the script has waited for {PATIENCE_S:.0f} s.")
        except StopIteration:
            self._end(None)
        except Exception as error:
            self._end(error)

    def _end(self, error: BaseException | None) -> None:
        self.error = self.error or error
        self._timer.stop()
        QApplication.exit()

"""The line above the faces of a run that another program trains: who does, and when it was last heard of."""

import time

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout

from core.runs import SILENT_S
from studio.panels.forecast import lasting
from studio.parts import Button, label, named

TICK_MS = 1000


class Attached(QFrame):
    """`left` when the person no longer wants to watch, `explored` to move its faces; `silent_changed` when it
    has not been heard of for long, or is again.
    """

    left = Signal()
    explored = Signal()
    silent_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        named(self, "attachedNote", "Trained by another program")
        self._where = ""
        self._step = -1  # the newest that was heard of
        self._heard = 0.0  # when, by this machine's clock
        self._silent = False
        self._text = label("", "muted", name="attachedLabel", wrap=True)
        self._explore = Button("Explore its faces", "exploreAttachedButton", kind="link")
        self._explore.clicked.connect(self.explored)
        self._leave = Button("Stop watching", "leaveButton", kind="link")
        self._leave.setToolTip("The run goes on where it trains")
        self._leave.clicked.connect(self.left)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(16)
        row.addWidget(self._text, 1)
        row.addWidget(self._explore)
        row.addWidget(self._leave)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._say)
        self.hide()

    @property
    def silent(self) -> bool:
        """Whether it has not been heard of for so long that it may have been killed."""
        return self._silent

    def begin(self, where: str, step: int, age_s: float, *, ours: bool) -> None:
        """where: who trains it. step: the last one that is known, for so many seconds. ours: it cannot be
        left to itself."""
        self._where, self._step = where, step
        self._heard = time.monotonic() - max(0.0, age_s)
        self._silent = False
        self._leave.setVisible(not ours)
        self._explore.setVisible(not ours)
        self._say()
        self._timer.start()
        self.show()

    def hear(self, step: int) -> None:
        """Something was told of a step."""
        if step > self._step:
            self._step, self._heard = step, time.monotonic()
            self._say()

    def end(self) -> None:
        self._timer.stop()
        self._silent = False
        self.hide()

    @Slot()
    def _say(self) -> None:
        age = time.monotonic() - self._heard
        silent = age >= SILENT_S
        news = "Last news just now" if age < 2 else f"Last news {lasting(age)} ago"
        if silent:
            news = (
                f"No news for {lasting(age)}: it may have been interrupted, or its folder is not synchronised"
            )
        words = f"{self._where}. {news}."
        if self._text.text() != words:
            self._text.setText(words)
            self._text.setAccessibleName(words)
        if silent != self._silent:
            self._silent = silent
            self.silent_changed.emit()

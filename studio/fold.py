"""A titled part of a form that can be folded away."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.parts import Button, label


class Fold(QWidget):
    """A heading to click on, a short note at its right, and the rows in `body`; folded at first."""

    def __init__(self, title: str, name: str) -> None:
        super().__init__()
        self.head = Button(title, name, kind="fold", icon_name="chevron-right", accessible=f"{title}, folded")
        self.head.setCheckable(True)
        self.head.toggled.connect(self._unfold)
        self._title = title
        self._note = label("", "caption", name=f"{name}Note", accessible=f"{title}: changes")
        top = QHBoxLayout()
        top.setContentsMargins(-5, 0, 0, 0)  # the arrow stands where the labels begin
        top.setSpacing(8)
        top.addWidget(self.head, 1)
        top.addWidget(self._note)
        self._inside = QWidget()
        self._inside.setProperty("scrolled", True)
        self.body = QVBoxLayout(self._inside)
        self.body.setContentsMargins(0, 4, 0, 12)
        self.body.setSpacing(8)
        self._inside.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._inside)

    def say(self, note: str, tip: str = "") -> None:
        """What there is to know of the rows while they are folded."""
        self._note.setText(note)
        self._note.setToolTip(tip)

    def open(self) -> None:
        self.head.setChecked(True)

    @Slot(bool)
    def _unfold(self, on: bool) -> None:
        self.head.set_icon("chevron-down" if on else "chevron-right")
        self.head.setAccessibleName(f"{self._title}, {'unfolded' if on else 'folded'}")
        self._inside.setVisible(on)

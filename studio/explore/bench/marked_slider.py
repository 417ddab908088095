"""A slider with marks under its groove."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSlider, QStyle

from studio.parts import named
from studio.theme import color

KNOB = 16  # width of the handle with its border, as the style sheet has it
MARK = 3.5  # half the size of a diamond


class MarkedSlider(QSlider):
    """Horizontal. A click beside the handle takes it there, as in every film editor."""

    def __init__(self, name: str, accessible: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        named(self, name, accessible)
        self._marks: list[int] = []

    def set_marks(self, values: Sequence[int]) -> None:
        """At which values a mark stands."""
        self._marks = list(values)
        self.update()

    def marks(self) -> list[int]:
        return list(self._marks)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("muted" if self.isEnabled() else "disabled"))
        y = self.height() - MARK
        for value in self._marks:
            x = KNOB / 2 + self._room() * (value - self.minimum()) / max(1, self.maximum() - self.minimum())
            painter.drawPolygon(
                QPolygonF(
                    [QPointF(x, y - MARK), QPointF(x + MARK, y), QPointF(x, y + MARK), QPointF(x - MARK, y)]
                )
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            place = round(event.position().x() - KNOB / 2)
            value = QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), place, self._room())
            self.setSliderDown(True)  # so that what follows is one drag
            self.setSliderPosition(value)
        super().mousePressEvent(event)

    def _room(self) -> int:
        """How far the handle can go, in pixels."""
        return self.width() - KNOB

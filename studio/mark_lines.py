"""What happened to a run, as thin vertical lines on its curves."""

from collections.abc import Sequence
from itertools import groupby

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from studio.marks import TOKENS, Kind, Mark
from studio.theme import color


class MarkLines(pg.UIGraphicsItem):  # type: ignore[misc]
    """The lines in one plot, drawn as one item: an item for each would take a millisecond to make."""

    def __init__(self, item: pg.PlotItem) -> None:
        super().__init__()
        self.lines: list[tuple[Mark, float, float]] = []  # with the part of the height, 0 at the bottom
        self._pens: dict[Kind, QPen] = {}
        self.setZValue(-10)
        item.addItem(self, ignoreBounds=True)

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """marks: by step; those of the same step stand above each other."""
        self.lines = []
        for _, group in groupby(marks, key=lambda each: each.step):
            together = list(group)
            for place, mark in enumerate(together):
                self.lines.append((mark, place / len(together), (place + 1) / len(together)))
        self.update()

    def at(self, step: float, reach: float) -> list[Mark]:
        """The marks within `reach` steps."""
        return [mark for mark, _, _ in self.lines if abs(mark.step - step) <= reach]

    def dress(self) -> None:
        """Take the theme's colours."""
        for kind, token in TOKENS.items():
            style = Qt.PenStyle.SolidLine if kind == "best" else Qt.PenStyle.DotLine
            self._pens[kind] = pg.mkPen(color(token), width=1, style=style)
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        seen = self.boundingRect()
        for mark, low, high in self.lines:
            if seen.left() <= mark.step <= seen.right():
                bottom, top = (seen.top() + share * seen.height() for share in (low, high))
                painter.setPen(self._pens[mark.kind])
                painter.drawLine(QPointF(mark.step, bottom), QPointF(mark.step, top))

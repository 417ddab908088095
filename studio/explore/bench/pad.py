"""A square to move about in with a dot, over a sheet of the faces that lie there."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.explore.bench.block import RADIUS, draw_ring
from studio.parts import named
from studio.pictures import tiled, to_image
from studio.theme import color, theme

KEY_STEP, FINE_STEP = 0.05, 0.01
DOT = 7.0  # its radius
LARGEST = 400


class Pad(QWidget):
    """Drag the dot, or use the arrow keys (finer with Shift): `moved(u, v)`, then `settled`.

    u goes to the right and v down, from 0 in the middle of the first face of the sheet to 1 in that of the
    last, so that the dot lies on the face that it stands for.
    """

    moved = Signal(float, float)
    settled = Signal()

    def __init__(self, name: str, accessible: str) -> None:
        super().__init__()
        named(self, name, accessible)
        self.setToolTip("Drag the dot. With the keyboard: arrow keys, with Shift in small steps")
        self._across = 1
        self._sheet: QImage | None = None
        self._at = (0.5, 0.5)
        self._exact = False
        self._dragged = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        theme().changed.connect(self.update)

    def set_across(self, across: int) -> None:
        """How many faces of the sheet lie side by side."""
        self._across = across
        self.update()

    def set_sheet(self, pictures: NDArray[np.uint8]) -> None:
        """The faces under the dot, (across * across, s, s, 3)."""
        self._sheet = to_image(tiled(pictures, self._across))
        self.update()

    def place(self, u: float, v: float) -> None:
        """Put the dot somewhere without telling."""
        self._at = u, v
        self.setAccessibleDescription(f"{u:.0%} to the right, {v:.0%} down")
        self.update()

    def set_exact(self, exact: bool) -> None:
        """Whether the current face is the one under the dot; it is drawn hollow if not."""
        self._exact = exact
        self.update()

    def at(self) -> tuple[float, float]:
        return self._at

    def point(self, u: float, v: float) -> QPointF:
        """Where a place of the pad is drawn."""
        square, half = self.square(), self._half()
        room = square.width() - 2 * half
        return QPointF(square.left() + half + u * room, square.top() + half + v * room)

    def square(self) -> QRect:
        side = max(1, min(self.width(), self.height(), LARGEST))
        return QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def sizeHint(self) -> QSize:
        return QSize(180, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(110, 110)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedWidth(max(self.minimumSizeHint().width(), min(self.height(), LARGEST)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        square = self.square()
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(square), RADIUS, RADIUS)
        painter.fillPath(outline, color("track"))
        if self._sheet is not None:
            painter.save()
            painter.setClipPath(outline)
            painter.drawImage(square, self._sheet)
            painter.restore()
        if self.hasFocus():
            draw_ring(painter, square.adjusted(1, 1, -1, -1), "accent")
        if self.isEnabled():
            self._paint_dot(painter, self.point(*self._at))

    def _paint_dot(self, painter: QPainter, where: QPointF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(Qt.GlobalColor.black, 4))  # a dark rim round a light one shows on any face
        painter.drawEllipse(where, DOT, DOT)
        painter.setBrush(color("accent") if self._exact else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(Qt.GlobalColor.white, 2))
        painter.drawEllipse(where, DOT, DOT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged = True
            self._go_to_point(event.position().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged:
            self._go_to_point(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged and event.button() == Qt.MouseButton.LeftButton:
            self._dragged = False
            self.settled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = _way(event)
        if way is None:
            super().keyPressEvent(event)
            return
        step = FINE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else KEY_STEP
        self._go(self._at[0] + step * way[0], self._at[1] + step * way[1])

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if _way(event) is None:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self.settled.emit()

    def _half(self) -> float:
        """Half a face of the sheet."""
        return self.square().width() / (2 * self._across) if self._across > 1 else 0.0

    def _go_to_point(self, point: QPoint) -> None:
        first, last = self.point(0, 0), self.point(1, 1)
        self._go(
            (point.x() - first.x()) / (last.x() - first.x()), (point.y() - first.y()) / (last.y() - first.y())
        )

    def _go(self, u: float, v: float) -> None:
        self.place(min(1.0, max(0.0, u)), min(1.0, max(0.0, v)))
        self.moved.emit(*self._at)


def _way(event: QKeyEvent) -> tuple[int, int] | None:
    return {
        Qt.Key.Key_Left: (-1, 0),
        Qt.Key.Key_Right: (1, 0),
        Qt.Key.Key_Up: (0, -1),
        Qt.Key.Key_Down: (0, 1),
    }.get(Qt.Key(event.key()))

"""A picture in a square frame, moved and zoomed until the face fills the frame."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.likeness.photos import Square, middle
from studio.parts import named
from studio.pictures import to_image
from studio.theme import color, pixmap, theme

MOST_ZOOM = 8.0
_KEY_STEP = 0.05  # of the frame


class CropView(QWidget):
    """`changed` when the part in the frame is another one; `pressed_empty` when there is no picture yet."""

    changed = Signal()
    pressed_empty = Signal()

    def __init__(self, name: str, accessible: str, empty: str) -> None:
        """empty: what is said while there is no picture."""
        super().__init__()
        named(self, name, accessible)
        self._image = QImage()
        self._empty = empty
        self._whole = Square(0, 0, 1)  # what zoom 1 shows
        self._part = self._whole
        self._grabbed: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme().changed.connect(self.update)

    def show_photo(self, photo: NDArray[np.uint8] | None) -> None:
        """Show the middle of a (h, w, 3) picture."""
        self._image = QImage() if photo is None else to_image(photo)
        self._whole = self._part = Square(0, 0, 1) if photo is None else middle(photo)
        self.setCursor(Qt.CursorShape.PointingHandCursor if photo is None else Qt.CursorShape.OpenHandCursor)
        self.update()

    def part(self) -> Square:
        return self._part

    def zoom(self) -> float:
        return self._whole.side / self._part.side

    def set_zoom(self, zoom: float) -> None:
        """1 shows as much as fits into the frame; the middle of the frame stays."""
        side = self._whole.side / min(MOST_ZOOM, max(1.0, zoom))
        shift = (self._part.side - side) / 2
        self._move_to(self._part.left + shift, self._part.top + shift, side)

    def sizeHint(self) -> QSize:
        return QSize(self.height() or 150, 150)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 96)

    def _move_to(self, left: float, top: float, side: float) -> None:
        if self._image.isNull():
            return
        part = Square(
            min(max(0.0, left), self._image.width() - side),
            min(max(0.0, top), self._image.height() - side),
            side,
        )
        if part != self._part:
            self._part = part
            self.update()
            self.changed.emit()

    def _frame(self) -> QRectF:
        side = min(self.width(), self.height())
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = self._frame().adjusted(1, 1, -1, -1)
        outline = QPainterPath()
        outline.addRoundedRect(frame, 7, 7)
        painter.fillPath(outline, color("sunken"))
        if self._image.isNull():
            painter.setPen(QPen(color("line_strong"), 1, Qt.PenStyle.DashLine))
            painter.drawPath(outline)
            drawn = pixmap("image", "muted", 24)
            painter.drawPixmap(round(frame.center().x()) - 12, round(frame.center().y()) - 34, drawn)
            painter.setPen(color("muted"))
            words = frame.adjusted(8, frame.height() / 2 - 6, -8, -4)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(words, flags, self._empty)
        else:
            painter.setClipPath(outline)
            part = self._part
            painter.drawImage(frame, self._image, QRectF(part.left, part.top, part.side, part.side))
            painter.setClipping(False)
        if self.hasFocus():
            painter.setPen(QPen(color("accent"), 2))
            painter.drawPath(outline)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._image.isNull():
            self.pressed_empty.emit()
        else:
            self._grabbed = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            way = (self._grabbed - event.position()) * (self._part.side / self._frame().width())
            self._grabbed = event.position()
            self._move_to(self._part.left + way.x(), self._part.top + way.y(), self._part.side)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            self._grabbed = None
            self.setCursor(Qt.CursorShape.OpenHandCursor)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._image.isNull():
            event.ignore()
            return
        self.set_zoom(self.zoom() * 1.2 ** (event.angleDelta().y() / 120))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        steps = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        if self._image.isNull() and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed_empty.emit()
        elif key in steps:
            step = _KEY_STEP * self._part.side
            right, down = steps[key]
            self._move_to(self._part.left + right * step, self._part.top + down * step, self._part.side)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.set_zoom(self.zoom() * 1.1)
        elif key == Qt.Key.Key_Minus:
            self.set_zoom(self.zoom() / 1.1)
        else:
            super().keyPressEvent(event)

"""One face: the large one, and small ones that can be clicked."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from studio.parts import named
from studio.pictures import to_image
from studio.theme import color, theme

LARGEST = 720  # logical pixels; beyond it a 64 px face only becomes softer


class FaceView(QWidget):
    """The large face. `resized` tells that `side_px` changed and a picture of that size would be sharper."""

    resized = Signal()

    def __init__(self, name: str, accessible: str, waiting: str = "") -> None:
        """waiting: what is said while there is no picture."""
        super().__init__()
        named(self, name, accessible)
        self._image = QImage()
        self._waiting = waiting
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme().changed.connect(self.update)

    def show_picture(self, picture: NDArray[np.uint8] | None) -> None:
        self._image = QImage() if picture is None else to_image(picture)
        self.update()

    def side_px(self) -> int:
        """The side of the drawn square in device pixels."""
        return round(self._square().width() * self.devicePixelRatioF())

    def sizeHint(self) -> QSize:
        return QSize(480, 480)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 200)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        _draw_face(painter, self._square(), self._image, 8)
        if self._image.isNull():
            painter.setPen(color("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._waiting)

    def _square(self) -> QRect:
        side = max(1, min(self.width(), self.height(), LARGEST))
        return QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side)


class FaceButton(QAbstractButton):
    """A small face to be clicked."""

    def __init__(self, name: str, accessible: str, side: int) -> None:
        super().__init__()
        named(self, name, accessible)
        self.setToolTip(accessible)
        self.setFixedSize(side, side)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._image = QImage()
        theme().changed.connect(self.update)

    def show_picture(self, picture: NDArray[np.uint8] | None) -> None:
        self._image = QImage() if picture is None else to_image(picture)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        square = self.rect().adjusted(2, 2, -2, -2)
        _draw_face(painter, square, self._image, 7)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(color("accent" if self.hasFocus() else "line_strong"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(square, 7, 7)


def _draw_face(painter: QPainter, square: QRect, image: QImage, radius: int) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    outline = QPainterPath()
    outline.addRoundedRect(QRectF(square), radius, radius)
    painter.fillPath(outline, color("sunken"))
    if not image.isNull():
        painter.setClipPath(outline)
        painter.drawImage(square, image)
        painter.setClipping(False)

"""What a sheet will look like, drawn small from the first of its faces."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from core.sheets import Sheet, extent
from studio.parts import named
from studio.pictures import to_image
from studio.theme import color, theme

PREVIEW_PX = 300
MARGIN = 12
LEGIBLE_PX = 6.0
PAPER, UNSEEN, INK = QColor(255, 255, 255), QColor(222, 222, 229), QColor(70, 70, 70)  # the file's own


class SheetPreview(QWidget):
    """The paper with its faces; those that are not decoded are left grey."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "exportPreview", "Preview of the sheet")
        self.setFixedSize(PREVIEW_PX, PREVIEW_PX)
        self._images: list[QImage] = []
        self._sheet: Sheet | None = None
        self._size_px = 1
        theme().changed.connect(self.update)

    def show_layout(self, sheet: Sheet, size_px: int) -> None:
        """size_px: the generator's."""
        self._sheet, self._size_px = sheet, size_px
        self.update()

    def show_pictures(self, pictures: NDArray[np.uint8]) -> None:
        """The first faces, (n, size, size, 3)."""
        self._images = [to_image(each) for each in pictures]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color("border"))
        painter.setBrush(color("sunken"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        if self._sheet is not None:
            self._draw(painter, self._sheet)

    def _draw(self, painter: QPainter, sheet: Sheet) -> None:
        width, height, band = extent(self._size_px, sheet)
        room = PREVIEW_PX - 2 * MARGIN
        shrink = min(room / width, room / height)
        painter.translate((PREVIEW_PX - width * shrink) / 2, (PREVIEW_PX - height * shrink) / 2)
        painter.fillRect(QRectF(0, 0, width * shrink, height * shrink), PAPER)
        side = self._size_px * sheet.scale
        # Enlarged pixels are squares, as in the file.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, side * shrink < self._size_px)
        font = QFont(self.font())
        font.setPixelSize(max(1, round(band / 1.5 * shrink)))
        painter.setFont(font)
        for index in range(len(sheet.z)):
            row, column = divmod(index, sheet.columns)
            left = (sheet.spacing + column * (side + sheet.spacing)) * shrink
            top = (sheet.spacing + row * (side + band + sheet.spacing)) * shrink
            cell = QRectF(left, top, side * shrink, side * shrink)
            if index < len(self._images):
                painter.drawImage(cell, self._images[index])
            else:
                painter.fillRect(cell, UNSEEN)
            below = QRectF(left, cell.bottom(), cell.width(), band * shrink)
            if band * shrink / 1.5 >= LEGIBLE_PX:
                painter.setPen(INK)
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, str(index))
            elif band:  # a line stands for the number
                painter.fillRect(QRectF(below.center().x() - 3, below.center().y() - 0.5, 6, 1), INK)

"""Arrays on screen: the one place where an array becomes a QImage, and the grid widget."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.theme import color, theme

Pictures = NDArray[np.uint8]
ALIASED = 0.6  # drawn smaller than that, each pixel must be the mean of several


def to_image(picture: NDArray[Any]) -> QImage:
    """A QImage that owns its pixels. picture: (h, w), (h, w, 1) or (h, w, 3) uint8, sRGB."""
    if picture.ndim == 3 and picture.shape[2] == 1:
        picture = picture[:, :, 0]
    pixels = np.ascontiguousarray(picture)
    kind = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    height, width = pixels.shape[:2]
    # QImage borrows the memory and assumes rows of a multiple of 4 bytes unless told. It scales and draws
    # 32-bit pixels several times as fast as others.
    borrowed = QImage(pixels.data, width, height, pixels.strides[0], kind)
    return borrowed.convertToFormat(QImage.Format.Format_RGB32)


def tiled(pictures: Pictures, columns: int) -> NDArray[np.uint8]:
    """One picture of all, row by row and without gaps; the last row is filled up with black.

    pictures: (n, s, s, c) -> (rows * s, columns * s, c).
    """
    count, height, width, channels = pictures.shape
    rows = math.ceil(count / columns)
    full = np.zeros((rows * columns, height, width, channels), np.uint8)
    full[:count] = pictures
    ordered = full.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    return ordered.reshape(rows * height, columns * width, channels)


def read_grid(path: Path, count: int) -> Pictures:
    """The pictures of a saved square grid, (count, s, s, 3) uint8. Raises OSError."""
    with Image.open(path) as opened:
        pixels = np.asarray(opened.convert("RGB"))
    across = math.isqrt(count)
    side = pixels.shape[1] // across
    cells = pixels[: across * side, : across * side].reshape(across, side, across, side, 3).swapaxes(1, 2)
    return np.ascontiguousarray(cells.reshape(count, side, side, 3))


class PictureGrid(QWidget):
    """Pictures in rows and columns, as large as fits, centred.

    A click, or the arrow keys with Enter, selects one: `picked(index)`. Set `selectable` to False for a grid
    that is only looked at.
    """

    picked = Signal(int)

    def __init__(
        self, parent: QWidget | None = None, *, gap: int = 2, selectable: bool = True, fill: bool = False
    ) -> None:
        """fill: as many columns as make the pictures largest, instead of a square."""
        super().__init__(parent)
        self._gap = gap
        self._fill = fill
        self._selectable = selectable
        self._count = self._across = 0
        self._sheet = QImage()  # all pictures without gaps, `_across` in a row
        self._columns: int | None = None
        self._selected: int | None = None
        self._hovered: int | None = None
        self._drawn: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        if selectable:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setMouseTracking(True)
        theme().changed.connect(self.update)

    def set_pictures(self, pictures: Pictures | None, columns: int | None = None) -> None:
        """Show (n, s, s, c) uint8 pictures in `columns` columns, as square as possible unless given."""
        self._count = count = 0 if pictures is None else len(pictures)
        self._across = math.ceil(math.sqrt(count))
        self._sheet = QImage() if pictures is None or not count else to_image(tiled(pictures, self._across))
        self._columns = columns
        if self._selected is not None and self._selected >= count:
            self._selected = None
        self._drawn = None
        self.setAccessibleDescription(
            f"{count} pictures in {self.columns()} columns" if count else "no pictures"
        )
        self.update()

    def replace(self, first: int, pictures: Pictures) -> None:
        """Show other pictures (n, s, s, c) uint8 in the places from `first` on; the rest stays as it is."""
        places = range(first, first + len(pictures))
        painter = QPainter(self._sheet)
        for index, picture in zip(places, pictures, strict=True):
            painter.drawImage(self._source(index), to_image(picture))
        painter.end()
        if self._drawn is not None:
            self._draw_cells(self._drawn, places)
        cells = self._cells()
        for index in places:
            self.update(cells[index])

    def set_fill(self, fill: bool) -> None:
        self._fill = fill
        self._drawn = None
        self.update()

    def count(self) -> int:
        return self._count

    def columns(self) -> int:
        if self._columns:
            return self._columns
        if self._fill:
            return max(range(1, max(2, self._count + 1)), key=self._fitting)
        return max(1, math.ceil(math.sqrt(self._count)))

    def rows(self) -> int:
        return max(1, math.ceil(self._count / self.columns()))

    def selected(self) -> int | None:
        return self._selected

    def select(self, index: int | None) -> None:
        """Mark a picture without emitting `picked`."""
        self._selected = index if index is not None and index < self._count else None
        self.update()

    def index_at(self, point: QPoint) -> int | None:
        """Which picture is under a point of this widget."""
        return next((index for index, cell in enumerate(self._cells()) if cell.contains(point)), None)

    def sizeHint(self) -> QSize:
        return QSize(256, 256)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 96)

    def _side(self) -> int:
        """Side of one cell in logical pixels: all fit, and the original size is kept when it is near."""
        side = max(1, math.floor(self._fitting(self.columns())))
        original = self._original() / self.devicePixelRatioF()
        return int(original) if original and original <= side < 1.08 * original else side

    def _original(self) -> int:
        """Side of a picture in its own pixels, 0 if there is none."""
        return self._sheet.width() // self._across if self._across else 0

    def _source(self, index: int) -> QRect:
        """Where a picture is in the sheet."""
        side = self._original()
        row, column = divmod(index, self._across)
        return QRect(column * side, row * side, side, side)

    def _fitting(self, columns: int) -> float:
        """Side of the largest cells that fit in so many columns."""
        rows = max(1, math.ceil(self._count / columns))
        return min(
            (self.width() - self._gap * (columns - 1)) / columns,
            (self.height() - self._gap * (rows - 1)) / rows,
        )

    def _cells(self) -> list[QRect]:
        """Where each picture is drawn."""
        side, pitch = self._side(), self._side() + self._gap
        columns, rows = self.columns(), self.rows()
        left = (self.width() - columns * pitch + self._gap) // 2
        top = (self.height() - rows * pitch + self._gap) // 2
        places = (divmod(index, columns) for index in range(self._count))
        return [QRect(left + column * pitch, top + row * pitch, side, side) for row, column in places]

    def _draw(self) -> QPixmap:
        """All pictures at their place: scaled once for a size, so that a hover repaints in no time."""
        ratio = self.devicePixelRatioF()
        drawn = QPixmap(self.size() * ratio)
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(Qt.GlobalColor.transparent)
        self._draw_cells(drawn, range(self._count))
        return drawn

    def _draw_cells(self, drawn: QPixmap, indices: Iterable[int]) -> None:
        # Every call of Qt may let a thread that computes go first, so there are few of them for each picture.
        cells, side = self._cells(), round(self._side() * self.devicePixelRatioF())
        shrunk = side < ALIASED * self._original()
        painter = QPainter(drawn)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for index in indices:
            source = self._source(index)
            if shrunk:
                image = self._sheet.copy(source)
                smooth = Qt.TransformationMode.SmoothTransformation
                painter.drawImage(cells[index], image.scaledToWidth(side, smooth))
            else:
                painter.drawImage(cells[index], self._sheet, source)
        painter.end()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._count:
            return
        if self._drawn is None:
            self._drawn = self._draw()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._hovered is not None and self._hovered != self._selected and self._hovered < self._count:
            painter.setPen(QPen(color("line_strong"), 2))
            painter.drawRoundedRect(self._cells()[self._hovered], 2, 2)
        if self._selected is not None:
            painter.setPen(QPen(color("accent"), 3))
            painter.drawRoundedRect(self._cells()[self._selected], 2, 2)
        elif self.hasFocus():
            painter.setPen(QPen(color("accent"), 1))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._drawn = None
        super().resizeEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hovered = self.index_at(event.position().toPoint())
        if hovered != self._hovered:
            self._hovered = hovered
            self.setCursor(
                Qt.CursorShape.PointingHandCursor if hovered is not None else Qt.CursorShape.ArrowCursor
            )
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._hovered = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position().toPoint())
        if self._selectable and event.button() == Qt.MouseButton.LeftButton and index is not None:
            self._pick(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self.columns(),
            Qt.Key.Key_Down: self.columns(),
        }
        key = Qt.Key(event.key())
        if not (self._selectable and self._count):
            super().keyPressEvent(event)
        elif key in steps:
            index = 0 if self._selected is None else self._selected + steps[key]
            if 0 <= index < self._count:
                self._pick(index)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._selected is not None:
            self._pick(self._selected)
        else:
            super().keyPressEvent(event)

    def _pick(self, index: int) -> None:
        self._selected = index
        self.update()
        self.picked.emit(index)

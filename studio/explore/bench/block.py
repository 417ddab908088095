"""A few small faces, decoded by themselves: to be looked at, clicked, and dragged elsewhere."""

import math

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from core import latent
from studio.explore.collection import Vectors
from studio.explore.dragging import drag_face, is_drag
from studio.explore.exploration import Exploration, Faces, Vector
from studio.parts import named
from studio.pictures import to_image
from studio.theme import color, theme

GAP = 6
RING = 2  # around a face that is chosen or under the mouse
RADIUS = 5


def draw_face(painter: QPainter, square: QRect, image: QImage | None) -> None:
    """A face with round corners; what waits for its picture is a well."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    outline = QPainterPath()
    outline.addRoundedRect(QRectF(square), RADIUS, RADIUS)
    painter.fillPath(outline, color("track"))
    if image is not None:
        painter.save()
        painter.setClipPath(outline)
        painter.drawImage(square, image)
        painter.restore()


def draw_ring(painter: QPainter, square: QRect, token: str) -> None:
    painter.setPen(QPen(color(token), RING))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(square, RADIUS, RADIUS)


class FaceBlock(QWidget):
    """Faces in rows and columns, as large as fits. Click, or arrow keys with Enter: `picked(index)`."""

    picked = Signal(int)

    def __init__(
        self,
        exploration: Exploration,
        name: str,
        accessible: str,
        *,
        columns: int | None = None,
        one_row: bool = False,
        largest: int = 96,
        sharp: bool = False,
        gap: int = GAP,
    ) -> None:
        """columns: as many as make the faces largest, unless given or all are in one row.

        largest: side of a face in logical pixels. sharp: enlarge by Lanczos's filter, for few large faces.
        """
        super().__init__()
        named(self, name, accessible)
        self.exploration = exploration
        self.gap = gap
        self.vectors: Vectors = ()
        self._columns, self._one_row, self._largest, self._sharp = columns, one_row, largest, sharp
        self._pictures: list[tuple[Vector, QImage]] = []
        self._selected: int | None = None
        self._hovered: int | None = None
        self._pressed: tuple[int, QPoint] | None = None
        self._line = exploration.line(2)
        self._line.set_active(False)
        self._line.ready.connect(self._receive)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme().changed.connect(self.update)

    def show_vectors(self, vectors: Vectors) -> None:
        """Faces whose picture is known keep it until the new ones arrive."""
        self.vectors = vectors
        if self._selected is not None and self._selected >= len(vectors):
            self._selected = len(vectors) - 1 if vectors else None
        self._hovered = None
        self._pressed = None
        self._describe()
        self._ask()
        self.update()

    def select(self, index: int | None) -> None:
        """Mark a face without emitting `picked`."""
        if index != self._selected:
            self._selected = index
            self._describe()
            self.update()

    def selected(self) -> int | None:
        return self._selected

    def picture(self, index: int) -> QImage | None:
        """The face as it was decoded last, None while it has not been."""
        wanted = self.vectors[index]
        return next((image for vector, image in self._pictures if vector is wanted), None)

    def index_at(self, point: QPoint) -> int | None:
        return next((at for at in range(len(self.vectors)) if self.cell(at).contains(point)), None)

    def cell(self, index: int) -> QRect:
        """Where a face is drawn."""
        count = len(self.vectors)
        columns = self._across(count)
        rows = max(1, math.ceil(count / columns))
        side = max(1, math.floor(self._fitting(columns, count)))
        row, column = divmod(index, columns)
        top = (self.height() - rows * side - (rows - 1) * self.gap) // 2
        return QRect(RING + column * (side + self.gap), top + row * (side + self.gap), side, side)

    def sizeHint(self) -> QSize:
        return QSize(self._largest + 2 * RING, self._largest + 2 * RING)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 40)

    def _across(self, count: int) -> int:
        if self._one_row or not count:
            return max(1, count)
        return self._columns or max(range(1, count + 1), key=lambda columns: self._fitting(columns, count))

    def _fitting(self, columns: int, count: int) -> float:
        rows = max(1, math.ceil(count / columns))
        width, height = self.width() - 2 * RING, self.height() - 2 * RING
        across, down = ((room - self.gap * (n - 1)) / n for room, n in ((width, columns), (height, rows)))
        return min(across, down, self._largest)

    def _ask(self) -> None:
        if self.vectors:
            side = round(self.cell(0).width() * self.devicePixelRatioF()) if self._sharp else 0
            self._line.ask(np.stack(self.vectors), side_px=side)
        else:
            self._line.forget()

    @Slot(object)
    def _receive(self, faces: Faces) -> None:
        asked = np.stack(self.vectors) if self.vectors else np.zeros((0, 0), np.float32)
        wanted = latent.truncate(asked, self.exploration.state.truncation)
        if not np.array_equal(faces.wish.z, wanted):
            return  # of before; what is shown now follows
        pictures = faces.pictures if faces.enlarged is None else faces.enlarged
        self._pictures = [
            (vector, to_image(picture)) for vector, picture in zip(self.vectors, pictures, strict=True)
        ]
        self.update()

    def _describe(self) -> None:
        count = len(self.vectors)
        words = "no faces" if not count else "1 face" if count == 1 else f"{count} faces"
        chosen = f", number {self._selected + 1} chosen" if self._selected is not None and count > 1 else ""
        self.setAccessibleDescription(words + chosen)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for index in range(len(self.vectors)):
            draw_face(painter, self.cell(index), self.picture(index))
        if self._hovered is not None:
            draw_ring(painter, self.cell(self._hovered), "line_strong")
        marked = self._selected
        if marked is None and self.hasFocus() and self.vectors:
            marked = 0
        if marked is not None:
            draw_ring(painter, self.cell(marked), "accent")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        index = self.index_at(point)
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self._pressed = index, point

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if self._pressed is not None and is_drag(self._pressed[1], point):
            index = self._pressed[0]
            self._hover(None)
            drag_face(self, self.vectors[index], self.picture(index))
            self._pressed = None
        elif not event.buttons():
            self._hover(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pick(pressed[0])

    def leaveEvent(self, event: object) -> None:
        self._hover(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._across(len(self.vectors))
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
        }
        key = Qt.Key(event.key())
        if key in steps and self.vectors:
            index = steps[key] + (self._selected if self._selected is not None else -1)
            if 0 <= index < len(self.vectors):
                self.select(index)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.vectors:
            self._pick(self._selected or 0)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._sharp:
            self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        self._line.set_active(True)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._line.set_active(False)
        super().hideEvent(event)

    def _pick(self, index: int) -> None:
        self.select(index)
        self.picked.emit(index)

    def _hover(self, point: QPoint | None) -> None:
        hovered = None if point is None else self.index_at(point)
        if hovered != self._hovered:
            self._hovered = hovered
            shape = Qt.CursorShape.ArrowCursor if hovered is None else Qt.CursorShape.PointingHandCursor
            self.setCursor(shape)
            self.update()

"""Pictures side by side with a caption each, one of them marked: a film strip."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.explore.bench.block import RING, draw_face, draw_ring
from studio.parts import named
from studio.theme import color, theme

GAP = 8
CAPTION = 18  # height in logical pixels
LEAST_SIDE, LARGEST_SIDE = 72, 112
WANTED_SIDE = 88  # as many pictures as fit at this size, then larger if there is room
DIMMED = 0.4  # opacity of a picture that is no longer right


class FilmStrip(QWidget):
    """Click a picture, or go with the arrow keys: `picked(index)`. `room_changed`: more or fewer fit."""

    picked = Signal(int)
    room_changed = Signal()

    def __init__(self, name: str, accessible: str) -> None:
        super().__init__()
        named(self, name, accessible)
        self._captions: list[str] = []
        self._images: list[QImage | None] = []
        self._fresh: list[bool] = []
        self._current: int | None = None
        self._hovered: int | None = None
        self._room = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme().changed.connect(self.update)

    def room(self) -> int:
        """How many pictures fit before they become too small."""
        side = max(LEAST_SIDE, min(WANTED_SIDE, self.height() - CAPTION - 2 * RING))
        return max(1, (self.width() - 2 * RING + GAP) // (side + GAP))

    def lay_out(self, captions: Sequence[str], images: Sequence[QImage | None]) -> None:
        """Other pictures, as far as they are known."""
        self._captions, self._images = list(captions), list(images)
        self._fresh = [image is not None for image in images]
        self._hovered = None
        self.set_current(None)

    def set_current(self, index: int | None) -> None:
        self._current = index
        self.setAccessibleDescription(
            f"{len(self._captions)} moments"
            + (f", now at {self._captions[index]}" if index is not None else "")
        )
        self.update()

    def make_old(self) -> None:
        """What is shown is no longer right, but better than nothing."""
        if any(self._fresh):
            self._fresh = [False] * len(self._images)
            self.update()

    def set_image(self, index: int, image: QImage) -> None:
        self._images[index], self._fresh[index] = image, True
        self.update()

    def image(self, index: int) -> QImage | None:
        """A picture that is right, None while it is being made."""
        return self._images[index] if self._fresh[index] else None

    def captions(self) -> list[str]:
        return list(self._captions)

    def current(self) -> int | None:
        return self._current

    def cell(self, index: int) -> QRect:
        """Where a picture is drawn; its caption is below."""
        count = max(1, len(self._captions))
        across = (self.width() - 2 * RING - GAP * (count - 1)) // count
        side = max(1, min(across, self.height() - CAPTION - 2 * RING, LARGEST_SIDE))
        top = max(RING, (self.height() - side - CAPTION) // 2)
        return QRect(RING + index * (side + GAP), top, side, side)

    def sizeHint(self) -> QSize:
        return QSize(8 * (LARGEST_SIDE + GAP), LARGEST_SIDE + CAPTION + 2 * RING)

    def minimumSizeHint(self) -> QSize:
        return QSize(3 * (LEAST_SIDE + GAP), LEAST_SIDE + CAPTION + 2 * RING)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for index, caption in enumerate(self._captions):
            cell = self.cell(index)
            painter.setOpacity(1.0 if self._fresh[index] or self._images[index] is None else DIMMED)
            draw_face(painter, cell, self._images[index])
            painter.setOpacity(1.0)
            if index == self._current:
                draw_ring(painter, cell, "accent")
            elif index == self._hovered:
                draw_ring(painter, cell, "line_strong")
            font = self.font()
            font.setPixelSize(11)
            font.setBold(index == self._current)
            painter.setFont(font)
            painter.setPen(color("accent_text" if index == self._current else "muted"))
            below = QRect(cell.left() - GAP // 2, cell.bottom() + 4, cell.width() + GAP, CAPTION - 4)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, caption)
        if self.hasFocus() and self._current is None:
            draw_ring(painter, self.rect().adjusted(1, 1, -1, -1), "accent")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.room() != self._room:
            self._room = self.room()
            self.room_changed.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._index_at(event.position().toPoint()))

    def leaveEvent(self, event: object) -> None:
        self._hover(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self.picked.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        now = -1 if self._current is None else self._current
        last = len(self._captions) - 1
        to = {
            Qt.Key.Key_Left: now - 1,
            Qt.Key.Key_Right: now + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }.get(Qt.Key(event.key()))
        if to is None:
            super().keyPressEvent(event)
        elif 0 <= to <= last:
            self.picked.emit(to)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _index_at(self, point: QPoint) -> int | None:
        return next((at for at in range(len(self._captions)) if self.cell(at).contains(point)), None)

    def _hover(self, index: int | None) -> None:
        if index != self._hovered:
            self._hovered = index
            shape = Qt.CursorShape.ArrowCursor if index is None else Qt.CursorShape.PointingHandCursor
            self.setCursor(shape)
            self.update()

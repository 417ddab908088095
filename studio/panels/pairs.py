"""Pictures in pairs, as large as fits: one beside the other, with how far apart they are below."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio.pictures import to_image
from studio.theme import color, theme

GAP, BETWEEN, CAPTION = 12, 2, 18  # px between pairs, within one, and for the number below


@dataclass(frozen=True, eq=False, slots=True)
class Pair:
    """A face, and what it was compared with once that is known."""

    face: NDArray[np.uint8]  # (s, s, c)
    other: NDArray[np.uint8] | None = None
    distance: float = 0.0
    near: bool = False  # suspiciously


class PairGrid(QWidget):
    """Only looked at; a tooltip says each pair in words."""

    def __init__(self) -> None:
        super().__init__()
        self._pairs: list[Pair] = []
        self._images: list[tuple[QImage, QImage | None]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme().changed.connect(self.update)

    def show_pairs(self, pairs: Sequence[Pair]) -> None:
        self._pairs = list(pairs)
        self._images = [
            (to_image(each.face), None if each.other is None else to_image(each.other)) for each in pairs
        ]
        self.setAccessibleDescription("; ".join(self._words(at) for at in range(len(pairs))) or "no faces")
        self.update()

    def pairs(self) -> list[Pair]:
        return list(self._pairs)

    def sizeHint(self) -> QSize:
        return QSize(400, 320)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 160)

    def place(self, index: int) -> QRect:
        """Where a pair is drawn, its number below included."""
        columns = self._columns()
        side = self._side(columns)
        width, height = 2 * side + BETWEEN, side + CAPTION
        rows = ceil(len(self._pairs) / columns)
        left = (self.width() - columns * width - (columns - 1) * GAP) // 2
        top = max(0, (self.height() - rows * height - (rows - 1) * GAP) // 2)
        row, column = divmod(index, columns)
        return QRect(left + column * (width + GAP), top + row * (height + GAP), width, height)

    def _columns(self) -> int:
        """As many as make the pictures largest."""
        return max(range(1, max(2, len(self._pairs) + 1)), key=self._side)

    def _side(self, columns: int) -> int:
        rows = max(1, ceil(len(self._pairs) / columns))
        across = ((self.width() + GAP) / columns - GAP - BETWEEN) / 2
        down = (self.height() + GAP) / rows - GAP - CAPTION
        return max(8, floor(min(across, down)))

    def _words(self, index: int) -> str:
        pair = self._pairs[index]
        if pair.other is None:
            return f"Face {index + 1}: not compared yet"
        near = ", suspiciously near" if pair.near else ""
        return f"Face {index + 1}: its nearest training picture is {pair.distance:.1f} away{near}"

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        small, strong = QFont(self.font()), QFont(self.font())
        small.setPixelSize(11)
        strong.setPixelSize(11)
        strong.setWeight(QFont.Weight.DemiBold)
        room = QFontMetrics(small).height() <= CAPTION
        for index, (pair, (face, other)) in enumerate(zip(self._pairs, self._images, strict=True)):
            place = self.place(index)
            side = place.height() - CAPTION
            first = QRect(place.left(), place.top(), side, side)
            second = first.translated(side + BETWEEN, 0)
            painter.drawImage(first, self._scaled(face, side))
            if other is None:
                painter.fillRect(second, color("sunken"))
                continue
            painter.drawImage(second, self._scaled(other, side))
            if pair.near:
                painter.setPen(QPen(color("danger"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(place.adjusted(-1, -1, 1, 1 - CAPTION))
            if room:
                below = QRect(place.left(), place.top() + side, place.width(), CAPTION)
                painter.setFont(strong if pair.near else small)
                painter.setPen(color("danger_text" if pair.near else "muted"))
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, f"{pair.distance:.1f}")

    def _scaled(self, image: QImage, side: int) -> QImage:
        pixels = round(side * self.devicePixelRatioF())
        scaled = image.scaled(
            pixels, pixels, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        scaled.setDevicePixelRatio(self.devicePixelRatioF())
        return scaled

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = self._at(event.pos())
            QToolTip.showText(event.globalPos(), words, self) if words else QToolTip.hideText()
            return True
        return super().event(event)

    def _at(self, point: QPoint) -> str:
        hit = [index for index in range(len(self._pairs)) if self.place(index).contains(point)]
        return self._words(hit[0]) if hit else ""

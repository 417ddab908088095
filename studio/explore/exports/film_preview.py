"""A film before it is written, played small."""

import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QImage, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from studio.explore.exports.sheet_preview import MARGIN, PREVIEW_PX
from studio.parts import named
from studio.pictures import to_image
from studio.theme import color, theme

TICK_MS = 15  # looks often enough for 60 frames a second


class FilmPreview(QWidget):
    """Plays frames at the film's own pace, over and over, while it is seen."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "exportPreview", "Preview of the film")
        self.setFixedSize(PREVIEW_PX, PREVIEW_PX)
        self._images: list[QImage] = []
        self._at = 0
        self._length_s = 1.0
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._look)
        theme().changed.connect(self.update)

    def show_frames(self, frames: NDArray[np.uint8]) -> None:
        """Frames, (n, height, width, 3): all of the film's, or some of them evenly chosen."""
        self._images = [to_image(each) for each in frames]
        self._at = 0
        self.update()

    def set_length(self, seconds: float) -> None:
        """How long the whole film takes."""
        self._length_s = max(seconds, 0.001)

    def showEvent(self, event: QShowEvent) -> None:
        self._timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    @Slot()
    def _look(self) -> None:
        if not self._images:
            return
        at = int(time.monotonic() % self._length_s / self._length_s * len(self._images))
        if at != self._at:
            self._at = at
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color("border"))
        painter.setBrush(color("sunken"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        if not self._images:
            return
        image = self._images[min(self._at, len(self._images) - 1)]
        room = PREVIEW_PX - 2 * MARGIN
        size = image.size().scaled(room, room, Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(QRectF(self.rect()).center())
        # Enlarged pixels are squares, as in the file.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, size.width() < image.width())
        painter.drawImage(place, image)

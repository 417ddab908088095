"""The large face: what the sliders move, and what can be dragged to every other part."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from studio.explore.dragging import drag_face, face_of, is_drag
from studio.explore.exploration import Exploration, Faces, Trouble, Vector
from studio.parts import Button, Card, EmptyState, IconButton, Segmented, named
from studio.pictures import to_image
from studio.theme import color, theme

LARGEST = 720  # logical pixels; beyond it a 64 px face only becomes softer
RADIUS = 8
# Lanczos by this much, in the decoder's thread, and bilinear from there on: at most 7 of 255 levels from
# Lanczos all the way, which would take 3 ms more of the 16 that a dragged slider has.
SHARPENED = 2


class FaceView(QWidget):
    """One picture as large as fits. It can be dragged away, and another face dropped on it.

    It paints its own ground, a card's, so that a new picture repaints nothing beneath it.
    """

    dropped = Signal(object)  # Vector
    resized = Signal()

    def __init__(self, name: str, accessible: str, waiting: str = "") -> None:
        """waiting: what is said while there is no picture."""
        super().__init__()
        named(self, name, accessible)
        self._image = QImage()
        self._smooth = True
        self._face: Vector | None = None
        self._waiting = waiting
        self._pressed: QPoint | None = None
        self._invites = False  # a face hovers over it
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip("Drag this face to a favourite, a morph or any other place for faces")
        theme().changed.connect(self.update)

    def set_face(self, z: Vector) -> None:
        """What is dragged away; faces of other generators are not taken."""
        self._face = z

    def show_picture(self, picture: NDArray[np.uint8] | None, *, smooth: bool = True) -> None:
        # Of this format the enlarging takes a third of the time.
        self._image = (
            QImage() if picture is None else to_image(picture).convertToFormat(QImage.Format.Format_RGB32)
        )
        self._smooth = smooth
        self.update(self._square())

    def side_px(self) -> int:
        """The side of the drawn square in device pixels."""
        return round(self._square().width() * self.devicePixelRatioF())

    def sizeHint(self) -> QSize:
        return QSize(480, 480)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 160)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        square = self._square()
        if not square.contains(event.rect()):
            painter.fillRect(event.rect(), color("surface"))
        if self._image.isNull():
            painter.fillRect(square, color("sunken"))
            painter.setPen(color("muted"))
            painter.drawText(square, Qt.AlignmentFlag.AlignCenter, self._waiting)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
            painter.drawImage(square, self._image)
        # Corners painted over: through a round clip the picture would take twice as long.
        corners = QPainterPath()
        corners.addRect(QRectF(square))
        corners.addRoundedRect(QRectF(square), RADIUS, RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(corners, color("surface"))
        if self._invites:
            painter.setPen(QPen(color("accent"), 3))
            painter.drawRoundedRect(square.adjusted(1, 1, -2, -2), RADIUS, RADIUS)

    def _square(self) -> QRect:
        side = max(1, min(self.width(), self.height(), LARGEST))
        return QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    # Drag and drop

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not is_drag(self._pressed, event.position().toPoint()):
            return
        self._pressed = None
        if self._face is not None and not self._image.isNull():
            drag_face(self, self._face, self._image)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is not self and self._taken(event) is not None:
            event.acceptProposedAction()
            self._invite(True)

    def dragLeaveEvent(self, event: object) -> None:
        self._invite(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._invite(False)
        z = self._taken(event)
        if z is not None:
            event.acceptProposedAction()
            self.dropped.emit(z)

    def _taken(self, event: QDropEvent) -> Vector | None:
        return None if self._face is None else face_of(event.mimeData(), len(self._face))

    def _invite(self, invites: bool) -> None:
        self._invites = invites
        self.update()


class FaceCard(Card):
    """The current face, how it is enlarged, and what can be done with it."""

    shown = Signal(object)  # Faces, of the current moment
    troubled = Signal(object)  # Trouble
    keep_wanted = Signal()  # among the favourites
    save_wanted = Signal()

    def __init__(self, exploration: Exploration) -> None:
        super().__init__("Face", margin=14)
        named(self, "faceCard", "The current face")
        self._exploration = exploration
        self._line = exploration.line(0)
        self._line.set_active(False)
        self._asked: tuple[Vector, int, bool] | None = None
        self.faces: Faces | None = None  # what is shown
        self.view = FaceView("face", "The current face", "Opening the generator…")
        self._trouble = EmptyState("warning", "", "", name="exploreTrouble")
        self._views = QStackedWidget()
        self._views.addWidget(self.view)
        self._views.addWidget(self._trouble)
        self.body.addWidget(self._views, 1)
        self._look = Segmented(
            (("smoothFace", "Smooth"), ("pixelFace", "Pixels")), "How the face is enlarged"
        )
        self.keep = IconButton("star", "keepFaceButton", "Keep among the favourites")
        self._save = Button("Save…", "exportFaceButton", icon_name="export", accessible="Save this face")
        self._save.setToolTip("Save this face as a picture")
        for control in (self._look, self.keep, self._save):
            self.head.addWidget(control)
        self._line.ready.connect(self._show)
        self._line.troubled.connect(self._tell)
        exploration.opened.connect(self._forget)
        exploration.moved.connect(self._ask)
        exploration.previewed.connect(self._ask)
        exploration.moment_changed.connect(self._ask)
        self.view.resized.connect(self._ask)
        self.view.dropped.connect(self._take)
        self._look.chosen.connect(self._ask)
        self.keep.clicked.connect(self.keep_wanted)
        self._save.clicked.connect(self.save_wanted)

    def say(self, title: str, text: str) -> None:
        """Why there is no face, and what to do."""
        self.faces = None
        self._trouble.say(title, text)
        self._views.setCurrentWidget(self._trouble)
        self._enable(False)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._line.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._line.set_active(False)

    @Slot()
    def _forget(self) -> None:
        self._asked = None

    @Slot()
    def _ask(self) -> None:
        z = self._exploration.shown
        subject = self._exploration.subject
        if subject is None or len(z) == 0:
            return
        smooth = self._look.current() == 0
        side = min(self.view.side_px(), SHARPENED * subject.size_px)
        if side <= subject.size_px or not smooth:
            side = 0
        if self._asked is not None and self._asked[0] is z and self._asked[1:] == (side, smooth):
            return  # a lock, for example, moves nothing
        self._asked = z, side, smooth
        self.view.set_face(z)
        self._line.ask(z[None], side_px=side, smooth=smooth)

    @Slot(object)
    def _show(self, faces: Faces) -> None:
        if faces.wish.moments[0] != self._exploration.moment:
            return
        self.faces = faces
        enlarged = faces.pictures if faces.enlarged is None else faces.enlarged
        self.view.show_picture(enlarged[0], smooth=faces.wish.smooth)
        if self._views.currentWidget() is not self.view:
            self._views.setCurrentWidget(self.view)
        self._enable(True)
        self.shown.emit(faces)

    @Slot(object)
    def _tell(self, trouble: Trouble) -> None:
        if trouble.wish.moments[0] == self._exploration.moment:
            self.troubled.emit(trouble)

    @Slot(object)
    def _take(self, z: Vector) -> None:
        self._exploration.become(z, "dropped face")

    def _enable(self, usable: bool) -> None:
        for control in (self._look, self.keep, self._save):
            if control.isEnabled() != usable:
                control.setEnabled(usable)

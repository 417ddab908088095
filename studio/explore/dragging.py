"""A face dragged from one part of the workspace to another: its latent vector, nothing else."""

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QSize, Qt
from PySide6.QtGui import QDrag, QImage, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from studio.explore.exploration import Vector

MIME = "application/x-dcgan-face"
THUMB_PX = 64


def face_mime(z: Vector) -> QMimeData:
    """What a drag of this face carries. z: (latent_dim,)."""
    mime = QMimeData()
    mime.setData(MIME, np.ascontiguousarray(z, np.float32).tobytes())
    return mime


def face_of(mime: QMimeData, latent_dim: int) -> Vector | None:
    """The dragged z (latent_dim,), or None: not a face, or one of a generator with other latent vectors."""
    data = bytes(mime.data(MIME).data())
    if not data or len(data) != 4 * latent_dim:
        return None
    z = np.frombuffer(data, np.float32).copy()
    return z if np.isfinite(z).all() else None


def is_drag(pressed: QPoint, now: QPoint) -> bool:
    """Whether a pressed mouse has gone far enough to mean a drag, not a click."""
    return (now - pressed).manhattanLength() >= QApplication.startDragDistance()


def drag_face(source: QWidget, z: Vector, image: QImage | None = None) -> None:
    """Carry a face with the mouse until it is let go; what it was dropped on takes a copy."""
    drag = QDrag(source)
    drag.setMimeData(face_mime(z))
    if image is not None and not image.isNull():
        side = round(THUMB_PX * source.devicePixelRatioF())
        pixmap = QPixmap.fromImage(
            image.scaled(
                QSize(side, side),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )
        pixmap.setDevicePixelRatio(source.devicePixelRatioF())
        drag.setPixmap(pixmap)
        drag.setHotSpot(QPoint(THUMB_PX // 2, THUMB_PX // 2))
    drag.exec(Qt.DropAction.CopyAction)

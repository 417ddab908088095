"""Where faces are gathered: dropped on, put in order, replaced and removed, each of it undoable."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QMenu

from studio.explore.bench.block import GAP, RADIUS, RING, FaceBlock, draw_ring
from studio.explore.collection import Collection
from studio.explore.dragging import face_of
from studio.explore.exploration import Exploration, Vector
from studio.parts import named
from studio.theme import color, pixmap

CROSS = 16  # side of the button on a face that removes it


class FaceTray(FaceBlock):
    """The faces of a collection, which it changes.

    A face dropped on the middle of another takes its place, dropped beside it goes there; Delete removes the
    chosen one, Ctrl with an arrow key moves it.
    """

    def __init__(
        self,
        exploration: Exploration,
        collection: Collection,
        name: str,
        accessible: str,
        *,
        whole: str,
        empty: str,
        most: int,
        fixed: bool = False,
        one_row: bool = False,
        largest: int = 96,
    ) -> None:
        """whole: what the faces make up, for undo ("Undo remove a face from the morph").

        empty: what is said while there is none. fixed: faces are replaced, never removed.
        """
        super().__init__(exploration, name, accessible, one_row=one_row, largest=largest)
        self._collection, self._whole, self._empty = collection, whole, empty
        self._most, self._fixed = most, fixed
        self._target: tuple[int, bool] | None = None  # under a drag: where to, and in whose place
        self.setAcceptDrops(True)
        tip = "Drop a face here. Click a face to see it large, drag it to use it elsewhere"
        self.setToolTip(tip + ("" if fixed else ", press Delete to remove it"))
        collection.changed.connect(self._reload)
        self._reload()

    @property
    def full(self) -> bool:
        return len(self.vectors) >= self._most

    def add(self, z: Vector) -> None:
        """Put a face after the others."""
        if not self.full:
            self._put((*self.vectors, z), "add a face to")
            self.select(len(self.vectors) - 1)

    def replace(self, index: int, z: Vector) -> None:
        self._put((*self.vectors[:index], z, *self.vectors[index + 1 :]), "replace a face of")

    def remove(self, index: int) -> None:
        if not self._fixed:
            self._put((*self.vectors[:index], *self.vectors[index + 1 :]), "remove a face from")

    def move_to(self, index: int, place: int) -> None:
        """Put a face where `place` is in the order without it."""
        others = [*self.vectors[:index], *self.vectors[index + 1 :]]
        others.insert(place, self.vectors[index])
        if place != index:
            self._put(tuple(others), "move a face of")
            self.select(place)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 48)

    def _put(self, vectors: tuple[Vector, ...], action: str) -> None:
        self._collection.put(vectors, f"{action} {self._whole}")

    def _reload(self) -> None:
        self.show_vectors(self._collection.vectors)

    # The mouse

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # Whatever the place: of a drag that was refused here nothing more is told until it enters anew.
        if face_of(event.mimeData(), self.exploration.latent_dim) is None:
            event.ignore()
        else:
            self._aim(event)
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._aim(event)
        if self._target is None:
            event.ignore()
        else:
            event.acceptProposedAction()

    def _aim(self, event: QDragMoveEvent) -> None:
        """Show where a face of this generator would go."""
        self._target = self._target_at(event.position().toPoint(), event.source() is self)
        self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._target = None
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        z = face_of(event.mimeData(), self.exploration.latent_dim)
        own = event.source() is self
        target = self._target_at(event.position().toPoint(), own)
        self._target = None
        self.update()
        if z is None or target is None:
            event.ignore()
            return
        event.acceptProposedAction()
        place, instead = target
        if own and self._pressed is not None:
            moved = self._pressed[0]
            self.move_to(moved, place - (place > moved and not instead))
        elif instead:
            self.replace(place, z)
            self.select(place)
        else:
            self._put((*self.vectors[:place], z, *self.vectors[place:]), "add a face to")
            self.select(place)

    def _target_at(self, point: QPoint, own: bool) -> tuple[int, bool] | None:
        """Where a face let go here would be put, and whether in the place of the one that is there."""
        gap = len(self.vectors)
        for index in range(len(self.vectors)):
            cell = self.cell(index)
            margin = 0 if self.full and not own else cell.width() // 4
            if cell.adjusted(margin, 0, -margin, 0).contains(point):
                return index, True
            if point.y() <= cell.bottom() + self.gap // 2 and point.x() < cell.center().x():
                gap = min(gap, index)
        return None if self.full and not own else (gap, False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        index = self.index_at(point)
        if (
            event.button() == Qt.MouseButton.LeftButton
            and index is not None
            and self._cross(index).contains(point)
        ):
            self.remove(index)
        else:
            super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.index_at(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.selected()
        if index is None:
            return
        menu = QMenu(self)
        named(menu, f"{self.objectName()}Menu", "What to do with this face")
        menu.addAction("Show it large", lambda: self._pick(index))
        menu.addAction("Replace by the current face", lambda: self.replace(index, self.exploration.shown))
        if not self._fixed:
            before, after = index - 1, index + 1
            menu.addAction("Move left", lambda: self.move_to(index, before)).setEnabled(index > 0)
            last = len(self.vectors) - 1
            menu.addAction("Move right", lambda: self.move_to(index, after)).setEnabled(index < last)
            menu.addSeparator()
            menu.addAction("Remove", lambda: self.remove(index))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        chosen = self.selected()
        key = Qt.Key(event.key())
        turn = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key)
        if chosen is not None and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove(chosen)
        elif turn and chosen is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if 0 <= chosen + turn < len(self.vectors):
                self.move_to(chosen, chosen + turn)
        else:
            super().keyPressEvent(event)

    def _cross(self, index: int) -> QRect:
        """Where the button is that removes a face."""
        if self._fixed:
            return QRect()
        cell = self.cell(index)
        side = min(CROSS, cell.width() // 2)
        return QRect(cell.right() - side - 1, cell.top() + 2, side, side)

    # The looks

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self.vectors:
            self._paint_empty(painter)
        super().paintEvent(event)
        if self._hovered is not None and not self._fixed:
            cross = self._cross(self._hovered)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("inverse"))
            painter.drawEllipse(QRectF(cross))
            painter.drawPixmap(cross.adjusted(2, 2, -2, -2), pixmap("close", "inverse_text", 12))
        if self._target is not None and self.vectors:
            self._paint_target(painter, *self._target)

    def _paint_empty(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        waiting = self._target is not None
        painter.setPen(QPen(color("accent" if waiting else "line_strong"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(color("accent_soft" if waiting else "sunken"))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), RADIUS, RADIUS)
        painter.setPen(color("muted"))
        room = self.rect().adjusted(8, 4, -8, -4)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._empty)

    def _paint_target(self, painter: QPainter, place: int, instead: bool) -> None:
        if instead:
            draw_ring(painter, self.cell(place), "accent")
            return
        at_end = place == len(self.vectors)
        cell = self.cell(place - 1 if at_end else place)
        x = cell.right() + GAP // 2 if at_end else max(RING, cell.left() - GAP // 2)
        painter.setPen(QPen(color("accent"), RING + 1))
        painter.drawLine(x, cell.top(), x, cell.bottom())

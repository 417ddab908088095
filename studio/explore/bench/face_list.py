"""A row of small faces with a line of text under each, scrolled sideways."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QKeyEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QListView,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from studio.explore.dragging import drag_face
from studio.explore.exploration import Vector
from studio.parts import named
from studio.pictures import to_image

INDEX = Qt.ItemDataRole.UserRole
LEAST = 48  # side of a face
AROUND, CAPTION = 16, 32  # what a face's cell adds to its width and height
BELOW = CAPTION + 12  # and the bar to scroll with


class FaceList(QListWidget):
    """`picked(index)` on a click or Enter, `renamed(index, text)`, `deleted(index)` on Delete.

    A face whose vector is known can be dragged to other parts of the workspace.
    """

    picked = Signal(int)
    renamed = Signal(int, str)
    deleted = Signal(int)

    def __init__(self, name: str, accessible: str, side: int, *, editable: bool = False) -> None:
        super().__init__()
        named(self, name, accessible)
        self._largest = self._side = side
        self._pictures: NDArray[np.uint8] | None = None
        self._vectors: list[Vector] = []
        self._editable = editable
        self._filling = False
        self._late = False  # pictures have come while a name is being typed
        self.setProperty("faces", True)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self._fit()
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            if editable
            else QAbstractItemView.EditTrigger.NoEditTriggers
        )
        self.itemClicked.connect(self._pick)
        self.itemChanged.connect(self._rename)

    def offer(self, names: Sequence[str], vectors: Sequence[Vector] = (), tips: Sequence[str] = ()) -> None:
        """Show these, without pictures until `show_pictures`; vectors: what a drag carries."""
        at = self.currentRow()
        self._filling = True
        self.clear()
        self._pictures = None
        self._vectors = list(vectors)
        blank = QPixmap(self._side, self._side)
        blank.fill(Qt.GlobalColor.transparent)
        for index, text in enumerate(names):
            item = QListWidgetItem(QIcon(blank), text)
            item.setData(INDEX, index)
            item.setToolTip(tips[index] if index < len(tips) else text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            if self._vectors:
                flags |= Qt.ItemFlag.ItemIsDragEnabled
            if self._editable:
                flags |= Qt.ItemFlag.ItemIsEditable
            item.setFlags(flags)
            self.addItem(item)
        self.setDragEnabled(bool(self._vectors))
        if 0 <= at < self.count():
            self.setCurrentRow(at)
        self._filling = False

    def show_pictures(self, pictures: NDArray[np.uint8]) -> None:
        """The pictures of what is offered, (n, s, s, 3), in its order."""
        self._pictures = pictures
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST + AROUND, LEAST + BELOW)

    def sizeHint(self) -> QSize:
        return QSize(self._largest + AROUND, self._largest + BELOW)

    def _fit(self) -> None:
        """Faces as large as the height allows."""
        side = max(LEAST, min(self._largest, self.height() - BELOW))
        if QSize(side, side) != self.iconSize():
            self._side = side
            self.setIconSize(QSize(side, side))
            self.setGridSize(QSize(side + AROUND, side + CAPTION))
            self._draw()

    def _draw(self) -> None:
        if self._pictures is None:
            return
        if self.state() == QAbstractItemView.State.EditingState:
            self._late = True  # an item that gets its picture takes back what is typed in its editor
            return
        self._late = False
        self._filling = True
        ratio = self.devicePixelRatioF()
        side = round(self._side * ratio)
        for index, picture in enumerate(self._pictures[: self.count()]):
            drawn = QPixmap.fromImage(
                to_image(picture).scaled(
                    QSize(side, side),
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )
            drawn.setDevicePixelRatio(ratio)
            found = QIcon()
            for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # a face is not tinted by being chosen
                found.addPixmap(drawn, mode)
            self.item(index).setIcon(found)
        self._filling = False

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        if self._late:
            self._draw()

    def startDrag(self, actions: Qt.DropAction) -> None:
        item = self.currentItem()
        if item is not None and item.data(INDEX) < len(self._vectors):
            image = item.icon().pixmap(self._side, self._side).toImage()
            drag_face(self, self._vectors[item.data(INDEX)], image)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        key = Qt.Key(event.key())
        if item is not None and key == Qt.Key.Key_Delete:
            self.deleted.emit(item.data(INDEX))
        elif item is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._pick(item)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel that only turns one way scrolls the only way there is."""
        turn = event.angleDelta().y() or event.angleDelta().x()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - turn)
        event.accept()

    @Slot(QListWidgetItem)
    def _pick(self, item: QListWidgetItem) -> None:
        self.picked.emit(item.data(INDEX))

    @Slot(QListWidgetItem)
    def _rename(self, item: QListWidgetItem) -> None:
        if not self._filling:
            self.renamed.emit(item.data(INDEX), item.text().strip())

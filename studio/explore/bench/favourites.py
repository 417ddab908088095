"""Faces to come back to, kept with the run and drawn as they are at the moment that is looked at."""

import numpy as np
from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QStackedWidget, QVBoxLayout, QWidget

from core.keepsakes.store import Favourite
from core.keepsakes.text import LONGEST_NAME
from studio.explore.bench.face_list import FaceList
from studio.explore.bench.kept_faces import KeptFaces
from studio.explore.dragging import face_of
from studio.explore.exploration import Exploration, Faces
from studio.parts import Button, HelpDot, add_action, label, named
from studio.words import count

THUMB_PX = 112
EMPTY = (
    "Faces that you want to come back to appear here. Press Add current face, or drag a face into this place."
)


class FavouritesPage(QWidget):
    """Thumbnails with names; a click makes one the current face."""

    TITLE = "Favourites"
    NAME = "favouritesTab"

    def __init__(self, exploration: Exploration) -> None:
        super().__init__()
        named(self, "favouritesPage", "Favourites")
        self._exploration = exploration
        self._kept = KeptFaces(exploration, self)
        self._line = exploration.line(2, truncated=False)  # each is drawn with its own truncation
        self.setAcceptDrops(True)
        self._build()
        self._kept.changed.connect(self._offer)
        self._line.ready.connect(self._show)
        self._add.clicked.connect(self.add_current)
        self._name.returnPressed.connect(self.add_current)
        self._rename.clicked.connect(self._edit_name)
        self._remove.clicked.connect(self._remove_chosen)
        self._list.picked.connect(self._pick)
        self._list.renamed.connect(self._renamed)
        self._list.deleted.connect(self._delete)
        self._list.itemSelectionChanged.connect(self._enable)
        self._list.customContextMenuRequested.connect(self._open_menu)
        exploration.opened.connect(self._enable)
        exploration.moment_changed.connect(self._enable)
        self._kept.read()
        self._enable()

    def _build(self) -> None:
        self._name = QLineEdit()
        named(self._name, "favouriteName", "Name of the face to add, if you like")
        self._name.setPlaceholderText("Name (optional)")
        self._name.setMaxLength(LONGEST_NAME)
        self._name.setFixedWidth(208)
        self._add = Button("Add current face", "favouriteAddButton", icon_name="star")
        self._rename = Button("Rename", "favouriteRenameButton")
        self._remove = Button("Remove", "favouriteRemoveButton")
        self._remove.setToolTip("Remove the chosen favourite (Delete); Undo brings it back")
        self._note = label(
            "", "caption", name="favouriteNote", accessible="Favourites that are not shown", wrap=True
        )
        self._list = FaceList("favouriteList", "Favourites", THUMB_PX, editable=True)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._empty = label(EMPTY, "muted", name="favouritesEmpty", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._views = QStackedWidget()
        self._views.addWidget(self._empty)
        self._views.addWidget(self._list)
        help_dot = HelpDot(
            "favouritesHelp",
            "a favourite",
            "A face kept with this run: its latent vector and truncation, in a small file in the run's "
            "folder. It is drawn anew by every checkpoint, so you can watch it grow up. Drag one to a morph, "
            "to arithmetic or to the corners to use it there.",
        )
        adding = QHBoxLayout()
        adding.setSpacing(4)
        adding.addWidget(self._add, 1)
        adding.addWidget(help_dot)
        changing = QHBoxLayout()
        changing.setSpacing(8)
        changing.addWidget(self._rename, 1)
        changing.addWidget(self._remove, 1)
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self._name)
        side.addLayout(adding)
        side.addLayout(changing)
        side.addWidget(self._note)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(side)
        row.addWidget(self._views, 1)

    @Slot()
    def add_current(self) -> None:
        """Keep the face that is shown large, under the name in the field."""
        if self._exploration.usable:
            self._kept.keep(self._exploration.shown, self._exploration.state.truncation, self._name.text())
            self._name.clear()

    def keep_shown(self) -> None:
        """Keep the face that is shown large from elsewhere; the name in the field is for another one."""
        if self._exploration.usable:
            self._kept.keep(
                self._exploration.shown,
                self._exploration.state.truncation,
                done=lambda face: self._exploration.message.emit(
                    f"Kept among the favourites as {face.name}."
                ),
            )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._line.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._line.set_active(False)

    @Slot()
    def _offer(self) -> None:
        faces = self._kept.items
        self._list.offer(
            [each.name for each in faces], [each.z for each in faces], [_tip(each) for each in faces]
        )
        self._views.setCurrentWidget(self._list if faces else self._empty)
        unfit = self._kept.unfit
        self._note.setText(f"{count(unfit, 'favourite')} of another generator not shown" if unfit else "")
        if faces:
            self._line.ask(np.stack([each.z * np.float32(each.truncation) for each in faces]))
        else:
            self._line.forget()
        self._enable()

    @Slot(object)
    def _show(self, faces: Faces) -> None:
        if len(faces.pictures) == self._list.count():
            self._list.show_pictures(faces.pictures)

    @Slot(int)
    def _pick(self, index: int) -> None:
        face = self._kept.items[index]
        self._exploration.become(face.z, f"go to {face.name}", truncation=face.truncation)

    def _chosen(self) -> int | None:
        return self._list.currentRow() if self._list.selectedItems() else None

    @Slot()
    def _edit_name(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self._list.setFocus()
            self._list.editItem(self._list.item(chosen))

    @Slot(int, str)
    def _renamed(self, index: int, name: str) -> None:
        self._kept.rename(self._kept.items[index], name)

    @Slot()
    def _remove_chosen(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self._delete(chosen)

    @Slot(int)
    def _delete(self, index: int) -> None:
        self._kept.remove(self._kept.items[index])

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        item = self._list.itemAt(at)
        if item is None:
            return
        self._list.setCurrentItem(item)
        menu = QMenu(self)
        named(menu, "favouriteMenu", f"What to do with {item.text()}")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_action(menu, "Rename", "favouriteRenameAction", self._edit_name)
        add_action(menu, "Remove", "favouriteRemoveAction", self._remove_chosen)
        menu.popup(self._list.viewport().mapToGlobal(at))

    @Slot()
    def _enable(self) -> None:
        usable, chosen = self._exploration.usable, self._chosen() is not None
        self._add.setEnabled(usable)
        self._name.setEnabled(usable)
        for button in (self._rename, self._remove):
            button.setEnabled(chosen)

    # A face from another part of the workspace, dropped here

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        own = event.source() is self._list
        if not own and face_of(event.mimeData(), self._exploration.latent_dim) is not None:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        z = face_of(event.mimeData(), self._exploration.latent_dim)
        if z is not None:
            event.acceptProposedAction()
            self._kept.keep(z, self._exploration.state.truncation)


def _tip(face: Favourite) -> str:
    """What is known about a favourite, for its tooltip."""
    parts = [face.name]
    if face.step is not None:
        parts.append(f"kept at step {face.step:,}")
    if face.truncation != 1:
        parts.append(f"truncation {face.truncation:.2f}")
    return ", ".join(parts)

"""Four faces in the corners of a pad, and everything between them."""

from functools import partial

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout

from core import latent
from studio.explore.bench.pad import Pad
from studio.explore.bench.page import Page
from studio.explore.bench.tray import FaceTray
from studio.explore.collection import Collection, Vectors
from studio.explore.exploration import Exploration, Faces, Vector
from studio.explore.exports.sheet_export import SheetExport
from studio.explore.stage.gallery import random_seed
from studio.parts import Button, HelpDot, IconButton, Segmented, label

PLACES = ("TopLeft", "TopRight", "BottomLeft", "BottomRight")  # in the order of core.latent.corners
WORDS = ("top left", "top right", "bottom left", "bottom right")
ACROSS = (3, 5, 7, 9)  # faces of the sheet in a row
REMEMBERED = 500  # places of the dot, so that undo brings it back


class CornersPage(Page):
    """Drag the dot between four faces; the sheet under it shows what lies where."""

    TITLE = "Corners"
    NAME = "cornersTab"

    def __init__(self, exploration: Exploration) -> None:
        super().__init__(exploration)
        self.faces = [Collection(exploration, partial(_first, at)) for at in range(4)]
        self.trays = [
            FaceTray(
                exploration,
                faces,
                f"corner{place}",
                f"Face in the {words} corner",
                whole="the corners",
                empty="",
                most=1,
                fixed=True,
                largest=80,
            )
            for faces, place, words in zip(self.faces, PLACES, WORDS, strict=True)
        ]
        self.pad = Pad("cornersPad", "Between the four faces")
        self._across = Segmented(
            [(f"cornersAcross{n}", str(n)) for n in ACROSS], "Faces of the sheet in a row"
        )
        self._across.choose(1)
        self._shuffle = Button("Four random", "cornersRandomButton", icon_name="shuffle")
        self._shuffle.setToolTip("Other random faces in all four corners")
        self._export = Button("Export sheet…", "cornersExportButton", icon_name="export")
        self._exporter = SheetExport(exploration, self)
        self._places: dict[bytes, tuple[float, float]] = {}  # where the dot was for which face
        self._locks = exploration.state.locks
        self._line = exploration.line(2)
        self._line.set_active(False)
        self._build()
        self._connect()
        self._draw()
        self.look()

    def _build(self) -> None:
        corners = QGridLayout()
        corners.setHorizontalSpacing(6)
        corners.setVerticalSpacing(8)
        for at, tray in enumerate(self.trays):
            row, right = divmod(at, 2)
            buttons = QVBoxLayout()
            buttons.setSpacing(0)
            buttons.addStretch(1)
            for button in self._buttons(at):
                buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
            buttons.addStretch(1)
            tray.setFixedWidth(72)
            corners.addLayout(buttons, row, 4 if right else 0)
            corners.addWidget(tray, row, 3 if right else 1)
        corners.addWidget(self.pad, 0, 2, 2, 1)
        corners.setColumnMinimumWidth(0, 56)
        side = QVBoxLayout()
        side.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label("Sheet", "muted"))
        head.addWidget(self._across)
        head.addStretch(1)
        head.addWidget(
            HelpDot(
                "cornersHelp",
                "this pad",
                "Every place of the pad is a mixture of the four faces in its corners, most of the nearest "
                "one. Drag the dot to get the face that lies there.",
            )
        )
        side.addLayout(head)
        side.addWidget(self._shuffle)
        side.addWidget(self._export)
        side.addStretch(1)
        row_layout = QHBoxLayout(self.content)
        row_layout.setContentsMargins(0, 0, 0, 0)
        row_layout.setSpacing(24)
        row_layout.addStretch(1)
        row_layout.addLayout(corners)
        row_layout.addLayout(side)
        row_layout.addStretch(1)

    def _buttons(self, at: int) -> tuple[Button, IconButton]:
        name, words = f"corner{PLACES[at]}", WORDS[at]
        tip = f"Put the current face into the {words} corner"
        current = Button("Set", f"{name}SetButton", kind="quiet", accessible=tip)
        current.setToolTip(tip)
        anyone = IconButton("shuffle", f"{name}RandomButton", f"A random face into the {words} corner")
        current.clicked.connect(lambda: self.trays[at].replace(0, self.exploration.shown))
        anyone.clicked.connect(lambda: self.trays[at].replace(0, self._random()))
        return current, anyone

    def _connect(self) -> None:
        self._line.ready.connect(self._receive)
        self._across.chosen.connect(self._draw)
        self._shuffle.clicked.connect(self._renew)
        self._export.clicked.connect(self._write)
        self.pad.moved.connect(self._move)
        self.pad.settled.connect(self.exploration.settle)
        self.exploration.moved.connect(self._follow)
        for at, (faces, tray) in enumerate(zip(self.faces, self.trays, strict=True)):
            faces.changed.connect(self._draw)
            tray.picked.connect(lambda _, at=at: self._jump(at % 2, at // 2))

    def empty(self) -> str:
        if self.exploration.usable:
            return ""
        return "Here you will mix four faces of a generator. Train or choose a run."

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._line.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._line.set_active(False)

    @property
    def across(self) -> int:
        """Faces of the sheet in a row and in a column."""
        return ACROSS[self._across.current()]

    def sheet(self) -> Vector:
        """The latent vectors of the sheet, row by row, (across * across, latent_dim)."""
        even = np.linspace(0, 1, self.across)
        v, u = np.meshgrid(even, even, indexing="ij")
        z: Vector = latent.corners(self._four(), u.ravel(), v.ravel())
        return self.exploration.held(z)

    def _four(self) -> Vector:
        return np.stack([faces.vectors[0] for faces in self.faces])

    def _random(self) -> Vector:
        z: Vector = latent.z_of_seed(random_seed(), self.exploration.latent_dim)[0]
        return z

    @Slot()
    def _draw(self) -> None:
        if not all(faces.vectors and faces.settled for faces in self.faces):
            return
        self._places.clear()
        self.pad.set_across(self.across)
        self._line.ask(self.sheet())
        self._follow()

    @Slot(object)
    def _receive(self, faces: Faces) -> None:
        if len(faces.pictures) == self.across**2:
            self.pad.set_sheet(faces.pictures)

    @Slot(float, float)
    def _move(self, u: float, v: float) -> None:
        z = latent.corners(self._four(), u, v)
        while len(self._places) >= REMEMBERED:
            del self._places[next(iter(self._places))]
        self._places[self.exploration.held(z).tobytes()] = u, v
        self.exploration.edit(z, "move between the corners", "corners")

    def _jump(self, u: float, v: float) -> None:
        self.pad.place(u, v)
        self._move(u, v)
        self.exploration.settle()

    @Slot()
    def _follow(self) -> None:
        """Show where the current face lies, if it is known to lie anywhere."""
        if self.exploration.state.locks is not self._locks:
            self._locks = self.exploration.state.locks
            self._draw()
            return
        place = self._places.get(self.exploration.z.tobytes())
        self.pad.set_exact(place is not None)
        if place is not None:
            self.pad.place(*place)

    @Slot()
    def _renew(self) -> None:
        self.exploration.history.beginMacro("random faces in the corners")
        for tray in self.trays:
            tray.replace(0, self._random())
        self.exploration.history.endMacro()

    @Slot()
    def _write(self) -> None:
        self._exporter.ask(self.sheet(), self.across, self.across, "corners")


def _first(at: int, latent_dim: int) -> Vectors:
    """What a corner of a run begins with: the first random faces."""
    return (latent.z_of_seed(0, latent_dim, 4)[at],)

"""Random faces to choose from, and the sheet that is made of more of them."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRandomGenerator, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSpinBox

from core.latent import z_of_seed
from studio.parts import Button, Card, HelpDot, label, named
from studio.pictures import PictureGrid

COLUMNS = (4, 5, 3)  # the first is the choice while the room is unknown
MOST_ROWS = 8
GAP = 4
LARGEST_SEED = 2**31 - 1
MOST_ACROSS = 50  # rows or columns of a sheet


class GalleryCard(Card):
    """Faces of a seed, as many as fit."""

    seeded = Signal(int)  # the person asks for others
    picked = Signal(int)  # one of them shall become the current face
    room_changed = Signal()  # more or fewer fit than before

    def __init__(self) -> None:
        super().__init__("Random faces")
        named(self, "galleryCard", "Random faces")
        self.columns = COLUMNS[0]
        self._rows = COLUMNS[0]
        self.head.addWidget(
            HelpDot(
                "seedHelp",
                "a seed",
                "The same seed and the same checkpoint always give the same faces: here, in an exported "
                "sheet and on the command line.",
            )
        )
        self.grid = PictureGrid(gap=GAP)
        named(self.grid, "randomGrid", "Random faces; choose one to explore it")
        self.grid.setMinimumHeight(200)
        self._seed = _spin("exploreSeed", "Seed of the random faces", 0, LARGEST_SEED)
        self._seed.setKeyboardTracking(False)
        self._seed.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        seed_label = label("Seed", "muted")
        seed_label.setBuddy(self._seed)
        shuffle = Button("Random", "randomizeButton", icon_name="shuffle", accessible="Other random faces")
        shuffle.setToolTip("Other faces, from a new seed")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(seed_label)
        row.addWidget(self._seed, 1)
        row.addWidget(shuffle)
        self.body.addWidget(self.grid, 1)
        self.body.addLayout(row)
        self._seed.valueChanged.connect(self.seeded)
        shuffle.clicked.connect(self._shuffle)
        self.grid.picked.connect(self.picked)

    def seed(self) -> int:
        return self._seed.value()

    def vectors(self, latent_dim: int) -> NDArray[np.float32]:
        """The latent vectors of the faces that fit, (n, latent_dim)."""
        return z_of_seed(self.seed(), latent_dim, self._rows * self.columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns, rows = _fill(self.grid.width() + GAP, self.grid.height() + GAP)
        if (columns, rows) != (self.columns, self._rows):
            self.columns, self._rows = columns, rows
            self.room_changed.emit()

    @Slot()
    def _shuffle(self) -> None:
        self._seed.setValue(random_seed(besides=self.seed()))


class SheetCard(Card):
    """How large a sheet shall be; `wanted(rows, columns)` when it shall be written."""

    wanted = Signal(int, int)

    def __init__(self) -> None:
        super().__init__("Sheet of faces")
        named(self, "sheetCard", "Export a sheet of faces")
        self._rows = _spin("sheetRows", "Rows of the sheet", 1, MOST_ACROSS)
        self._columns = _spin("sheetColumns", "Columns of the sheet", 1, MOST_ACROSS)
        self._button = Button("Export sheet…", "exportSheetButton", icon_name="export")
        self._about = label(
            "", "caption", name="sheetAbout", accessible="What the sheet will hold", wrap=True
        )
        sizes = QHBoxLayout()
        sizes.setSpacing(8)
        for text, spin in (("Rows", self._rows), ("Columns", self._columns)):
            caption = label(text, "muted")
            caption.setBuddy(spin)
            sizes.addWidget(caption)
            sizes.addWidget(spin, 1)
        self.body.addLayout(sizes)
        self.body.addWidget(self._about)
        self.body.addWidget(self._button)
        for spin in (self._rows, self._columns):
            spin.setValue(8)
            spin.valueChanged.connect(self._describe)
        self._button.clicked.connect(self._ask)
        self._describe()

    def set_busy(self, busy: bool) -> None:
        self._button.setEnabled(not busy)
        self._button.setText("Writing the sheet…" if busy else "Export sheet…")

    @Slot()
    def _describe(self) -> None:
        count = self._rows.value() * self._columns.value()
        self._about.setText(
            f"{count:,} faces of the seed above, as one PNG." if count > 1 else "One face, as a PNG."
        )

    @Slot()
    def _ask(self) -> None:
        self.wanted.emit(self._rows.value(), self._columns.value())


def _fill(width: int, height: int) -> tuple[int, int]:
    """Columns and rows of squares that leave the least of the height empty."""

    def empty(columns: int) -> float:
        return height - rows(columns) * width / columns

    def rows(columns: int) -> int:
        return max(1, min(MOST_ROWS, height * columns // width))

    best = min(COLUMNS, key=empty)
    return best, rows(best)


def random_seed(besides: int = -1) -> int:
    """Any seed that is short enough to be remembered, but not the one given."""
    while (seed := QRandomGenerator.global_().bounded(1_000_000)) == besides:
        pass
    return seed


def _spin(name: str, accessible: str, least: int, most: int) -> QSpinBox:
    spin = QSpinBox()
    named(spin, name, accessible)
    spin.setRange(least, most)
    spin.lineEdit().setTextMargins(8, 0, 0, 0)  # the style sheet does not reach the editor inside
    return spin

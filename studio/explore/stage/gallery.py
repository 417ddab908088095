"""Random faces to choose from, and what holds for all of them: seed, truncation, whom edits move."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRandomGenerator, QSize, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSpinBox

from core.latent import z_of_seed
from studio.explore.dragging import drag_face, is_drag
from studio.explore.exploration import Exploration, State
from studio.explore.history import UndoPasses
from studio.explore.stage.rolling import RollingFaces
from studio.explore.stage.sheet_pager import SheetPager
from studio.explore.stage.truncation import TruncationRow
from studio.parts import Button, Card, Combo, HelpDot, IconButton, Segmented, label, named
from studio.pictures import PictureGrid, to_image

ACROSS = range(3, 9)
USUAL = 4
MOST = 64
GAP = 4
LARGEST_SEED = 2**31 - 1
ONE, ALL = range(2)


class FaceGrid(PictureGrid):
    """Pictures of which one is chosen by a click and any can be dragged: `dragged(index)`."""

    dragged = Signal(int)
    resized = Signal()

    def __init__(self) -> None:
        super().__init__(gap=GAP)
        self._pressed: QPoint | None = None

    def sizeHint(self) -> QSize:
        return QSize(200, 200)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self._pressed is None or not is_drag(self._pressed, event.position().toPoint()):
            return
        index = self.index_at(self._pressed)
        self._pressed = None
        if index is not None:
            self.dragged.emit(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None:
            super().mousePressEvent(event)  # picks
        self._pressed = None


class GalleryCard(Card):
    """As many random faces as fit, or those of a sheet; `sheet_wanted` when they shall be saved."""

    sheet_wanted = Signal()

    def __init__(self, exploration: Exploration) -> None:
        super().__init__("Faces", margin=14)
        named(self, "galleryCard", "Random faces")
        self._exploration = exploration
        self._faces = RollingFaces(exploration, 1)
        self._rows = USUAL
        self._asked: tuple[object, ...] = ()
        self._bases = np.zeros((0, 0), np.float32)  # the faces without edits
        self._vectors = self._bases
        self._pictures: NDArray[np.uint8] | None = None  # that are shown
        self._coming: dict[int, NDArray[np.uint8]] = {}  # of another lay-out, until all are there
        self._build()
        self._faces.drawn.connect(self._show_faces)
        exploration.opened.connect(self._forget)
        exploration.moved.connect(self._show)
        self._across.currentIndexChanged.connect(self._lay_out)
        self._seed.valueChanged.connect(self._reseed)
        self._before.clicked.connect(lambda: self._seed.setValue(self._seed.value() - 1))
        self._after.clicked.connect(lambda: self._seed.setValue(self._seed.value() + 1))
        self._shuffle.clicked.connect(self._take_any)
        self._reach.chosen.connect(self._show)
        self._pager.turned.connect(self._show)
        self.grid.picked.connect(self._pick)
        self.grid.dragged.connect(self._drag)
        self.grid.resized.connect(self._lay_out)
        self._export.clicked.connect(self.sheet_wanted)

    def _build(self) -> None:
        self._across = Combo("gallerySizeCombo", "Faces in a row")
        self._across.setMinimumContentsLength(7)
        self._across.addItems([f"{count} across" for count in ACROSS])
        self._across.setCurrentIndex(ACROSS.index(USUAL))
        self.head.addWidget(
            HelpDot(
                "seedHelp",
                "a seed",
                "The same seed and the same generator always give the same faces: here, in an exported sheet "
                "and on the command line. Click a face to explore it; drag it to keep or combine it.",
            )
        )
        self.head.addWidget(self._across)
        self.grid = FaceGrid()
        named(self.grid, "randomGrid", "Random faces; choose one to explore it")
        self._pager = SheetPager()
        self.body.addWidget(self.grid, 1)
        self.body.addWidget(self._pager)

        self._seed = QSpinBox()
        named(self._seed, "exploreSeed", "Seed of the random faces")
        self._seed.setRange(0, LARGEST_SEED)
        self._seed.setKeyboardTracking(False)
        self._seed.setProperty("plain", True)  # the buttons beside it do what its arrows would
        self._seed.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._seed.setMinimumWidth(60)
        self._seed.lineEdit().setTextMargins(8, 0, 0, 0)  # the style sheet does not reach the editor inside
        UndoPasses(self._seed.lineEdit())
        seed_label = label("Seed", "muted")
        seed_label.setBuddy(self._seed)
        self._before = IconButton("chevron-left", "previousSeedButton", "Previous seed")
        self._after = IconButton("chevron-right", "nextSeedButton", "Next seed")
        self._shuffle = Button("Random", "randomizeButton", icon_name="shuffle", accessible="Random faces")
        self._shuffle.setToolTip("Other faces, from a new seed")
        self._export = Button("Export sheet", "exportSheetButton")
        self._export.setToolTip("Save these faces, or more of their seed, as one picture")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self._shuffle, self._export):
            buttons.addWidget(button, 1)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(seed_label)
        row.addSpacing(6)
        for widget in (self._before, self._seed, self._after):
            row.addWidget(widget, 1 if widget is self._seed else 0)
        self.truncation = TruncationRow(self._exploration)
        self._reach = Segmented(
            (("editOneButton", "One"), ("editAllButton", "All")), "Which faces edits move"
        )
        reach = QHBoxLayout()
        reach.setSpacing(6)
        reach.addWidget(label("Edits move", "muted"))
        reach.addWidget(
            HelpDot(
                "reachHelp",
                "the difference between One and All",
                "One: sliders and other edits change the large face only. All: the same change is made to "
                "every face of the grid, which shows whether it means the same for all of them.",
            )
        )
        reach.addStretch(1)
        reach.addWidget(self._reach)
        self.body.addLayout(row)
        self.body.addLayout(buttons)
        self.body.addWidget(self.truncation)
        self.body.addLayout(reach)

    @property
    def edited(self) -> bool:
        """Whether the faces on view are not just those of the seed."""
        state = self._exploration.state
        return state.sheet is not None or bool(state.locks) or bool(self._edits(state).any())

    def shown(self) -> tuple[NDArray[np.float32], int]:
        """The latent vectors of the grid, all pages of it, (n, latent_dim), and how many stand in a row."""
        state = self._exploration.state
        if state.sheet is None:
            return self._vectors, self._columns()
        return self._exploration.held(state.sheet) + self._edits(state), state.sheet_columns

    def clear(self) -> None:
        """Show no faces: there is no generator to draw them."""
        self._pictures = None
        self._coming.clear()
        self.grid.set_pictures(None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._faces.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._faces.set_active(False)

    # What is shown

    @Slot()
    def _lay_out(self) -> None:
        """As many rows as leave the least of the height empty."""
        columns = ACROSS[self._across.currentIndex()]
        cell = (self.grid.width() + GAP) / columns
        self._rows = max(1, min(MOST // columns, round((self.grid.height() + GAP) / cell)))
        self._show()

    def _columns(self) -> int:
        state = self._exploration.state
        if state.sheet is not None and len(state.sheet) <= MOST:
            return state.sheet_columns
        return ACROSS[self._across.currentIndex()]

    def _page(self, count: int) -> NDArray[np.float32]:
        """The faces to show: those of the seed or the sheet, of a large sheet the part that is open."""
        faces = self._exploration.faces(count)
        return self._pager.page(count) if len(faces) > MOST else faces

    @Slot()
    def _forget(self) -> None:
        self._asked = ()

    @Slot()
    def _show(self) -> None:
        """Show the state; runs for every event of a drag, and mostly finds nothing to do."""
        state = self._exploration.state
        if not self._exploration.latent_dim:
            return
        if self._seed.value() != state.seed:
            self._seed.blockSignals(True)
            self._seed.setValue(state.seed)
            self._seed.blockSignals(False)
        self._pager.offer(state.sheet, MOST)  # before the rows are read, since it takes some of their height
        count = self._rows * ACROSS[self._across.currentIndex()]
        edits = (state.z, state.origin) if self._reach.current() == ALL else ()
        wanted = (
            state.seed,
            state.sheet,
            self._pager.first,
            count,
            state.truncation,
            state.locks,
            *edits,
        )
        if not _same(wanted, self._asked):
            self.heading.setText("Faces" if state.sheet is None else "Sheet")
            self._asked = wanted
            self._bases = self._exploration.held(self._page(count))
            before = len(self._vectors)
            self._vectors = self._bases + self._edits(state)
            if len(self._vectors) != before:
                self._coming.clear()
            self._faces.show(self._vectors)
        self._mark(state)

    def _edits(self, state: State) -> NDArray[np.float32]:
        """What is added to every face."""
        return state.z - state.origin if self._reach.current() == ALL else np.zeros_like(state.z)

    def _mark(self, state: State) -> None:
        """Mark the face that is the large one, or was before it was edited."""
        picked = None if state.picked is None else state.picked - self._pager.first
        if picked is None or not 0 <= picked < len(self._bases):
            hits = np.flatnonzero((self._bases == state.origin).all(1))
            picked = int(hits[0]) if len(hits) else None
        if self.grid.selected() != picked:  # else every event of a drag would repaint the grid
            self.grid.select(picked)

    @Slot(int, object)
    def _show_faces(self, first: int, pictures: NDArray[np.uint8]) -> None:
        """Put a part in its place; as many or as large ones as never before are shown once all are there."""
        count, columns = len(self._vectors), self._columns()
        shown = self._pictures
        if (
            shown is not None
            and shown.shape == (count, *pictures.shape[1:])
            and self.grid.columns() == columns
        ):
            self._coming.clear()
            shown[first : first + len(pictures)] = pictures
            self.grid.replace(first, pictures)
            return
        self._coming[first] = pictures
        if sum(map(len, self._coming.values())) == count:
            self._pictures = np.concatenate([self._coming[at] for at in sorted(self._coming)])
            self._coming.clear()
            self.grid.set_pictures(self._pictures, columns)
            self._mark(self._exploration.state)

    # What the person wants

    @Slot(int)
    def _reseed(self, seed: int) -> None:
        exploration = self._exploration
        base = z_of_seed(seed, exploration.latent_dim)[0]
        z = base + self._edits(exploration.state)
        exploration.become(z, f"seed {seed}", seed=seed, picked=0, origin=base)

    @Slot()
    def _take_any(self) -> None:
        self._seed.setValue(random_seed(besides=self._exploration.state.seed))

    @Slot(int)
    def _pick(self, index: int) -> None:
        if index < len(self._vectors):
            number = self._pager.first + index
            self._exploration.become(
                self._vectors[index], f"face {number + 1}", picked=number, origin=self._bases[index]
            )

    @Slot(int)
    def _drag(self, index: int) -> None:
        if self._pictures is not None and index < min(len(self._vectors), len(self._pictures)):
            drag_face(self.grid, self._vectors[index], to_image(self._pictures[index]))


def random_seed(besides: int = -1) -> int:
    """Any seed that is short enough to be remembered, but not the one given."""
    while (seed := QRandomGenerator.global_().bounded(1_000_000)) == besides:
        pass
    return seed


def _same(wanted: tuple[object, ...], asked: tuple[object, ...]) -> bool:
    """Whether each is the same object, or the same number."""
    return len(wanted) == len(asked) and all(
        a is b or (isinstance(a, int | float) and a == b) for a, b in zip(wanted, asked, strict=True)
    )

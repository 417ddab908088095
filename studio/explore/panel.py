"""The Explore workspace: one face, and everything that changes it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core.latent import z_of_seed
from core.runs import default_runs_folder
from studio.explore.checkpoint_choice import CheckpointChoice
from studio.explore.decoding import Decoder, Explorable, Faces, Trouble, Wish, find_runs
from studio.explore.face import FaceView
from studio.explore.gallery import GalleryCard, SheetCard, random_seed
from studio.explore.latent_sliders import LatentSliders
from studio.explore.morphing import MorphCard
from studio.explore.saving import FaceWriter
from studio.jobs import NewestWins
from studio.parts import Button, Card, EmptyState, Segmented, label, named

NO_RUN = (
    "No trained run yet",
    "Faces appear here once a run has saved a checkpoint. Open the Train workspace (Ctrl+1), press Start, "
    "and come back after a minute.",
)
NO_CHECKPOINT = "Nothing saved yet"
BROKEN = "This checkpoint cannot be opened"


class ExplorePanel(QWidget):
    """Decodes in worker threads: the window only asks, and shows the newest answer."""

    message = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "explorePanel", "Explore")
        self._z = np.zeros(0, np.float32)
        self._shown: Faces | None = None
        self._run: Path | None = None
        self._picked: int | None = None  # which of the random faces the current one comes from
        self._also: Path | None = None  # a run that was asked for and may lie elsewhere
        self._wanted: Path | None = None  # the same, until it has been chosen
        self._damaged: set[Path] = set()  # checkpoints that did not open
        decoder = Decoder()
        self._writer = FaceWriter(self, decoder)
        self._lister = NewestWins(lambda also: find_runs(default_runs_folder(), also), self)
        self._face_worker = NewestWins(decoder.try_faces, self)
        self._grid_worker = NewestWins(decoder.try_faces, self)
        self._build()
        self._connect()

    def _build(self) -> None:
        self._choice = CheckpointChoice()
        self._face_button = Button("Save face…", "exportFaceButton", icon_name="export")
        head = QHBoxLayout()
        head.setSpacing(8)
        title = label("Explore", "title")
        title.setMinimumHeight(36)  # the same in every workspace, whatever stands beside it
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self._choice)
        self._gallery, self._sheet = GalleryCard(), SheetCard()
        self._face = FaceView("face", "The current face", "Opening the generator…")
        self._trouble = EmptyState("warning", BROKEN, "", name="exploreTrouble")
        self._look = Segmented(
            (("smoothFace", "Smooth"), ("pixelFace", "Pixels")), "How the face is enlarged"
        )
        self._morph = MorphCard()
        self._sliders = LatentSliders()

        face_card = Card("Face")
        face_card.head.addWidget(self._look)
        face_card.head.addWidget(self._face_button)
        self._views = QStackedWidget()
        self._views.addWidget(self._face)
        self._views.addWidget(self._trouble)
        face_card.body.addWidget(self._views, 1)

        left, middle, columns = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        left.addWidget(self._gallery, 1)
        left.addWidget(self._sheet)
        middle.addWidget(face_card, 1)
        middle.addWidget(self._morph)
        columns.addLayout(left, 30)
        columns.addLayout(middle, 52)
        columns.addWidget(self._sliders, 34)
        for layout in (left, middle, columns):
            layout.setSpacing(12)
        work = QWidget()
        work.setLayout(columns)
        columns.setContentsMargins(0, 0, 0, 0)
        self._controls = (
            self._gallery,
            self._sheet,
            self._morph,
            self._sliders,
            self._face_button,
            self._look,
        )

        self._empty = EmptyState("faces", *NO_RUN, name="exploreEmpty")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(work)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self._lister.result.connect(self._list)
        self._lister.failed.connect(self._list_failed)
        self._face_worker.result.connect(self._show_face)
        self._face_worker.failed.connect(self.message)
        self._grid_worker.result.connect(self._show_grid)
        self._grid_worker.failed.connect(self.message)
        self._choice.chosen.connect(self._open)
        self._gallery.seeded.connect(self._reseed)
        self._gallery.picked.connect(self._pick)
        self._gallery.room_changed.connect(self._ask_grid)
        self._sheet.wanted.connect(self._save_sheet)
        self._sliders.changed.connect(self._edit)
        self._morph.moved.connect(self._move)
        self._morph.wanted.connect(self._set_end)
        self._morph.shuffled.connect(self._shuffle_end)
        self._face.resized.connect(self._ask_face)
        self._look.chosen.connect(self._ask_face)
        self._face_button.clicked.connect(self._save_face)
        self._writer.message.connect(self.message)
        self._writer.busy.connect(self._sheet.set_busy)

    @Slot()
    def refresh(self) -> None:
        """Look for runs and checkpoints again; what is chosen stays chosen."""
        self._lister.request(self._also)

    @Slot(object)
    def open_run(self, folder: Path) -> None:
        """Explore the newest checkpoint of a run."""
        self._wanted = self._also = folder.absolute()
        self.refresh()

    def shut_down(self) -> None:
        """End the worker threads; the panel shows nothing new afterwards."""
        for worker in (self._lister, self._face_worker, self._grid_worker):
            worker.close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    @Slot(object)
    def _list(self, runs: list[Explorable]) -> None:
        self._pages.setCurrentIndex(1 if any(each.checkpoints for each in runs) or self._also else 0)
        self._choice.setVisible(self._pages.currentIndex() == 1)
        self._choice.offer(runs, self._wanted)
        self._wanted = None

    @Slot(str)
    def _list_failed(self, sentence: str) -> None:
        self.message.emit(sentence)
        if self._also is not None:  # it cannot be opened; the other runs still can
            self._also = self._wanted = None
            self.refresh()

    @Slot()
    def _open(self) -> None:
        """Show what the choice now stands on; another checkpoint of the same run keeps the latent vector."""
        run, checkpoint = self._choice.run(), self._choice.checkpoint()
        if run is None:
            return
        if checkpoint is None:
            self._run = None
            every = run.summary.run.config.checkpoint_every
            self._say(
                NO_CHECKPOINT,
                f"This run saves its first checkpoint after {every:,} steps, or as soon as you stop it.",
            )
            return
        if run.summary.run.folder != self._run:
            self._run = run.summary.run.folder
            vectors = self._gallery.vectors(run.summary.run.config.latent_dim)
            self._morph.set_end("a", vectors[0])
            self._morph.set_end("b", vectors[1])
            self._morph.place(0)
            self._pick(0)
        self._ask_face()
        self._ask_grid()

    @Slot()
    def _ask_face(self) -> None:
        checkpoint = self._choice.checkpoint()
        if checkpoint is not None and len(self._z):
            smooth = self._look.current() == 0
            self._face_worker.request(Wish(checkpoint[1], self._z[None], self._face.side_px(), smooth))

    @Slot()
    def _ask_grid(self) -> None:
        checkpoint = self._choice.checkpoint()
        if checkpoint is not None and len(self._z):
            vectors = self._gallery.vectors(len(self._z))
            self._grid_worker.request(Wish(checkpoint[1], np.concatenate([vectors, self._morph.ends()])))

    @Slot(object)
    def _show_face(self, faces: Faces | Trouble) -> None:
        checkpoint = self._choice.checkpoint()
        if checkpoint is None or faces.wish.checkpoint != checkpoint[1]:
            return
        if isinstance(faces, Trouble):
            self._show_trouble(faces)
            return
        self._shown = faces
        self._face.show_picture(faces.shown[0])
        self._views.setCurrentWidget(self._face)
        self._enable(True)

    @Slot(object)
    def _show_grid(self, faces: Faces | Trouble) -> None:
        if isinstance(faces, Trouble):  # the face's own wish tells it
            return
        *gallery, a, b = faces.pictures
        self._gallery.grid.set_pictures(np.stack(gallery), self._gallery.columns)
        self._gallery.grid.select(self._picked)
        self._morph.face_a.show_picture(a)
        self._morph.face_b.show_picture(b)

    def _show_trouble(self, trouble: Trouble) -> None:
        """Say what is wrong with the chosen checkpoint, or go on with an older one if nothing newer opens."""
        path = trouble.wish.checkpoint
        if not path.exists():
            self.refresh()  # training has replaced it by newer ones
            self._say(BROKEN, trouble.sentence)
            return
        self._damaged.add(path)
        if self._damaged.issuperset(self._choice.newer()) and self._choice.go_older():
            step, _ = self._choice.checkpoint() or (0, path)
            self.message.emit(
                f"{path.name} is damaged, so the checkpoint of step {step:,} is opened instead."
            )
        else:
            self._say(BROKEN, trouble.sentence)

    def _say(self, title: str, text: str) -> None:
        self._shown = None
        self._trouble.say(title, text)
        self._views.setCurrentWidget(self._trouble)
        self._gallery.grid.set_pictures(None)
        self._morph.face_a.show_picture(None)
        self._morph.face_b.show_picture(None)
        self._enable(False)

    def _enable(self, usable: bool) -> None:
        for control in self._controls:
            control.setEnabled(usable)

    def _become(self, z: NDArray[np.float32], picked: int | None) -> None:
        """Make z the current face and what resets go back to."""
        self._z, self._picked = z, picked
        self._gallery.grid.select(picked)
        self._sliders.show_vector(z)
        self._ask_face()

    @Slot(int)
    def _pick(self, index: int) -> None:
        run = self._choice.run()
        if run is not None:
            self._become(self._gallery.vectors(run.summary.run.config.latent_dim)[index], index)

    @Slot(int)
    def _reseed(self, seed: int) -> None:
        self._pick(0)
        self._ask_grid()

    @Slot(object)
    def _edit(self, z: NDArray[np.float32]) -> None:
        self._z = z
        self._ask_face()

    @Slot(object)
    def _move(self, z: NDArray[np.float32]) -> None:
        self._become(z, None)

    @Slot(str)
    def _set_end(self, end: str) -> None:
        self._morph.set_end(end, self._z)
        self._morph.place(0 if end == "a" else 100)
        self._ask_grid()

    @Slot(str)
    def _shuffle_end(self, end: str) -> None:
        self._morph.set_end(end, z_of_seed(random_seed(), len(self._z))[0])
        self._ask_grid()

    @Slot(int, int)
    def _save_sheet(self, rows: int, columns: int) -> None:
        run, checkpoint = self._choice.run(), self._choice.checkpoint()
        if run is not None and checkpoint is not None:
            step, path = checkpoint
            seed = self._gallery.seed()
            wish = Wish(path, z_of_seed(seed, len(self._z), rows * columns))
            self._writer.sheet(run.summary.run, step, wish, seed, columns)

    @Slot()
    def _save_face(self) -> None:
        run, checkpoint = self._choice.run(), self._choice.checkpoint()
        if run is not None and checkpoint is not None and self._shown is not None:
            self._writer.face(run.summary.run, checkpoint[0], self._shown)

"""The Explore workspace: what is explored above, the face between its choices and its sliders, the bench."""

from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core.events import Snapshot
from studio.explore.arrivals.import_flow import ImportFlow
from studio.explore.arrivals.sheet_drop import SheetDrop
from studio.explore.bench.favourites import FavouritesPage
from studio.explore.bench.panel import PAGES, Bench
from studio.explore.bench.photo import PhotoPage
from studio.explore.choice import Choice
from studio.explore.cores import CORES
from studio.explore.exploration import Exploration, Faces, Trouble
from studio.explore.exports.export_menu import ExportMenu
from studio.explore.exports.sheet_export import SheetExport
from studio.explore.history import HistoryButtons
from studio.explore.sliders.panel import SlidersCard
from studio.explore.stage.face import FaceCard
from studio.explore.stage.gallery import GalleryCard
from studio.explore.subjects import Moment, Subject, find_subjects
from studio.explore.teaching.labels_dialog import LabelsDialog
from studio.explore.teaching.teach import TeachDialog
from studio.jobs import NewestWins
from studio.parts import Button, EmptyState, label, named

NO_RUN = (
    "No trained run yet",
    "Faces appear here once a run has saved a checkpoint. Open the Train workspace (Ctrl+1), press Start, "
    "and come back after a minute. Or import a generator that you have.",
)
NO_CHECKPOINT = "Nothing saved yet"
BROKEN = "This checkpoint cannot be opened"
LIVE_MS = 1000  # between two looks at the run in training


class ExplorePanel(QWidget):
    """Puts the parts together and decides what is explored. All decoding is in the exploration's thread."""

    message = Signal(str)
    snapshot_wanted = Signal()  # of the run in training

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "explorePanel", "Explore")
        self.exploration = Exploration(self)
        self._also: Path | None = None  # a run that was asked for and may lie elsewhere
        self._wanted: Path | None = None  # the same, until it has been chosen
        self._damaged: set[Moment] = set()  # what did not open
        self._lister = NewestWins(find_subjects, self)
        self._sheets = SheetExport(self.exploration, self)
        self.importing = ImportFlow(self)
        self.dropping = SheetDrop(self.exploration, self)
        self._live = QTimer(self)
        self._live.setInterval(LIVE_MS)
        self._build()
        self._wire()

    def _build(self) -> None:
        self.choice = Choice()
        self.history = HistoryButtons(self.exploration.history, self)
        head = QHBoxLayout()
        head.setSpacing(8)
        title = label("Explore", "title")
        title.setMinimumHeight(36)  # the same in every workspace, whatever stands beside it
        head.addWidget(title)
        head.addSpacing(8)
        head.addWidget(self.choice, 1)
        policy = self.choice.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.choice.setSizePolicy(policy)
        self._import = Button("Import…", "importButton", accessible="Import a generator")
        self._import.setToolTip("Open a generator that was trained elsewhere (.pth, .pt, .safetensors)")
        self.export = ExportMenu(self.exploration)
        for widget in (self._import, self.export, self.history):
            head.addWidget(widget)
        self.gallery = GalleryCard(self.exploration)
        self.face = FaceCard(self.exploration)
        self.sliders = SlidersCard(self.exploration)
        self.bench = Bench(self.exploration, PAGES)
        columns = QHBoxLayout()
        columns.addWidget(self.gallery, 30)
        columns.addWidget(self.face, 46)
        columns.addWidget(self.sliders, 40)
        work = QWidget()
        rows = QVBoxLayout(work)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addLayout(columns, 1)
        rows.addWidget(self.bench)
        for layout in (columns, rows):
            layout.setSpacing(12)
        self._usable = (self.gallery, self.sliders, self.bench)

        self._empty = EmptyState("faces", *NO_RUN, name="exploreEmpty")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(work)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._pages, 1)
        self._show_work(False)

    def _wire(self) -> None:
        self._lister.result.connect(self._list)
        self._lister.failed.connect(self._list_failed)
        self._live.timeout.connect(self._ask_live)
        self.choice.chosen.connect(self._open)
        self.exploration.message.connect(self.message)
        self.face.shown.connect(self._enable)
        self.face.troubled.connect(self._show_trouble)
        self.face.keep_wanted.connect(self._keep)
        self.face.save_wanted.connect(self._save_face)
        for wanted in (self.gallery.sheet_wanted, self.export.sheet_wanted):
            wanted.connect(self._save_sheet)
        self.export.face_wanted.connect(self._save_face)
        self._import.clicked.connect(self.importing.ask)
        self.importing.opened.connect(self._go_to)
        self.importing.message.connect(self.message)
        self.dropping.photo_wanted.connect(self._take_photo)
        self.dropping.import_wanted.connect(self.importing.ask)
        self.dropping.message.connect(self.message)
        self.exploration.opened.connect(self._follow)
        self.exploration.moment_changed.connect(self._follow)
        self.sliders.teach_wanted.connect(self._teach)
        self.sliders.labels_wanted.connect(self._teach_labels)
        self._live.start()

    @Slot()
    def refresh(self) -> None:
        """Look for runs and generators again; what is chosen stays chosen."""
        self._lister.request(self._also)

    @Slot(object)
    def open_run(self, folder: Path) -> None:
        """Explore the newest moment of a run."""
        self._wanted = self._also = folder.absolute()
        self.refresh()

    def shut_down(self) -> None:
        """End the worker threads; the panel shows nothing new afterwards."""
        self._lister.close()
        self.exploration.close()

    # The run in training

    @Slot(object)
    def set_training(self, folder: Path | None) -> None:
        """Which run is in training, or that none is any more."""
        CORES.shared = folder is not None
        self.choice.set_training(folder)
        self.refresh()

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.choice.show_live(Moment(snapshot.step, live=snapshot.generator))

    @Slot()
    def _ask_live(self) -> None:
        if self.isVisible() and self.choice.wants_live:
            self.snapshot_wanted.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._ask_live()

    # What is explored

    @Slot(object)
    def _list(self, subjects: list[Subject]) -> None:
        if self.choice.offer(subjects, self._wanted):  # else the list is of before it was wanted
            self._wanted = None

    @Slot(str)
    def _list_failed(self, sentence: str) -> None:
        self.message.emit(sentence)
        if self._also is not None:  # it cannot be opened; the other runs still can
            self._also = self._wanted = None
            self.refresh()

    @Slot()
    def _open(self) -> None:
        """Show what the choice now stands on; another moment of the same subject keeps the latent vector."""
        subject, moment = self.choice.subject, self.choice.moment
        self._show_work(subject is not None and (bool(self._filled()) or subject.run is not None))
        if subject is None:
            return
        current = self.exploration.subject
        if moment is None:
            self.exploration.go_to(None)
            self._say(NO_CHECKPOINT, self._when(subject))
        elif current is None or current.key != subject.key:
            self.exploration.open(subject, moment)
        else:
            if current.moments != subject.moments:
                self.exploration.renew(subject)
            self.exploration.go_to(moment)

    @Slot()
    def _follow(self) -> None:
        """A part has gone to another moment or generator by itself."""
        subject, moment = self.exploration.subject, self.exploration.moment
        if subject is not None and moment is not None and moment != self.choice.moment:
            self.choice.follow(subject, moment)
            self._show_work(True)

    @Slot(object, object)
    def _go_to(self, subject: Subject, moment: Moment) -> None:
        """Explore what was imported, or a moment of a run wherever it lies."""
        if subject.run is not None:
            self._also = subject.run.folder
        current = self.exploration.subject
        if current is None or current.key != subject.key:
            self.exploration.open(subject, moment)
        else:
            self.exploration.go_to(moment)
        self.refresh()

    def _filled(self) -> list[Subject]:
        return [each for each in self.choice.subjects if each.moments]

    def _when(self, subject: Subject) -> str:
        """When there will be something to explore."""
        if self.choice.wants_live:
            return "Training is about to begin; its faces appear here after the first step."
        assert subject.run is not None
        every = subject.run.config.checkpoint_every
        return f"This run saves its first checkpoint after {every:,} steps, or as soon as you stop it."

    @Slot(object)
    def _show_trouble(self, trouble: Trouble) -> None:
        """Say what is wrong with the chosen moment, or go on with an older one if nothing newer opens."""
        moment = trouble.wish.moments[0]
        if moment.path is None:
            self._say(BROKEN, trouble.sentence)
        elif not moment.path.exists():
            self.refresh()  # training has replaced it by newer ones
            self._say(BROKEN, trouble.sentence)
        else:
            self._damaged.add(moment)
            if self._damaged.issuperset(self.choice.newer()) and self.choice.go_older():
                now = self.choice.moment
                assert now is not None
                self.message.emit(f"{moment.path.name} is damaged, so {now.title} is opened instead.")
            else:
                self._say(BROKEN, trouble.sentence)

    def _say(self, title: str, text: str) -> None:
        self.face.say(title, text)
        self.gallery.clear()
        self._enable(None)

    @Slot(object)
    def _enable(self, faces: Faces | None) -> None:
        """Let the parts be used while there is a face."""
        for part in self._usable:
            if part.isEnabled() != (faces is not None):
                part.setEnabled(faces is not None)

    def _show_work(self, show: bool) -> None:
        self._pages.setCurrentIndex(1 if show else 0)
        for part in (self.choice, self.export, self.history):
            part.setVisible(show)

    # What the person wants

    @Slot()
    def _keep(self) -> None:
        self.bench.page(FavouritesPage).keep_shown()

    @Slot()
    def _save_face(self) -> None:
        self._sheets.ask(self.exploration.shown[None], 1, 1, "face")

    @Slot()
    def _save_sheet(self) -> None:
        z, columns = self.gallery.shown()
        rows = -(-len(z) // columns)
        if self.gallery.edited:
            self._sheets.ask(z, rows, columns, "faces")
        else:
            self._sheets.ask_seed(self.exploration.state.seed, rows, columns)

    @Slot(object)
    def _take_photo(self, path: Path) -> None:
        self.bench.turn_to(PhotoPage).open_picture(path)

    @Slot()
    def _teach(self) -> None:
        dialog = TeachDialog(self.exploration, self)
        dialog.learned.connect(self.sliders.read_kept)
        dialog.open()

    @Slot()
    def _teach_labels(self) -> None:
        dialog = LabelsDialog(self.exploration, self)
        dialog.learned.connect(self.sliders.read_kept)
        dialog.open()

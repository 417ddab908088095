"""Directions from the labels that the training pictures have: glasses, smiling, or a sub-folder's name."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.data.cache import PictureCache
from core.keepsakes.store import Keepsakes
from studio.explore.exploration import Exploration
from studio.explore.teaching.label_lessons import Outcome, label_counts, learn_and_keep
from studio.explore.training_pictures import TrainingPictures
from studio.jobs import run_job
from studio.parts import Button, HelpDot, label, named
from studio.task import run_task
from studio.words import count

NAME = Qt.ItemDataRole.UserRole
MANY = 12  # labels, from which on a field to search in is worth its place
NO_LABELS = (
    "These pictures have no labels. Labels come with the built-in cartoons, with CelebA's list of "
    "attributes, and with pictures sorted into sub-folders. You can teach an attribute by answering yes or "
    "no instead."
)
NO_CHECKPOINT = (
    "This run has no checkpoint any more, only its generators, and this needs the discriminator as well. Let "
    "it train on, or teach an attribute by answering yes or no."
)


class LabelsDialog(QDialog):
    """Choose labels, press Learn, read how well each went. `learned(list of Direction)` at the end.

    They are kept by then.
    """

    learned = Signal(object)

    def __init__(self, exploration: Exploration, parent: QWidget) -> None:
        super().__init__(parent)
        assert exploration.subject is not None
        named(self, "labelsDialog", "Sliders from labels")
        self.setWindowTitle("Sliders from labels")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(560, 560)
        self._exploration = exploration
        self._subject = exploration.subject
        self._training = TrainingPictures(exploration, self)
        self._cache: PictureCache | None = None  # the one whose labels are listed
        self._build()
        self._training.changed.connect(self._look)
        exploration.opened.connect(self.reject)
        self._training.look()
        self._look()

    def _build(self) -> None:
        self._search = QLineEdit()
        named(self._search, "labelsSearch", "Search the labels")
        self._search.setPlaceholderText("Search the labels")
        self._search.setClearButtonEnabled(True)
        self._list = QListWidget()
        named(self._list, "labelsList", "Labels of the training pictures")
        self._list.setWordWrap(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._words = label("", "muted", name="labelsWords", accessible="How it went", wrap=True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._prepare = Button("Prepare again", "labelsPrepareButton", icon_name="refresh")
        self._choose = Button("Choose pictures…", "labelsChooseButton", icon_name="folder")
        self._learn = Button("Learn", "labelsLearnButton", kind="primary")
        self._close = Button("Close", "labelsCloseButton")
        for button in (self._prepare, self._choose, self._close):
            button.setAutoDefault(False)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label("Sliders from labels", "dialog"))
        head.addWidget(
            HelpDot(
                "labelsHelp",
                "learning from labels",
                "While training, the discriminator has learned to look at faces. From what it sees in the "
                "labelled pictures a small classifier learns the label; that then answers yes or no for "
                "thousands of generated faces, in your place (Radford et al. 2016).",
            )
        )
        head.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._prepare)
        foot.addWidget(self._choose)
        foot.addStretch(1)
        foot.addWidget(self._close)
        foot.addWidget(self._learn)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(
            label("Tick what shall become a slider. Rare labels are learned less surely.", "muted", wrap=True)
        )
        column.addWidget(self._search)
        column.addWidget(self._list, 1)
        column.addWidget(self._words)
        column.addLayout(foot)
        self._search.textChanged.connect(self._filter)
        self._list.itemChanged.connect(self._enable)
        self._prepare.clicked.connect(self._training.prepare_again)
        self._choose.clicked.connect(
            lambda: self._training.choose(self._choose.mapToGlobal(self._choose.rect().bottomLeft()))
        )
        self._learn.clicked.connect(self._begin)
        self._close.clicked.connect(self.reject)

    def chosen(self) -> list[str]:
        """The ticked labels."""
        checked = Qt.CheckState.Checked
        return [str(item.data(NAME)) for item in self._items() if item.checkState() is checked]

    @Slot()
    def _look(self) -> None:
        """List the labels, or say why there are none."""
        cache = self._training.cache
        missing = cache is None and bool(self._training.trouble)
        for button in (self._prepare, self._choose):
            button.setVisible(missing and self._training.run is not None)
        if cache is None:
            self._words.setText(self._training.trouble or "Looking for the training pictures…")
            self._offer([])
        elif cache is not self._cache:
            self._cache = cache
            self._words.setText("Reading the labels…")
            run_job(self, lambda: label_counts(cache), self._listed, self._words.setText)

    def _listed(self, counts: list[tuple[str, int]]) -> None:
        self._offer(counts)
        if not counts:
            self._words.setText(NO_LABELS)
        elif self._checkpoint() is None:
            self._words.setText(NO_CHECKPOINT)
        else:
            self._words.clear()

    def _offer(self, counts: Sequence[tuple[str, int]]) -> None:
        self._list.clear()
        for name, pictures in counts:
            item = QListWidgetItem(f"{name}   ·   {count(pictures, 'picture')}")
            item.setData(NAME, name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            self._list.addItem(item)
        self._search.setVisible(len(counts) > MANY)
        self._enable()

    @Slot(str)
    def _filter(self, wanted: str) -> None:
        for item in self._items():
            item.setHidden(wanted.strip().lower() not in str(item.data(NAME)).lower())

    @Slot()
    def _enable(self) -> None:
        self._learn.setEnabled(bool(self.chosen()) and self._checkpoint() is not None)

    def _checkpoint(self) -> Path | None:
        """The one that is shown, or the newest: what was thinned out has no discriminator any more."""
        run, moment = self._training.run, self._exploration.moment
        if run is None:
            return None
        paths = [path for _, path in run.checkpoints()]
        return moment.path if moment is not None and moment.path in paths else paths[-1] if paths else None

    @Slot()
    def _begin(self) -> None:
        cache, checkpoint, names = self._cache, self._checkpoint(), self.chosen()
        if cache is None or checkpoint is None or not names:
            return
        keepsakes = Keepsakes(self._subject.home)

        def work(progress: Callable[[int, int | None], None], cancelled: Callable[[], bool]) -> list[Outcome]:
            return learn_and_keep(checkpoint, cache, names, keepsakes, progress, cancelled)

        self._words.clear()
        title = f"Learning {names[0]}" if len(names) == 1 else f"Learning {count(len(names), 'label')}"
        run_task(self, title, work, self._learned, self._words.setText)

    def _learned(self, outcomes: list[Outcome]) -> None:
        """Say below each label how it went; what was learned is no longer ticked."""
        by_label = {each.label: each for each in outcomes}
        for item in self._items():
            outcome = by_label.get(str(item.data(NAME)))
            if outcome is not None:
                item.setText(f"{item.text().splitlines()[0]}\n{outcome.words}")
                if outcome.direction is not None:
                    item.setCheckState(Qt.CheckState.Unchecked)
        kept = [each.direction for each in outcomes if each.direction is not None]
        self._words.setText(
            f"{len(kept)} of {count(len(outcomes), 'label')} became sliders. How well each is known stands "
            "below it."
        )
        if kept:
            self.learned.emit(kept)

    def _items(self) -> list[QListWidgetItem]:
        return [self._list.item(at) for at in range(self._list.count())]

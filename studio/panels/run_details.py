"""The card beside the list of runs: one run at length, and what can be done with it."""

from datetime import datetime

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout

from studio.explore.stage.face import FaceView
from studio.panels.listing import ListedRun
from studio.panels.run_list import STATES, source_title, when
from studio.panels.thumbnails import Details
from studio.parts import Button, Card, label, restyle

MARGIN = 16
FACTS = ("Step", "Epoch", "Pictures", "Preset", "Size", "Started", "Last change", "On disk")


class RunDetails(Card):
    """Emits what is to be done with the run shown."""

    explore_clicked = Signal()
    watch_clicked = Signal()
    resume_clicked = Signal()
    folder_clicked = Signal()
    delete_clicked = Signal()

    def __init__(self, export: Button) -> None:
        """export: what drops down the run's exports."""
        super().__init__(margin=MARGIN, spacing=12)
        self.setObjectName("runDetails")
        self.setAccessibleName("The chosen run")
        self.setMinimumWidth(336)
        self.setMaximumWidth(520)
        self._run: ListedRun | None = None
        self._picture = FaceView("runPicture", "The newest faces of the run")
        self._picture.setMinimumHeight(120)
        self._name = label("", "heading", name="runName", accessible="Name of the run")
        self._chip = label("", "chip", name="runState", accessible="State of the run")
        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(self._name, 1)
        title.addWidget(self._chip)
        facts = QGridLayout()
        facts.setHorizontalSpacing(16)
        facts.setVerticalSpacing(6)
        facts.setColumnStretch(1, 1)
        self._values = {}
        for row, fact in enumerate(FACTS):
            value = label("", name=f"runFact{fact.replace(' ', '')}", accessible=fact)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            facts.addWidget(label(fact, "muted"), row, 0)
            facts.addWidget(value, row, 1)
            self._values[fact] = value
        self.explore = Button("Explore", "exploreRunButton", kind="primary", icon_name="explore")
        self.watch = Button("Show curves", "watchRunButton", icon_name="train")
        self.resume = Button("Resume", "resumeRunButton", icon_name="play")
        self.export = export
        self.folder = Button("Folder", "showFolderButton", icon_name="folder")
        self.folder.setToolTip("Show the run's folder in the file manager")
        self.delete = Button("Delete…", "deleteRunButton", kind="danger", icon_name="trash")
        self.explore.clicked.connect(self.explore_clicked)
        self.watch.clicked.connect(self.watch_clicked)
        self.resume.clicked.connect(self.resume_clicked)
        self.folder.clicked.connect(self.folder_clicked)
        self.delete.clicked.connect(self.delete_clicked)
        buttons = QVBoxLayout()
        buttons.setSpacing(8)
        for group in (
            (self.explore,),
            (self.watch, self.resume),
            (self.export, self.folder, self.delete),
        ):
            line = QHBoxLayout()
            line.setSpacing(8)
            for button in group:
                line.addWidget(button, 1)
            buttons.addLayout(line)
        self.body.addWidget(self._picture, 100)  # as much of the height as it can use
        self.body.addLayout(title)
        self.body.addLayout(facts)
        self.body.addStretch(1)
        self.body.addLayout(buttons)

    def show_run(self, each: ListedRun | None) -> None:
        """Show a run; its picture and its size on disk follow by `show_details`."""
        before = self._run
        self._run = each
        if each is None:
            return
        summary, run = each.summary, each.summary.run
        words, tone = STATES[summary.state]
        self._name.setText(self._name.fontMetrics().elidedText(run.name, Qt.TextElideMode.ElideMiddle, 200))
        self._name.setToolTip(run.name)
        self._chip.setText(words)
        restyle(self._chip, tone=tone)
        colour = "colour" if run.config.color == "rgb" else "grey"
        self._values["Step"].setText(f"{summary.step:,}")
        self._values["Epoch"].setText(f"{summary.epoch:,}")
        self._values["Pictures"].setText(source_title(run.source))
        self._values["Pictures"].setToolTip(run.source)
        self._values["Preset"].setText(run.preset or "own settings")
        self._values["Size"].setText(f"{run.config.size} px, {colour}")
        self._values["Started"].setText(when(datetime.fromisoformat(run.created).timestamp()))
        self._values["Last change"].setText(when(summary.modified))
        if before is None or before.summary.run.folder != run.folder:
            self._values["On disk"].setText("…")
            self._picture.show_picture(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._picture.setMaximumHeight(self.width() - 2 * MARGIN)

    @Slot(object)
    def show_details(self, details: Details) -> None:
        if self._run is not None and self._run.summary.run.folder == details.folder:
            self._picture.show_picture(details.picture)
            self._values["On disk"].setText(QLocale().formattedDataSize(details.bytes_on_disk, 1))

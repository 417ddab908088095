"""The main window: three workspaces, and who tells what to whom, in one list."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.likeness.photos import SUFFIXES as PICTURES
from studio.dialogs import Question
from studio.explore.arrivals.import_flow import SUFFIXES as GENERATORS
from studio.explore.panel import ExplorePanel
from studio.help import HelpDialog
from studio.jobs import run_job
from studio.letters import Opened
from studio.panels.runs import RunsPanel
from studio.panels.train import TrainPanel
from studio.parts import Toast, label, named
from studio.rail import Rail
from studio.session import TrainSession
from studio.settings import Settings
from studio.theme import RESOURCES, Appearance, theme
from studio.warmup import Warm, warm_up

TRAIN, EXPLORE, RUNS = range(3)


class MainWindow(QMainWindow):
    """Wires panels and session; decides nothing but how to close."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        named(self, "mainWindow", "DCGAN Studio")
        self.setWindowTitle("DCGAN Studio")
        self.setWindowIcon(QIcon(str(RESOURCES / "mark.svg")))
        self.setMinimumSize(QSize(1100, 700))
        self.setAcceptDrops(True)
        self._settings = settings
        self._closing = False
        self._warmed = False
        self.session = TrainSession(self)
        self.train = TrainPanel(settings)
        self.explore = ExplorePanel()
        self.runs = RunsPanel()
        theme().prefer(settings.appearance)
        self.rail = Rail(settings.appearance)
        self.stack = QStackedWidget()
        for panel in (self.train, self.explore, self.runs):
            self.stack.addWidget(panel)
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self.stack, 1)
        self.setCentralWidget(inside)
        self.toast = Toast(inside)
        self._overlay = _DropOverlay(inside)
        self._wire()
        self._bind_keys()
        if not self.restoreGeometry(settings.geometry):
            self.resize(1280, 800)
        self.show_workspace(min(settings.workspace, RUNS))

    def _wire(self) -> None:
        session, train, runs, explore = self.session, self.train, self.runs, self.explore
        for signal, slot in (
            # what the person wants
            (self.rail.chosen, self.show_workspace),
            (self.rail.appearance_chosen, self._dress),
            (self.rail.help.clicked, self.show_help),
            (train.start_requested, session.start),
            (train.pause_requested, session.pause),
            (train.go_on_requested, session.go_on),
            (train.stop_requested, session.stop),
            (train.change_requested, session.change),
            (train.return_requested, session.go_back),
            (train.follow_requested, session.follow),
            (train.leave_requested, session.leave),
            (train.explore_requested, self._explore),
            (runs.watch_requested, self._watch),
            (runs.resume_requested, self._resume),
            (runs.open_requested, self._explore),
            (explore.snapshot_wanted, session.want_snapshot),
            # what the training tells
            (session.state_changed, train.set_state),
            (session.progress, train.show_progress),
            (session.opened, train.show_opened),
            (session.opened, self._mark_running),
            (session.started, train.show_started),
            (session.steps, train.live.add_steps),
            (session.steps, train.hear),
            (session.kept, train.live.add_kept),
            (session.samples, train.live.add_samples),
            (session.snapshot, explore.show_snapshot),
            (session.saved, self._refresh_saved),
            (session.measured, train.live.add_measured),
            (session.judged, train.live.show_judged),
            (session.knob_turned, train.live.show_knob_turned),
            (session.memory_short, train.live.show_memory_short),
            (session.returned, train.live.show_returned),
            (session.refused, self.toast.say),
            (session.refused, train.setup.refuse_knobs),
            (session.paused, train.show_paused),
            (session.resumed, train.show_resumed),
            (session.finished, train.show_finished),
            (session.failed, train.show_failure),
            (session.failed, self._stay_open),
            (session.over, train.show_over),
            (session.called_off, train.show_called_off),
            (session.ended, self._after_training),
            # short notes
            (train.message, self.toast.say),
            (explore.message, self.toast.say),
            (runs.message, self.toast.say),
        ):
            signal.connect(slot)

    def _bind_keys(self) -> None:
        train = self.train
        keys: list[tuple[str, Callable[[], object]]] = [
            ("Ctrl+1", lambda: self.show_workspace(TRAIN)),
            ("Ctrl+2", lambda: self.show_workspace(EXPLORE)),
            ("Ctrl+3", lambda: self.show_workspace(RUNS)),
            ("Ctrl+O", train.setup.source.ask_folder),
            ("Ctrl+Shift+O", train.setup.source.ask_zip),
            ("Ctrl+R", self._start),
            ("F5", self._start_or_look),
            ("Ctrl+P", train.request_pause),
            ("Ctrl+.", train.request_stop),
            ("F1", self.show_help),
            ("Ctrl+Q", self.close),
        ]
        for key, act in keys:
            QShortcut(QKeySequence(key), self).activated.connect(act)

    # Workspaces

    @Slot(int)
    def show_workspace(self, index: int) -> None:
        """TRAIN, EXPLORE or RUNS."""
        self.rail.choose(index)
        self.stack.setCurrentIndex(index)

    @Slot()
    def _start(self) -> None:
        """Start only what can be seen; from elsewhere the key shows what would be started."""
        if self.stack.currentIndex() == TRAIN:
            self.train.request_start()
        else:
            self.show_workspace(TRAIN)

    @Slot()
    def _start_or_look(self) -> None:
        if self.stack.currentIndex() == RUNS:
            self.runs.refresh()
        else:
            self._start()

    @Slot()
    def show_help(self) -> None:
        HelpDialog(self).open()

    @Slot(str)
    def _dress(self, appearance: Appearance) -> None:
        self._settings.appearance = appearance
        theme().prefer(appearance)

    @Slot(object)
    def _watch(self, folder: Path) -> None:
        self.show_workspace(TRAIN)
        self.train.watch(folder)

    @Slot(object)
    def _resume(self, folder: Path) -> None:
        self.show_workspace(TRAIN)
        self.train.resume(folder)

    @Slot(object)
    def _explore(self, folder: Path) -> None:
        self.show_workspace(EXPLORE)
        self.explore.open_run(folder)

    @Slot(object)
    def _mark_running(self, opened: Opened) -> None:
        if opened.ours:
            self.runs.set_running(opened.run.folder)
            self.runs.refresh()
        if not opened.where:  # else its networks are not in this program
            self.explore.set_training(opened.run.folder)

    @Slot()
    def _refresh_saved(self) -> None:
        if self.stack.currentWidget() is self.explore:
            self.explore.refresh()

    @Slot()
    def _after_training(self) -> None:
        self.runs.set_running(None)
        self.runs.refresh()
        self.explore.set_training(None)
        if self._closing:
            self.close()

    # Start

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._warmed:
            self._warmed = True
            self.train.setup.look()
            run_job(self, warm_up, self._warm, self.train.monitor.banner.say)

    def _warm(self, warm: Warm) -> None:
        self.train.offer_devices(warm.devices, warm.default_preset)

    # The end

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.session.active:
            event.ignore()
            if self.session.watching:
                self._closing = True
                self.session.leave()
            elif not self._closing:
                self._ask_to_stop()
            return
        self._settings.geometry = self.saveGeometry()
        self._settings.workspace = self.stack.currentIndex()
        self.train.remember()
        self.train.shut_down()
        self.explore.shut_down()
        self.runs.shut_down()
        event.accept()

    def _ask_to_stop(self) -> None:
        question = Question(
            self,
            "closeDialog",
            "Stop the training and close?",
            "Everything up to now is saved first. Resume goes on exactly from there.",
            yes=("stopAndSaveButton", "Stop and save"),
            no=("keepTrainingButton", "Keep training"),
            window_title="Training is under way",
        )
        question.accepted.connect(self._close_after_stop)
        question.open()

    @Slot()
    def _close_after_stop(self) -> None:
        """Stop; the window stays alive meanwhile and closes when the training has ended."""
        self._closing = True
        if self.session.active:
            self.session.stop()
        else:
            self.close()

    @Slot()
    def _stay_open(self) -> None:
        """What could not be saved must be told before the window goes."""
        if self._closing:
            self._closing = False
            self.show_workspace(TRAIN)

    # Keys and drops

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Space comes here only if no editor, button or list has taken it; elsewhere than in Train nobody
        # who presses it means the training.
        seen = self.stack.currentIndex() == TRAIN
        if event.key() == Qt.Key.Key_Space and self.session.active and seen:
            self.train.request_pause()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        path = _dropped(event)
        if path:
            event.acceptProposedAction()
            self._overlay.cover(*_meaning(path))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._overlay.hide()
        path = _dropped(event)
        if path:
            event.acceptProposedAction()
            self._open_dropped(path)

    def _open_dropped(self, path: Path) -> None:
        if path.suffix.lower() in GENERATORS and path.is_file():
            self.show_workspace(EXPLORE)
            self.explore.importing.open_file(path)
        elif path.suffix.lower() in PICTURES and path.is_file():
            self.show_workspace(EXPLORE)
            self.explore.dropping.open_file(path)
        elif _is_run(path):
            self._watch(path)
        else:
            self.show_workspace(TRAIN)
            self.train.choose_source(str(path))


class _DropOverlay(QFrame):
    """Says what will happen if one lets go."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, "dropOverlay", "Drop pictures here")
        self._over = parent
        self.setProperty("drop", True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self)
        self._title, self._about = label("", "title"), label("", "muted")
        for line in (self._title, self._about):
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(line)
        column.insertStretch(0, 1)
        column.addStretch(1)
        self.hide()

    def cover(self, title: str, about: str) -> None:
        self._title.setText(title)
        self._about.setText(about)
        self.setGeometry(self._over.rect().adjusted(24, 24, -24, -24))
        self.show()
        self.raise_()


def _is_run(path: Path) -> bool:
    """Whether a folder is a run's; its grids are no pictures to train on."""
    return (path / "run.json").is_file()


def _meaning(path: Path) -> tuple[str, str]:
    """What letting go of it would do, in a few words and in a sentence."""
    kind = path.suffix.lower() if path.is_file() else ""
    if kind in GENERATORS:
        return "Drop to open this generator", "It is read safely and explored"
    if kind in PICTURES:
        return "Drop to open this picture", "A sheet brings its faces back; a photo can be looked for"
    if _is_run(path):
        return "Drop to look at this run", "Its faces and curves are shown"
    return "Drop to choose these pictures", "A folder or a zip file"


def _dropped(event: QDropEvent | QDragEnterEvent) -> Path | None:
    """The one local folder or file that is being dragged, if it is of a kind that can be opened."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    known = path.suffix.lower() in (".zip", *GENERATORS, *PICTURES)
    return path if path.is_dir() or known else None

"""The main window: three workspaces, and who tells what to whom, in one list."""

from collections.abc import Callable, Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, SignalInstance, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from studio.dialogs import Question
from studio.drops import DropOverlay, dropped, kind_of
from studio.help import HelpDialog
from studio.jobs import run_job
from studio.letters import Opened
from studio.panels.train import TrainPanel
from studio.parts import Toast, named
from studio.rail import Rail
from studio.session import TrainSession
from studio.settings import Settings
from studio.theme import RESOURCES, Appearance, theme
from studio.warmup import Warm, warm_up

if TYPE_CHECKING:
    from studio.explore.panel import ExplorePanel
    from studio.panels.runs import RunsPanel

TRAIN, EXPLORE, RUNS = range(3)


class MainWindow(QMainWindow):
    """Wires panels and session; decides nothing but how to close.

    Train is there from the start; Explore and Runs are built on being asked for, or by `build`.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        named(self, "mainWindow", "DCGAN Studio")
        self.setWindowTitle("DCGAN Studio")
        self.setWindowIcon(QIcon(str(RESOURCES / "mark.svg")))
        self.setMinimumSize(QSize(1100, 700))
        self.setAcceptDrops(True)
        self._settings = settings
        self._closing = False
        theme().prefer(settings.appearance)
        self.session = TrainSession(self)
        self.train = TrainPanel(settings)
        self._built: list[TrainPanel | ExplorePanel | RunsPanel] = [self.train]
        self.rail = Rail(settings.appearance)
        self.stack = QStackedWidget()
        for page in (self.train, QWidget(), QWidget()):
            self.stack.addWidget(page)
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self.stack, 1)
        self.setCentralWidget(inside)
        self.toast = Toast(inside)
        self._overlay = DropOverlay(inside)
        self._wire()
        self._bind_keys()
        if not self.restoreGeometry(settings.geometry):
            self.resize(1280, 800)
        self.show_workspace(min(settings.workspace, RUNS))

    def _wire(self) -> None:
        session, train = self.session, self.train
        _connect(
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
            (session.saved, self._refresh_saved),
            (session.measured, train.live.add_measured),
            (session.judged, train.live.show_judged),
            (session.knob_turned, train.live.show_knob_turned),
            (session.memory_short, train.live.show_memory_short),
            (session.mishap, train.live.show_mishap),
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
            (train.message, self.toast.say),
        )

    @cached_property
    def explore(self) -> "ExplorePanel":
        from studio.explore.panel import ExplorePanel

        explore = ExplorePanel()
        _connect(
            (explore.snapshot_wanted, self.session.want_snapshot),
            (self.session.snapshot, explore.show_snapshot),
            (explore.message, self.toast.say),
        )
        self._put(EXPLORE, explore)
        return explore

    @cached_property
    def runs(self) -> "RunsPanel":
        from studio.panels.runs import RunsPanel

        runs = RunsPanel()
        _connect(
            (runs.watch_requested, self._watch),
            (runs.resume_requested, self._resume),
            (runs.open_requested, self._explore),
            (runs.message, self.toast.say),
        )
        self._put(RUNS, runs)
        return runs

    def _put(self, index: int, panel: "ExplorePanel | RunsPanel") -> None:
        """Into its place, which was kept by an empty page."""
        empty, current = self.stack.widget(index), self.stack.currentIndex()
        assert empty is not None
        self.stack.insertWidget(index, panel)
        self.stack.removeWidget(empty)
        empty.deleteLater()
        self.stack.setCurrentIndex(current)
        self._built.append(panel)

    def build(self) -> Iterator[object]:
        """Build what is not there yet, in pieces of at most a third of a second."""
        for name, page in (("studio.panels.runs", RUNS), ("studio.explore.panel", EXPLORE)):
            yield import_module(name)
            yield self._page(page)
        yield import_module("pyqtgraph")
        yield from self.train.monitor.signals.build()
        yield from self.runs.build()

    def warm_up(self) -> None:
        """Look at the chosen pictures, and get torch ready in the background."""
        self.train.setup.look()
        run_job(self, warm_up, self._warm, self.train.monitor.banner.say)

    def _warm(self, warm: Warm) -> None:
        self.train.offer_devices(warm.devices, warm.default_preset)

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
        self._page(index)
        self.stack.setCurrentIndex(index)

    def _page(self, index: int) -> "TrainPanel | ExplorePanel | RunsPanel":
        """A workspace, built if it is not there yet."""
        return self.train if index == TRAIN else self.explore if index == EXPLORE else self.runs

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
        if self.stack.currentIndex() == EXPLORE:
            self.explore.refresh()

    @Slot()
    def _after_training(self) -> None:
        self.runs.set_running(None)
        self.runs.refresh()
        self.explore.set_training(None)
        if self._closing:
            self.close()

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
        for panel in self._built:
            panel.shut_down()
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
        path = dropped(event)
        if path:
            event.acceptProposedAction()
            self._overlay.cover(kind_of(path))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._overlay.hide()
        path = dropped(event)
        if path:
            event.acceptProposedAction()
            self._open_dropped(path)

    def _open_dropped(self, path: Path) -> None:
        match kind_of(path):
            case "generator":
                self.show_workspace(EXPLORE)
                self.explore.importing.open_file(path)
            case "picture":
                self.show_workspace(EXPLORE)
                self.explore.dropping.open_file(path)
            case "run":
                self._watch(path)
            case "source":
                self.show_workspace(TRAIN)
                self.train.choose_source(str(path))


def _connect(*wires: tuple[SignalInstance, Callable[..., object]]) -> None:
    for signal, slot in wires:
        signal.connect(slot)

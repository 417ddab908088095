"""Keys and drops do what the buttons do, and nothing that cannot be seen."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QListView, QWidget
from pytestqt.qtbot import QtBot

from core.runs import Run
from studio.panels.faces import FACES
from studio.window import EXPLORE, RUNS, TRAIN, MainWindow
from tests.studio.hands import LONG, text

MakeRun = Callable[..., Run]
CONTROL = Qt.KeyboardModifier.ControlModifier


def drop(window: MainWindow, path: Path) -> None:
    """Drag a file over the window and let go."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    way = Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(window.rect().center(), *way)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    overlay = window.findChild(QWidget, "dropOverlay")
    assert overlay is not None
    assert overlay.isVisible()
    QApplication.sendEvent(window, QDropEvent(QPointF(window.rect().center()), *way))
    assert not overlay.isVisible()


def test_start_pause_and_stop_have_keys(ready: MainWindow, qtbot: QtBot) -> None:
    session = ready.session
    qtbot.keyClick(ready, Qt.Key.Key_R, CONTROL)
    qtbot.waitUntil(lambda: session.state == "training", timeout=LONG)
    qtbot.keyClick(ready, Qt.Key.Key_P, CONTROL)
    qtbot.waitUntil(lambda: session.state == "paused", timeout=LONG)
    qtbot.keyClick(ready, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.state == "training", timeout=LONG)
    qtbot.keyClick(ready, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.state == "paused", timeout=LONG)
    with qtbot.waitSignal(session.finished, timeout=LONG):
        qtbot.keyClick(ready, Qt.Key.Key_Period, CONTROL)


def test_space_means_the_training_only_where_it_is_seen(ready: MainWindow, qtbot: QtBot) -> None:
    session = ready.session
    qtbot.keyClick(ready, Qt.Key.Key_R, CONTROL)
    qtbot.waitUntil(lambda: session.state == "training", timeout=LONG)
    for workspace in (EXPLORE, RUNS):
        ready.show_workspace(workspace)
        qtbot.keyClick(ready, Qt.Key.Key_Space)
        assert session.state == "training"
    ready.show_workspace(TRAIN)
    qtbot.keyClick(ready, Qt.Key.Key_Space)
    assert session.state == "pausing"
    with qtbot.waitSignal(session.finished, timeout=LONG):
        session.stop()


def test_start_key_elsewhere_shows_what_it_would_start(ready: MainWindow, qtbot: QtBot) -> None:
    for key, modifier in ((Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_R, CONTROL)):
        ready.show_workspace(EXPLORE)
        qtbot.keyClick(ready, key, modifier)
        assert ready.stack.currentIndex() == TRAIN
        assert not ready.session.active
    qtbot.keyClick(ready, Qt.Key.Key_F5)
    assert ready.session.active
    with qtbot.waitSignal(ready.session.ended, timeout=LONG):
        qtbot.keyClick(ready, Qt.Key.Key_Period, CONTROL)


def test_f5_in_runs_looks_again(ready: MainWindow, make_run: MakeRun, qtbot: QtBot) -> None:
    ready.show_workspace(RUNS)
    qtbot.wait(100)  # the look that showing the list takes
    ready.runs._timer.stop()
    make_run("made elsewhere")
    qtbot.keyClick(ready, Qt.Key.Key_F5)
    found = ready.runs.findChild(QListView, "runsList")
    assert found is not None
    qtbot.waitUntil(lambda: found.model().rowCount() == 1)
    assert ready.stack.currentIndex() == RUNS
    assert not ready.session.active


def test_dropped_folder_becomes_the_source(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    window.show_workspace(EXPLORE)
    drop(window, folder)
    assert window.stack.currentIndex() == TRAIN
    assert window.train.setup.source.source() == str(folder)
    qtbot.waitUntil(lambda: text(window, "sourceLabel").startswith("40 pictures"), timeout=LONG)
    assert window.train.monitor.faces.preview.count() == 40


def test_dropped_run_is_shown_and_is_no_source(window: MainWindow, make_run: MakeRun, qtbot: QtBot) -> None:
    run = make_run("older")
    before = window.train.setup.source.source()
    drop(window, run.folder)
    qtbot.waitUntil(lambda: text(window, "statusLabel") == "older", timeout=LONG)
    assert window.train.monitor.faces.views.current() == FACES
    assert window.train.setup.source.source() == before


def test_same_folder_chosen_again_is_looked_at_anew(ready: MainWindow, folder: Path, qtbot: QtBot) -> None:
    fresh = np.random.default_rng(1).integers(0, 256, (40, 40, 3), np.uint8)
    Image.fromarray(fresh).save(folder / "fresh.png")
    ready.train.choose_source(str(folder))
    qtbot.waitUntil(lambda: ready.train.monitor.faces.preview.count() == 41, timeout=LONG)
    assert ready.train.setup.start.isEnabled()


def test_help_is_gone_once_it_is_closed(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    help_dialog = window.findChild(QWidget, "helpDialog")
    assert help_dialog is not None
    help_dialog.close()
    qtbot.waitUntil(lambda: window.findChild(QWidget, "helpDialog") is None)

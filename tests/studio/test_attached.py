"""A run that another process trains, live in the window: read only, but for Stop."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from core import runs
from core.runs import Run
from studio.window import EXPLORE, RUNS, TRAIN, MainWindow
from tests.core.following.test_follow import rename_host, start
from tests.studio.hands import LONG, click, text

MakeRun = Callable[..., Run]


@pytest.fixture
def training(tmp_path: Path) -> Iterator[tuple[Path, "subprocess.Popen[bytes]"]]:
    """The folder of a run that a process of its own has begun to train, and the process."""
    folder = tmp_path / "on a shared disk"
    with start(folder) as process:
        yield folder, process
        process.kill()


def shown_steps(window: MainWindow) -> int:
    return window.train.monitor.losses.count()


def button(window: QWidget, name: str) -> QAbstractButton:
    found = window.findChild(QAbstractButton, name)
    assert found is not None
    return found


def watch(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: (folder / "samples" / "000000004.png").exists(), timeout=LONG)
    window._watch(folder)
    qtbot.waitUntil(window.train.monitor.attached.isVisible, timeout=LONG)
    qtbot.waitUntil(lambda: text(window, "statusLabel") == "Training elsewhere", timeout=LONG)


def test_it_is_live_and_stops_through_its_folder(
    window: MainWindow, training: tuple[Path, "subprocess.Popen[bytes]"], qtbot: QtBot
) -> None:
    folder, process = training
    watch(window, folder, qtbot)
    monitor = window.train.monitor
    before = shown_steps(window)
    qtbot.waitUntil(lambda: shown_steps(window) > before + 10, timeout=LONG)
    qtbot.waitUntil(lambda: text(window, "remainingValue") != "–", timeout=LONG)
    qtbot.waitUntil(lambda: text(window, "attachedLabel").startswith("Trained by another program on "))
    assert monitor.attached.isVisible()
    assert not button(window, "pauseButton").isEnabled()
    assert not window.train.setup.knobs.isVisible()
    grids = monitor.faces.slider.maximum()
    qtbot.waitUntil(lambda: monitor.faces.slider.maximum() > grids, timeout=LONG)
    with qtbot.waitSignal(window.session.finished, timeout=LONG):
        click(qtbot, window, "stopButton")
    assert process.wait(60) == 0
    run = runs.open_run(folder)
    assert runs.summarise(run).state == "stopped"
    assert shown_steps(window) == len(run.metrics())
    assert text(window, "statusLabel").startswith("Stopped and saved at step")
    assert not monitor.attached.isVisible()
    assert button(window, "pauseButton").text() == "Resume"


def test_leaving_and_closing_leave_it_alone(
    window: MainWindow, training: tuple[Path, "subprocess.Popen[bytes]"], qtbot: QtBot
) -> None:
    folder, process = training
    watch(window, folder, qtbot)
    with qtbot.waitSignal(window.session.ended, timeout=LONG):
        click(qtbot, window, "leaveButton")
    assert process.poll() is None
    assert text(window, "detailLabel") == "It is being trained by another program"
    window._watch(folder)
    qtbot.waitUntil(lambda: window.session.state == "following", timeout=LONG)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=LONG)
    assert window.findChild(QWidget, "closeDialog") is None
    step = runs.open_run(folder).metrics()[-1]["step"]
    qtbot.waitUntil(lambda: runs.open_run(folder).metrics()[-1]["step"] > step, timeout=LONG)
    assert process.poll() is None


def test_its_checkpoints_are_explored(
    window: MainWindow, training: tuple[Path, "subprocess.Popen[bytes]"], qtbot: QtBot
) -> None:
    folder, _ = training
    watch(window, folder, qtbot)
    qtbot.waitUntil(lambda: bool(runs.open_run(folder).checkpoints()), timeout=LONG)
    click(qtbot, window, "exploreAttachedButton")
    assert window.stack.currentIndex() == EXPLORE
    qtbot.waitUntil(lambda: window.explore.exploration.subject is not None, timeout=LONG)
    with qtbot.waitSignal(window.session.ended, timeout=LONG):
        window.session.leave()


def test_a_start_of_ones_own_takes_its_place(
    ready: MainWindow, training: tuple[Path, "subprocess.Popen[bytes]"], qtbot: QtBot
) -> None:
    folder, process = training
    watch(ready, folder, qtbot)
    click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: ready.session.state == "training", timeout=LONG)
    assert ready.session.run is not None
    assert ready.session.run.folder != folder
    assert not ready.train.monitor.attached.isVisible()
    assert process.poll() is None


def test_a_killed_training_is_said(
    window: MainWindow, training: tuple[Path, "subprocess.Popen[bytes]"], qtbot: QtBot
) -> None:
    folder, process = training
    watch(window, folder, qtbot)
    with qtbot.waitSignal(window.session.failed, timeout=LONG):
        process.kill()
    assert "ended without a word" in text(window, "errorLabel")
    assert text(window, "statusLabel") == "This run is no longer followed"


# Without a process: what the folder of another machine's run says


def drop(window: MainWindow, folder: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    event = QDropEvent(
        QPoint(9, 9),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


@pytest.fixture
def far(make_run: MakeRun) -> Run:
    """A run that another machine trains, by its journal."""
    run = make_run("far", last_event="paused", log_every=1)
    rename_host(run.folder)
    text = (run.folder / "events.jsonl").read_text()
    (run.folder / "events.jsonl").write_text(text.replace('"started"', '"started", "segment": 1'))
    return run


def test_a_dropped_folder_and_a_chosen_one_are_live(
    window: MainWindow, far: Run, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(window, far.folder)
    qtbot.waitUntil(lambda: text(window, "statusLabel") == "Paused where it trains", timeout=LONG)
    assert "on cluster." in text(window, "attachedLabel")
    with qtbot.waitSignal(window.session.ended, timeout=LONG):
        click(qtbot, window, "leaveButton")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(far.folder))
    window.show_workspace(RUNS)
    click(qtbot, window, "openRunFolderButton")
    assert window.stack.currentIndex() == TRAIN
    qtbot.waitUntil(lambda: text(window, "statusLabel") == "Paused where it trains", timeout=LONG)
    with qtbot.waitSignal(window.session.ended, timeout=LONG):
        window.session.leave()


def test_one_that_is_silent_for_long_can_be_resumed(window: MainWindow, far: Run, qtbot: QtBot) -> None:
    import os

    long_ago = time.time() - 3600
    for path in far.folder.rglob("*"):
        if path.is_file():
            os.utime(path, (long_ago, long_ago))
    window._watch(far.folder)
    qtbot.waitUntil(lambda: "No news for 60 min" in text(window, "attachedLabel"), timeout=LONG)
    qtbot.waitUntil(lambda: button(window, "pauseButton").isEnabled(), timeout=LONG)
    assert button(window, "pauseButton").text() == "Resume"
    with qtbot.waitSignal(window.session.ended, timeout=LONG):
        window.session.leave()


def test_one_that_was_heard_of_just_now_cannot(window: MainWindow, far: Run, qtbot: QtBot) -> None:
    said: list[str] = []
    window.train.message.connect(said.append)
    window._resume(far.folder)
    qtbot.waitUntil(lambda: bool(said), timeout=LONG)
    assert said == ["far is being trained by cluster. Stop it there first."]
    assert window.session.state == "idle"

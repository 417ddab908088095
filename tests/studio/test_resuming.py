"""Going on with a run in the window: from the list, with moved pictures, after its time, after a call-off."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QListView, QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from core import runs
from core.control import Control
from core.data.prepare import Progress
from core.errors import Cancelled
from core.journal import Journal
from core.runs import Run
from studio.session import Letter
from studio.window import RUNS, TRAIN, MainWindow
from tests.studio.hands import LONG, click, text, write

MakeRun = Callable[..., Run]


@pytest.fixture
def trained(ready: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window after a run of three steps."""
    unit = ready.findChild(QComboBox, "field_duration_unit")
    assert unit is not None
    write(ready, "duration", "3")
    unit.setCurrentText("steps")
    with qtbot.waitSignal(ready.session.finished, timeout=LONG):
        click(qtbot, ready, "startButton")
    return ready


def the_run() -> runs.RunSummary:
    [summary] = runs.list_runs(runs.default_runs_folder())
    return summary


def test_run_from_the_list_goes_on(ready: MainWindow, qtbot: QtBot) -> None:
    click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: ready.train.monitor.losses.count() >= 2, timeout=LONG)
    with qtbot.waitSignal(ready.session.ended, timeout=LONG):
        click(qtbot, ready, "stopButton")
    step = the_run().step
    ready.show_workspace(RUNS)
    found = ready.runs.findChild(QListView, "runsList")
    assert found is not None
    qtbot.waitUntil(lambda: found.model().rowCount() == 1, timeout=LONG)
    resume = ready.findChild(QAbstractButton, "resumeRunButton")
    assert resume is not None
    qtbot.waitUntil(resume.isEnabled, timeout=LONG)  # the list may be from before the end
    click(qtbot, ready, "resumeRunButton")
    assert ready.stack.currentIndex() == TRAIN
    qtbot.waitUntil(lambda: ready.train.monitor.losses.count() > step, timeout=LONG)
    with qtbot.waitSignal(ready.session.ended, timeout=LONG):
        click(qtbot, ready, "stopButton")
    assert [row["step"] for row in the_run().run.metrics()] == list(range(1, the_run().step + 1))


def test_run_whose_pictures_have_moved_can_go_on(trained: MainWindow, folder: Path, qtbot: QtBot) -> None:
    state = the_run().state
    moved = folder.rename(folder.with_name("moved"))
    trained.train.choose_source("cartoons:64")
    qtbot.waitUntil(lambda: text(trained, "sourceLabel").startswith("64"), timeout=LONG)
    _extend(trained, qtbot, "5")
    qtbot.waitUntil(lambda: trained.train.monitor.banner.isVisible(), timeout=LONG)
    assert str(folder) in text(trained, "errorLabel")
    assert text(trained, "errorLabel").endswith("Choose the same pictures under Pictures, then press Resume.")
    assert the_run().state == state
    assert text(trained, "statusLabel") == "Could not go on", "nothing was trained"

    trained.train.choose_source(str(moved))
    size = trained.findChild(QComboBox, "field_size")
    assert size is not None
    size.setCurrentText("64 px")  # the run's own size counts
    qtbot.waitUntil(lambda: text(trained, "sourceLabel").startswith("40"), timeout=LONG)
    with qtbot.waitSignal(trained.session.finished, timeout=LONG) as finished:
        _extend(trained, qtbot, "5")
    assert finished.args[0].step == 5
    assert the_run().run.source == str(moved)


def test_run_that_is_over_in_all_but_name_is_asked_for_more(trained: MainWindow, qtbot: QtBot) -> None:
    Journal(the_run().run.folder).event("stopped", 3)  # as a stop in the last step leaves it
    click(qtbot, trained, "pauseButton")  # says Resume
    qtbot.waitUntil(lambda: trained.findChild(QWidget, "extendDialog") is not None, timeout=LONG)
    assert text(trained, "statusLabel") == "This run has had its time"
    assert not trained.train.monitor.banner.isVisible()
    assert the_run().state == "stopped"
    field = trained.findChild(QLineEdit, "extendField")
    assert field is not None
    field.setText("4")
    with qtbot.waitSignal(trained.session.finished, timeout=LONG) as finished:
        click(qtbot, trained, "extendButton")
    assert finished.args[0].step == 4
    qtbot.waitUntil(lambda: trained.findChild(QWidget, "extendDialog") is None)


def test_strip_recovers_after_a_call_off(window: MainWindow, make_run: MakeRun, qtbot: QtBot) -> None:
    def story(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
        progress(Progress("Looking for pictures", 1, None))
        while not control.stopping:
            threading.Event().wait(0.001)
        raise Cancelled("Stopped.")
        yield

    window.train.watch(make_run("older").folder)
    qtbot.waitUntil(lambda: text(window, "statusLabel") == "older", timeout=LONG)
    with qtbot.waitSignal(window.session.progress):
        window.session.tell(story)
    assert text(window, "statusLabel") == "Preparing pictures"
    with qtbot.waitSignal(window.session.ended):
        click(qtbot, window, "stopButton")
    assert (text(window, "statusLabel"), text(window, "detailLabel")) == (
        "older",
        "Resume goes on with this run",
    )
    bar = window.findChild(QProgressBar, "progressBar")
    assert bar is not None
    assert bar.maximum() > 0  # else it is busy


def _extend(window: MainWindow, qtbot: QtBot, total: str) -> None:
    click(qtbot, window, "pauseButton")  # says Resume
    qtbot.waitUntil(lambda: window.findChild(QWidget, "extendDialog") is not None, timeout=LONG)
    field = window.findChild(QLineEdit, "extendField")
    assert field is not None
    field.setText(total)
    click(qtbot, window, "extendButton")
    qtbot.waitUntil(lambda: window.findChild(QWidget, "extendDialog") is None)

"""The way out: whatever is under way is ended first, and nothing is lost without a word."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from pytestqt.qtbot import QtBot

from core import runs
from core.control import Control
from core.data.prepare import Progress
from core.errors import Cancelled, RunError
from core.events import Started
from studio.session import Letter
from studio.settings import Settings
from studio.window import EXPLORE, TRAIN, MainWindow
from tests.studio.hands import LONG, click, text, write

ROOT = Path(__file__).parents[2]


def preparing(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
    progress(Progress("Looking for pictures", 1, None))
    while not control.stopping:
        threading.Event().wait(0.001)
    raise Cancelled("Stopped.")
    yield  # type: ignore[unreachable]


def unsaved(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
    yield Started(0, 100, None, 10, "cpu", "float32", 64)
    while not control.stopping:
        threading.Event().wait(0.001)
    raise RunError("Step 7 was not saved: the disk is full.")


def test_window_stays_when_the_save_has_failed(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.session.started):
        window.session.tell(unsaved)
    window.show_workspace(EXPLORE)
    assert not window.close()
    with qtbot.waitSignal(window.session.ended):
        click(qtbot, window, "stopAndSaveButton")
    assert window.isVisible()
    assert window.stack.currentIndex() == TRAIN
    assert text(window, "errorLabel") == "Step 7 was not saved: the disk is full."
    assert window.close()  # nothing is under way any more


def test_closing_while_preparing_ends_it(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.session.progress):
        window.session.tell(preparing)
    assert not window.close()
    with qtbot.waitSignal(window.session.called_off):
        click(qtbot, window, "stopAndSaveButton")
    qtbot.waitUntil(lambda: not window.isVisible())


def test_closing_while_paused_saves(ready: MainWindow, qtbot: QtBot) -> None:
    click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: ready.train.monitor.losses.count() >= 2, timeout=LONG)
    click(qtbot, ready, "pauseButton")
    qtbot.waitUntil(lambda: ready.session.state == "paused", timeout=LONG)
    assert not ready.close()
    with qtbot.waitSignal(ready.session.finished, timeout=LONG):
        click(qtbot, ready, "stopAndSaveButton")
    qtbot.waitUntil(lambda: not ready.isVisible())
    [summary] = runs.list_runs(runs.default_runs_folder())
    assert summary.state == "stopped"
    assert summary.run.checkpoints()[-1][0] == summary.step


def test_what_was_chosen_is_remembered_without_a_start(window: MainWindow, qtbot: QtBot) -> None:
    write(window, "batch_size", "24")
    window.close()
    again = MainWindow(Settings())
    qtbot.addWidget(again)
    assert again.train.setup.recipe.config().batch_size == 24
    again.close()


def test_what_was_not_touched_is_not_remembered(window: MainWindow) -> None:
    window.close()
    assert Settings().preset == ""
    assert Settings().values == {}


def test_program_ends_after_its_jobs() -> None:
    """The window is closed at once, while torch is still being imported in a job."""
    code = (
        "import sys, threading\n"
        "from PySide6.QtCore import QTimer\n"
        "from studio import app\n"
        "made = app.begin\n"
        "def begin(argv):\n"
        "    application, window = made(argv)\n"
        "    QTimer.singleShot(50, window.close)\n"
        "    return application, window\n"
        "app.begin = begin\n"
        "status = app.run([])\n"
        "left = [each.name for each in threading.enumerate() if each.name.startswith('studio')]\n"
        "sys.exit(status or ' '.join(left) or None)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")

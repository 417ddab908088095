"""Explore while something is under way: a training whose face it follows, an export, a search; the end."""

import gc
import os
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from core.runs import Run
from studio.explore.cores import CORES
from studio.window import EXPLORE, MainWindow
from tests.studio.hands import LONG, click

MakeRun = Callable[..., Run]
ROOT = Path(__file__).parents[2]

PROGRAM = """
import sys, threading
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractButton, QFileDialog
from core.latent import z_of_seed
from studio import app
from studio.explore.exports.film_dialog import FilmDialog
from studio.explore.exports.film_export import FilmExport
from studio.explore.bench.photo import PhotoPage
from studio.task import TaskDialog
from studio.window import EXPLORE

what, folder = sys.argv[1], Path(sys.argv[2])


def export(window):
    explore = window.explore
    exporter = FilmExport(explore.exploration, explore)
    exporter.ask(z_of_seed(0, 10, 200_000), 30, False, "film")
    form = window.findChild(FilmDialog)
    form.wanted.emit()
    form.findChild(QFileDialog, "exportDialog").fileSelected.emit(str(folder / "film.mp4"))
    task = window.findChild(TaskDialog)
    while not task._reached[0]:
        yield
    assert not task._over


def search(window):
    page = window.explore.bench.turn_to(PhotoPage)
    page.open_picture(folder / "me.png")
    while page._photo is None:
        yield
    page.findChild(QAbstractButton, "photoFindButton").click()
    while page._search.newest is None:
        yield
    assert page._search is not None


def story(window):
    window.show_workspace(EXPLORE)
    while window.explore.face.faces is None:
        yield
    yield from {"export": export, "search": search}[what](window)
    assert window.close()


def begin(argv):
    application, window = made(argv)
    steps = story(window)
    timer = QTimer(window)
    timer.timeout.connect(lambda: next(steps, None))
    timer.start(5)
    return application, window


made, app.begin = app.begin, begin
status = app.run([])
left = [each.name for each in threading.enumerate() if each.name.startswith("studio")]
sys.exit(status or " ".join(left) or None)
"""


def test_the_face_follows_the_training_and_lets_its_weights_go_at_the_end(
    ready: MainWindow, qtbot: QtBot
) -> None:
    explore = ready.explore

    def drawn() -> int:
        """The step of the face that is shown, 0 if it is not the live one."""
        faces = explore.face.faces
        moment = None if faces is None else faces.wish.moments[0]
        return 0 if moment is None or moment.live is None else moment.step or 0

    click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: ready.session.state == "training", timeout=LONG)
    ready.show_workspace(EXPLORE)
    qtbot.waitUntil(lambda: drawn() > 0, timeout=LONG)
    assert CORES.shared
    first = drawn()
    assert explore.face.faces is not None
    before = explore.face.faces.pictures
    qtbot.waitUntil(lambda: drawn() > first, timeout=LONG)
    assert not np.array_equal(explore.face.faces.pictures, before)
    moment = explore.exploration.moment
    assert moment is not None
    weights = weakref.ref(moment.live)
    del moment
    with qtbot.waitSignal(ready.session.ended, timeout=LONG):
        ready.session.stop()
    assert not CORES.shared
    qtbot.waitUntil(lambda: explore.face.faces is not None and drawn() == 0, timeout=LONG)
    qtbot.waitUntil(lambda: gc.collect() >= 0 and weights() is None, timeout=LONG)


@pytest.mark.parametrize("what", ["export", "search"])
def test_closing_the_window_ends_what_is_under_way(make_run: MakeRun, tmp_path: Path, what: str) -> None:
    make_run("faces")
    folder = tmp_path / "out"
    folder.mkdir()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(folder / "me.png")
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, what, str(folder)],
        cwd=ROOT,
        env=os.environ | {"DCGAN_STUDIO_CONFIG": str(tmp_path / "config")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    said = [
        line for line in ended.stderr.splitlines() if "propagateSizeHints" not in line
    ]  # the offscreen one
    assert (ended.returncode, said) == (0, [])
    assert [each.name for each in folder.iterdir()] == ["me.png"]

"""What is said where something is not there: true of the run on view, and with a remedy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from core import runs
from core.config import Config
from studio.panels.beside import RealBeside
from studio.panels.monitor import Monitor
from studio.theme import install
from tests.studio.hands import LONG


@pytest.fixture
def monitor(qapp: QApplication, qtbot: QtBot) -> Iterator[Monitor]:
    install(qapp)
    made = Monitor()
    qtbot.addWidget(made)
    yield made
    made.shut_down()


def test_what_is_missing_is_said_of_the_run_on_view(monitor: Monitor) -> None:
    faces, quality = monitor.faces.no_faces, monitor.signals._unmeasured
    monitor.set_under_way(False)
    assert quality.text.text() == "This run was not measured."
    assert "Press Start" not in faces.text.text()
    monitor.set_under_way(True)
    assert "while a run trains" in quality.text.text()
    assert faces.title.text() == "The first faces are on their way"
    monitor.set_under_way(None)
    assert faces.text.text().startswith("Press Start.")


def test_charts_keep_their_height_below_the_banners(monitor: Monitor, qtbot: QtBot) -> None:
    monitor.resize(680, 400)
    monitor.banner.say("Something went wrong.")
    monitor.alarm.show()
    monitor.show()
    qtbot.waitExposed(monitor)
    assert monitor.losses.height() >= 100


def test_pictures_that_are_gone_are_said_in_place(monitor: Monitor, tmp_path: Path, qtbot: QtBot) -> None:
    gone = tmp_path / "photographs"
    run = runs.create(tmp_path / "run", Config(size=32), source=str(gone), source_digest="0", preset=None)
    real = RealBeside(monitor.faces, monitor)
    real.find(run, None)
    line = monitor.findChild(QLabel, "realMissing")
    assert line is not None
    said = f"The pictures this run was trained on are no longer at {gone}. Choose them under Pictures."
    qtbot.waitUntil(lambda: line.text() == said, timeout=LONG)
    assert monitor.faces.copies.words.text() == said
    real.close()

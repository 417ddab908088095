"""What is seen at first is little; the rest comes by itself, or at once when it is asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from studio.app import begin
from studio.jobs import wait_for_all
from studio.window import RUNS, MainWindow
from tests.studio.hands import LONG, click

REST = ("explorePanel", "runsPanel", "lossPlot", "histogramPlot", "compareCurves")


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.setenv("DCGAN_STUDIO_CONFIG", str(tmp_path))
    _, made = begin(["cartoons:64"])
    yield made
    made.close()
    wait_for_all()
    made.deleteLater()


def _there(window: MainWindow) -> list[str]:
    return [name for name in REST if window.findChild(QWidget, name) is not None]


def test_the_rest_is_built_after_the_first_look(window: MainWindow, qtbot: QtBot) -> None:
    assert _there(window) == []
    assert window.train.setup.recipe.device.count() == 1
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: _there(window) == list(REST), timeout=LONG)
    qtbot.waitUntil(lambda: window.train.setup.recipe.device.count() > 1, timeout=LONG)  # torch is warm


def test_a_workspace_that_is_asked_for_is_there_at_once(window: MainWindow, qtbot: QtBot) -> None:
    window.show()
    click(qtbot, window, "runsTab")
    assert window.stack.currentIndex() == RUNS
    assert window.stack.currentWidget() is window.runs
    assert window.runs.isVisible()
    tab = window.findChild(QToolButton, "runsTab")
    assert tab is not None
    assert tab.isChecked()


def test_nothing_is_built_into_a_window_that_was_closed(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitExposed(window):
        window.show()
    window.close()
    there = _there(window)
    qtbot.wait(300)
    assert _there(window) == there

"""A forecast from real steps, in the background: in plain words, cancelled, gone when the settings change."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from core import runs
from core.config import Config
from core.forecast import Forecast
from studio.panels.forecast import STALE, TRYING, in_full, in_words, lasting, size
from studio.panels.setup import Setup
from studio.settings import Settings
from studio.theme import install
from tests.studio.hands import LONG, click, text, write


@pytest.fixture
def setup(qtbot: QtBot, tmp_path: Path, qapp: QApplication) -> Iterator[Setup]:
    """The left column with 64 cartoons and a tiny recipe of 40 steps."""
    install(qapp)
    made = Setup(Settings(tmp_path))
    qtbot.addWidget(made)
    made.resize(336, 800)
    made.show()
    small = {"g_features": 4, "d_features": 4, "latent_dim": 8, "batch_size": 8, "size": 32}
    made.recipe.form.set_values(small | {"duration": 40.0, "duration_unit": "steps"})
    with qtbot.waitSignal(made.prepared, timeout=LONG):
        made.source.choose("cartoons:64")
    yield made
    made.shut_down()


def _button(setup: Setup) -> QAbstractButton:
    button = setup.findChild(QAbstractButton, "forecastButton")
    assert button is not None
    return button


def _slow(setup: Setup) -> None:
    """Settings with which twenty steps take much longer than a test needs to cancel them."""
    setup.recipe.form.set_values({"g_features": 64, "d_features": 64, "batch_size": 64})


def test_real_steps_become_plain_words(setup: Setup, qtbot: QtBot, runs_folder: Path) -> None:
    with qtbot.waitSignal(setup.forecast.over, timeout=LONG):
        click(qtbot, setup, "forecastButton")
        assert text(setup, "forecastLabel") == TRYING
        assert _button(setup).text() == "Cancel"
    first, second = text(setup, "forecastLabel").splitlines()
    assert first.startswith("About ")
    assert first.endswith(" pictures/s")
    assert " memory, " in second
    assert second.endswith(" disk")
    tip = setup.findChild(QLabel, "forecastLabel").toolTip()  # type: ignore[union-attr]
    assert "40 steps" in tip
    assert "each of the 64 pictures 5.0 times" in tip
    assert _button(setup).text() == "Forecast"
    assert runs.list_runs(runs_folder) == []


def test_another_setting_makes_it_stale(setup: Setup, qtbot: QtBot) -> None:
    with qtbot.waitSignal(setup.forecast.over, timeout=LONG):
        click(qtbot, setup, "forecastButton")
    write(setup, "batch_size", "16")
    assert text(setup, "forecastLabel") == STALE
    assert _button(setup).isEnabled()


def test_a_setting_that_changes_meanwhile_ends_it(setup: Setup, qtbot: QtBot) -> None:
    _slow(setup)
    with qtbot.waitSignal(setup.forecast.over, timeout=LONG):
        click(qtbot, setup, "forecastButton")
        write(setup, "batch_size", "16")
    assert text(setup, "forecastLabel") == STALE


def test_cancel_ends_it_within_a_step(setup: Setup, qtbot: QtBot) -> None:
    _slow(setup)
    with qtbot.waitSignal(setup.forecast.over, timeout=LONG):
        click(qtbot, setup, "forecastButton")
        click(qtbot, setup, "forecastButton")
        assert not _button(setup).isEnabled()
    assert text(setup, "forecastLabel") == "How long will it take?"
    assert _button(setup).isEnabled()


def test_a_training_ends_it_and_allows_no_other(setup: Setup, qtbot: QtBot) -> None:
    _slow(setup)
    with qtbot.waitSignal(setup.forecast.over, timeout=LONG):
        click(qtbot, setup, "forecastButton")
        setup.start.setEnabled(False)
        setup.start.setToolTip("A training is under way.")
    assert not _button(setup).isEnabled()
    assert _button(setup).toolTip() == "A training is under way."
    setup.start.setEnabled(True)
    setup.start.setToolTip("Begin")
    assert _button(setup).isEnabled()


def test_it_waits_for_the_pictures(setup: Setup, qtbot: QtBot) -> None:
    size_edit = setup.findChild(QComboBox, "field_size")
    assert size_edit is not None
    with qtbot.waitSignal(setup.prepared, timeout=LONG):
        size_edit.setCurrentText("64 px")
        assert not _button(setup).isEnabled()
        assert _button(setup).toolTip() == "The pictures are being prepared."
    assert _button(setup).isEnabled()


def test_what_cannot_be_tried_is_one_sentence(setup: Setup, qtbot: QtBot) -> None:
    write(setup, "batch_size", "100")  # of 64 pictures
    with qtbot.waitSignal(setup.forecast.over, timeout=LONG):
        click(qtbot, setup, "forecastButton")
    assert text(setup, "forecastLabel").startswith("batch_size: ")
    assert _button(setup).isEnabled()


def test_closing_waits_for_it(setup: Setup, qtbot: QtBot) -> None:
    click(qtbot, setup, "forecastButton")
    setup.shut_down()
    assert not [each for each in threading.enumerate() if each.name == "studio job" and each.is_alive()]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (42, "42 s"),
        (2040, "34 min"),
        (7800, "2 h 10 min"),
        (7200, "2 h"),
        (41_000, "11 h 20 min"),
        (300_000, "3 days"),
    ],
)
def test_times_are_said_as_one_says_them(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


def test_amounts_are_said_as_systems_count_them() -> None:
    assert (size(0.1), size(200), size(1144)) == ("1 MB", "210 MB", "1.2 GB")


def test_a_run_by_the_clock_is_forecast_in_steps() -> None:
    found = Forecast(
        seconds_per_step=0.5,
        images_per_s=256.0,
        total_seconds=1800.0,
        total_steps=3541,
        memory_mib=1144.0,
        disk_mib=200.0,
        images=1000,
        parts=2,
    )
    assert in_words(Config(duration=30, duration_unit="minutes"), found).splitlines() == [
        "About 3,500 steps, 256 pictures/s",
        "1.2 GB memory, 210 MB disk",
        "The memory takes the batch in 2 parts.",
    ]
    assert in_words(Config(), found).startswith("About 30 min, ")
    assert "3,541 steps of 0.5 s" in in_full(found)

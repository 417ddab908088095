"""Knobs of a run that trains: asked for when a value is complete, shown when it acts, and set back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from core import runs
from core.config import Config
from core.events import KnobTurned
from core.knobs import LIVE, history
from studio.panels.setup import Setup
from studio.settings import Settings
from studio.theme import install
from studio.window import MainWindow
from tests.studio.hands import LONG, click

RUN = Config(g_lr=2e-4, d_lr=2e-4)


@pytest.fixture
def setup(qtbot: QtBot, tmp_path: Path, qapp: QApplication) -> Iterator[Setup]:
    """The left column while a run of RUN trains."""
    install(qapp)
    made = Setup(Settings(tmp_path))
    qtbot.addWidget(made)
    made.resize(336, 800)
    made.show()
    made.show_knobs(RUN)
    yield made
    made.shut_down()


@pytest.fixture
def asked(setup: Setup) -> list[dict[str, object]]:
    """What the person has asked for, in order."""
    found: list[dict[str, object]] = []
    setup.knobs_changed.connect(found.append)
    return found


def _field(setup: Setup, name: str) -> QLineEdit:
    field = setup.findChild(QLineEdit, f"live_field_{name}")
    assert field is not None
    return field


def _type(qtbot: QtBot, setup: Setup, name: str, text: str) -> QLineEdit:
    field = _field(setup, name)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    return field


def _shown(setup: Setup, name: str) -> str:
    line = setup.findChild(QLabel, name)
    assert line is not None
    return line.text() if line.isVisible() else ""


def test_every_live_knob_can_be_turned_and_no_other(setup: Setup) -> None:
    for name in Config.model_fields:
        field = setup.findChild(QWidget, f"live_field_{name}")
        assert (field is not None) is (name in LIVE), name
        if field is not None:
            assert field.accessibleName() == Config.model_fields[name].title
            assert field.isVisible()


def test_recipe_gives_way_to_the_knobs_and_comes_back(setup: Setup, qtbot: QtBot) -> None:
    assert not setup.recipe.isVisible()
    assert not setup.forecast.isVisible()
    click(qtbot, setup, "nextRunView")
    assert setup.recipe.isVisible()
    assert setup.source.isVisible()
    assert not setup.knobs.isVisible()
    click(qtbot, setup, "thisRunView")
    assert setup.knobs.isVisible()
    setup.show_knobs(None)
    assert setup.recipe.isVisible()
    assert setup.forecast.isVisible()
    assert not setup.knobs.isVisible()
    assert not setup.views.isVisible()


def test_a_number_is_asked_for_on_enter_and_not_before(
    setup: Setup, asked: list[dict[str, object]], qtbot: QtBot
) -> None:
    field = _type(qtbot, setup, "g_lr", "0.0001")
    assert asked == []
    assert _shown(setup, "live_change_g_lr") == "Enter applies it, Esc takes it back."
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert asked == [{"g_lr": 1e-4}]
    assert _shown(setup, "live_change_g_lr") == "Acts at the next step."
    setup.show_turned(KnobTurned(1235, {"g_lr": 1e-4}))
    assert _shown(setup, "live_change_g_lr") == "0.0002 → 0.0001 at step 1,235"
    assert field.text() == "0.0001"
    qtbot.keyClick(field, Qt.Key.Key_Return)  # nothing new
    assert len(asked) == 1


def test_what_is_half_typed_waits_when_the_field_is_left(
    setup: Setup, asked: list[dict[str, object]], qtbot: QtBot
) -> None:
    field = _type(qtbot, setup, "g_lr", "0.07")  # on the way to 0.0007
    _field(setup, "r1").setFocus()
    click(qtbot, setup, "nextRunView")
    click(qtbot, setup, "thisRunView")
    assert asked == []
    assert field.text() == "0.07"
    assert _shown(setup, "live_change_g_lr") == "Enter applies it, Esc takes it back."
    apply = setup.findChild(QAbstractButton, "live_act_g_lr")
    assert apply is not None
    assert apply.isVisible()
    assert apply.text() == "Apply"
    click(qtbot, setup, "live_act_g_lr")
    assert asked == [{"g_lr": 0.07}]


def test_what_was_set_back_to_the_recipe_is_not_offered_again(
    setup: Setup, asked: list[dict[str, object]], qtbot: QtBot
) -> None:
    setup.show_turned(KnobTurned(100, {"g_lr": 0.07}))
    click(qtbot, setup, "resetKnobsButton")
    setup.show_turned(KnobTurned(120, {"g_lr": 2e-4}))
    assert _shown(setup, "live_change_g_lr") == "0.07 → 0.0002 at step 120"
    back = setup.findChild(QAbstractButton, "live_act_g_lr")
    assert back is not None
    assert not back.isVisible()


def test_escape_takes_back_what_was_typed(setup: Setup, asked: list[dict[str, object]], qtbot: QtBot) -> None:
    field = _type(qtbot, setup, "g_lr", "0.0")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.0002"
    _field(setup, "r1").setFocus()
    assert asked == []


def test_wrong_value_is_one_sentence_and_is_not_asked_for(
    setup: Setup, asked: list[dict[str, object]], qtbot: QtBot
) -> None:
    field = _type(qtbot, setup, "real_label", "3")
    assert _shown(setup, "live_error_real_label") == ""  # it may be half typed
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert _shown(setup, "live_error_real_label") == "3 is too large. Use 1 or less."
    assert field.property("invalid") is True
    field.selectAll()
    qtbot.keyClicks(field, "0.9")
    assert _shown(setup, "live_error_real_label") == ""
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert asked == [{"real_label": 0.9}]
    field.clear()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert _shown(setup, "live_error_real_label") == "A number is missing."
    assert len(asked) == 1


def test_switches_and_choices_are_asked_for_at_once(
    setup: Setup, asked: list[dict[str, object]], qtbot: QtBot
) -> None:
    assert not setup.findChild(QCheckBox, "live_field_augment_cutout").isEnabled()  # type: ignore[union-attr]
    setup.findChild(QComboBox, "live_field_diffaugment").setCurrentText("On")  # type: ignore[union-attr]
    click(qtbot, setup, "live_field_flip")
    click(qtbot, setup, "live_field_augment_cutout")
    assert asked == [{"diffaugment": "on"}, {"flip": True}, {"augment_cutout": False}]


def test_a_change_is_set_back(setup: Setup, asked: list[dict[str, object]], qtbot: QtBot) -> None:
    for step, lr in ((100, 1e-4), (200, 5e-5)):
        setup.show_turned(KnobTurned(step, {"g_lr": lr}))
    setup.show_turned(KnobTurned(250, {"flip": True}))
    assert _shown(setup, "live_change_g_lr") == "0.0001 → 0.00005 at step 200"
    assert _shown(setup, "live_change_flip") == "Off → On at step 250"
    click(qtbot, setup, "live_act_g_lr")
    assert asked == [{"g_lr": 1e-4}]
    setup.show_turned(KnobTurned(300, {"g_lr": 1e-4}))
    assert _field(setup, "g_lr").text() == "0.0001"
    click(qtbot, setup, "resetKnobsButton")
    assert asked[1:] == [{"g_lr": 2e-4, "flip": False}]
    setup.show_turned(KnobTurned(301, {"g_lr": 2e-4, "flip": False}))
    reset = setup.findChild(QAbstractButton, "resetKnobsButton")
    assert reset is not None
    assert not reset.isVisible()


def test_what_was_turned_before_a_resume_is_shown(setup: Setup) -> None:
    setup.show_knobs(RUN, [(40, {"d_lr": 1e-4}), (60, {"d_lr": 1e-5, "of a later version": 1})])
    assert _field(setup, "d_lr").text() == "0.00001"
    assert _shown(setup, "live_change_d_lr") == "0.0001 → 0.00001 at step 60"


def test_going_back_undoes_later_turns(setup: Setup) -> None:
    setup.show_turned(KnobTurned(100, {"g_lr": 1e-4}))
    setup.show_turned(KnobTurned(900, {"g_lr": 1e-3, "noise": 0.3}))
    setup.show_returned([(100, {"g_lr": 1e-4}), (501, {"d_lr": 1e-4})])
    assert _field(setup, "g_lr").text() == "0.0001"
    assert _field(setup, "noise").text() == "0"
    assert _shown(setup, "live_change_d_lr") == "0.0002 → 0.0001 at step 501"


def test_a_turn_elsewhere_leaves_what_is_being_typed(setup: Setup, qtbot: QtBot) -> None:
    field = _type(qtbot, setup, "g_lr", "0.00")
    setup.show_turned(KnobTurned(10, {"d_lr": 1e-5}))
    assert field.text() == "0.00"
    assert _field(setup, "d_lr").text() == "0.00001"


def test_a_refused_change_says_why_and_shows_what_acts(setup: Setup, qtbot: QtBot) -> None:
    field = _type(qtbot, setup, "g_lr", "0.0001")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    setup.refuse_knobs("g_lr: the run is over.")
    assert field.text() == "0.0002"
    assert _shown(setup, "live_error_g_lr") == "The run is over."


def test_two_changes_of_one_knob_wait_for_the_last(setup: Setup, qtbot: QtBot) -> None:
    for text in ("0.0001", "0.0003"):
        qtbot.keyClick(_type(qtbot, setup, "g_lr", text), Qt.Key.Key_Return)
    setup.show_turned(KnobTurned(10, {"g_lr": 1e-4}))
    assert _field(setup, "g_lr").text() == "0.0003"
    assert _shown(setup, "live_change_g_lr") == "Acts at the next step."
    setup.show_turned(KnobTurned(11, {"g_lr": 3e-4}))
    assert _shown(setup, "live_change_g_lr") == "0.0001 → 0.0003 at step 11"


def test_the_end_of_the_run_drops_what_was_half_typed(
    setup: Setup, asked: list[dict[str, object]], qtbot: QtBot
) -> None:
    _type(qtbot, setup, "g_lr", "0.0")
    setup.show_knobs(None)
    assert asked == []
    assert QApplication.focusWidget() is None


def test_tab_goes_from_value_to_value(setup: Setup, qtbot: QtBot) -> None:
    setup.activateWindow()
    field = _field(setup, "g_lr")
    field.setFocus()
    order = []
    for _ in range(4):
        focus = QApplication.focusWidget()
        assert focus is not None
        order.append(focus.objectName())
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert order == [f"live_field_{name}" for name in ("g_lr", "d_lr", "real_label", "fake_label")]


def test_a_knob_is_turned_in_a_real_training(ready: MainWindow, qtbot: QtBot) -> None:
    setup = ready.train.setup
    click(qtbot, ready, "startButton")
    qtbot.waitUntil(setup.knobs.isVisible, timeout=LONG)
    qtbot.keyClick(_type(qtbot, setup, "g_lr", "0.0003"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "0.0003 at step " in _shown(setup, "live_change_g_lr"), timeout=LONG)
    step = int(_shown(setup, "live_change_g_lr").rpartition(" ")[2].replace(",", ""))
    click(qtbot, ready, "pauseButton")
    qtbot.waitUntil(lambda: ready.session.state == "paused", timeout=LONG)
    click(qtbot, ready, "live_field_flip")
    assert _shown(setup, "live_change_flip") == "Acts at the next step."
    click(qtbot, ready, "pauseButton")
    qtbot.waitUntil(lambda: "→" in _shown(setup, "live_change_flip"), timeout=LONG)
    with qtbot.waitSignal(ready.session.ended, timeout=LONG):
        click(qtbot, ready, "stopButton")
    assert setup.recipe.isVisible()
    [summary] = runs.list_runs(runs.default_runs_folder())
    first, second = history(summary.run.events())
    assert first == (step, {"g_lr": 3e-4})
    assert list(second[1]) == ["flip"]

    click(qtbot, ready, "pauseButton")  # says Resume
    qtbot.waitUntil(setup.knobs.isVisible, timeout=LONG)
    assert _shown(setup, "live_change_g_lr").endswith(f" → 0.0003 at step {step:,}")
    with qtbot.waitSignal(ready.session.ended, timeout=LONG):
        click(qtbot, ready, "stopButton")

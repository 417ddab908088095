"""Devices are chosen from a list, or ticked where several can train together."""

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox
from pytestqt.qtbot import QtBot

from core import runs
from core.devices import Device
from studio.panels.device_choice import DeviceChoice
from studio.window import MainWindow
from tests.studio.hands import LONG, click, text, write

CPU = Device("cpu", "CPU", "float32")
FIRST, SECOND = (Device(f"cuda:{index}", f"GPU {index}", "bf16") for index in range(2))


@pytest.fixture
def choice(qtbot: QtBot, qapp: QApplication) -> DeviceChoice:
    made = DeviceChoice()
    qtbot.addWidget(made)
    return made


def ticked(choice: DeviceChoice) -> list[str]:
    return [box.text() for box in choice.boxes if box.isChecked()]


def test_a_machine_with_one_device_of_a_kind_has_a_list_alone(choice: DeviceChoice) -> None:
    choice.offer([FIRST, CPU], "cpu")
    assert choice.boxes == []
    assert choice.name() == "cpu"


def test_ticks_and_list_say_the_same(choice: DeviceChoice, qtbot: QtBot) -> None:
    choice.offer([FIRST, SECOND, CPU], "auto")
    assert ticked(choice) == ["GPU 0"]
    with qtbot.waitSignal(choice.chosen):
        choice.boxes[1].click()
    assert choice.name() == "cuda:0,cuda:1"
    assert choice.combo.currentText() == "2 devices together"
    choice.boxes[0].click()
    assert choice.name() == "cuda:1"
    assert choice.combo.currentText() == "GPU 1"
    assert choice.combo.findText("2 devices together") < 0
    choice.boxes[1].click()
    assert (choice.name(), ticked(choice)) == ("auto", ["GPU 0"])
    choice.combo.setCurrentIndex(choice.combo.findData("cuda:1"))
    choice.combo.activated.emit(choice.combo.currentIndex())
    assert ticked(choice) == ["GPU 1"]


def test_devices_of_different_kinds_exclude_each_other(choice: DeviceChoice) -> None:
    choice.offer([FIRST, SECOND, CPU], "cuda:0,cuda:1")
    assert ticked(choice) == ["GPU 0", "GPU 1"]
    choice.boxes[2].click()
    assert (choice.name(), ticked(choice)) == ("cpu", ["CPU"])
    choice.boxes[1].click()
    assert (choice.name(), ticked(choice)) == ("cuda:1", ["GPU 1"])


def test_devices_of_one_name_are_told_apart(choice: DeviceChoice) -> None:
    choice.offer([Device(f"cuda:{index}", "H100", "bf16") for index in range(2)], "auto")
    assert [box.text() for box in choice.boxes] == ["0 · H100", "1 · H100"]
    assert [box.accessibleName() for box in choice.boxes] == ["Train on 0 · H100", "Train on 1 · H100"]


def test_what_was_chosen_before_and_is_gone_is_the_best(choice: DeviceChoice) -> None:
    choice.offer([FIRST, SECOND, CPU], "cuda:0,cuda:2")
    assert (choice.name(), ticked(choice)) == ("auto", ["GPU 0"])


@pytest.fixture
def two(ready: MainWindow) -> MainWindow:
    """The window of a machine with two devices of a kind, a run without end set up, both ticked."""
    unit = ready.findChild(QComboBox, "field_duration_unit")
    assert unit is not None
    unit.setCurrentText("steps")
    write(ready, "duration", "1000000")
    ready.train.offer_devices([Device("cpu", f"CPU {half}", "float32") for half in "AB"], "quick")
    box = ready.findChild(QCheckBox, "deviceCheck1")
    assert box is not None
    box.click()
    assert ready.train.setup.recipe.device_name() == "cpu,cpu"
    return ready


@pytest.mark.timeout(400)
def test_two_devices_train_in_child_processes_that_the_window_follows(two: MainWindow, qtbot: QtBot) -> None:
    click(qtbot, two, "startButton")
    qtbot.waitUntil(lambda: two.session.state == "following", timeout=3 * LONG)
    qtbot.waitUntil(lambda: two.train.monitor.losses.count() > 5, timeout=LONG)
    assert text(two, "statusLabel") == "Training"
    assert text(two, "attachedLabel").startswith("Trained by 2 processes")
    assert not two.train.setup.start.isEnabled()
    qtbot.waitUntil(lambda: two.train.monitor.faces.slider.maximum() >= 1, timeout=LONG)
    with qtbot.waitSignal(two.session.finished, timeout=2 * LONG):
        click(qtbot, two, "stopButton")
    [summary] = runs.list_runs(runs.default_runs_folder())
    assert summary.state == "stopped"
    assert summary.run.checkpoints()[-1][0] == summary.step
    assert [row["processes"] for row in summary.run.events() if "processes" in row] == [2]
    # Goes on with one device, in the window itself.
    two.train.setup.recipe.devices.boxes[1].click()
    click(qtbot, two, "pauseButton")
    qtbot.waitUntil(lambda: two.session.state == "training", timeout=LONG)
    with qtbot.waitSignal(two.session.ended, timeout=LONG):
        click(qtbot, two, "stopButton")


@pytest.mark.timeout(400)
def test_a_child_that_fails_is_said_in_its_words(two: MainWindow, qtbot: QtBot) -> None:
    click(qtbot, two, "startButton")
    qtbot.waitUntil(lambda: two.session.run is not None, timeout=LONG)
    assert two.session.run is not None
    (two.session.run.folder / "checkpoints").rmdir()
    (two.session.run.folder / "checkpoints").write_text("no folder")
    with qtbot.waitSignal(two.session.failed, timeout=3 * LONG):
        qtbot.waitUntil(lambda: two.session.state in ("following", "idle"), timeout=3 * LONG)
        if two.session.active:
            two.session.stop()
    assert text(two, "errorLabel")
    assert text(two, "statusLabel") in ("Training stopped because of a problem", "Could not start")


@pytest.mark.timeout(400)
def test_stop_before_the_children_have_begun_leaves_nothing_running(two: MainWindow, qtbot: QtBot) -> None:
    click(qtbot, two, "startButton")
    qtbot.waitUntil(lambda: two.session.run is not None, timeout=LONG)
    with qtbot.waitSignal(two.session.ended, timeout=3 * LONG):
        click(qtbot, two, "stopButton")
    [summary] = runs.list_runs(runs.default_runs_folder())
    assert not runs.is_running(summary.run)

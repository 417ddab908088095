"""The whole path in the window, driven by clicks, with real training at 32 px."""

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from core import runs
from core.runs import Run
from studio.panels.faces import FACES
from studio.settings import Settings
from studio.window import EXPLORE, RUNS, TRAIN, MainWindow
from tests.studio.hands import LONG, click, text, write

MakeRun = Callable[..., Run]


def test_source_is_seen_before_training(ready: MainWindow) -> None:
    assert ready.train.monitor.faces.preview.count() == 40
    skipped = ready.findChild(QAbstractButton, "skippedButton")
    assert skipped is not None
    assert skipped.isVisible()
    assert skipped.text().startswith("1 file skipped")
    skipped.click()
    dialog = ready.findChild(QWidget, "skippedList")
    assert dialog is not None
    assert dialog.topLevelItem(0).text(0).endswith("broken.png")  # type: ignore[attr-defined]
    assert dialog.topLevelItem(0).text(1)  # type: ignore[attr-defined]
    dialog.window().close()


def test_start_pause_resume_stop_resume(ready: MainWindow, qtbot: QtBot) -> None:
    train, session = ready.train, ready.session
    click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: train.monitor.losses.count() >= 6, timeout=LONG)
    qtbot.waitUntil(lambda: train.monitor.faces.grid.count() == 64, timeout=LONG)
    assert not train.setup.start.isEnabled()
    click(qtbot, ready, "pauseButton")
    qtbot.waitUntil(lambda: session.state == "paused", timeout=LONG)
    assert text(ready, "statusLabel") == "Paused"
    held = train.monitor.losses.count()
    click(qtbot, ready, "pauseButton")
    qtbot.waitUntil(lambda: train.monitor.losses.count() > held, timeout=LONG)
    with qtbot.waitSignal(session.ended, timeout=LONG):
        click(qtbot, ready, "stopButton")
    assert text(ready, "statusLabel").startswith("Stopped and saved at step")

    [summary] = runs.list_runs(runs.default_runs_folder())
    assert summary.state == "stopped"
    assert len(summary.run.checkpoints()) == 1
    rows = summary.run.metrics()
    assert train.monitor.losses.count() == len(rows) == summary.step
    assert train.monitor.faces.slider.maximum() + 1 == len(summary.run.samples())
    list_view = ready.runs.findChild(QWidget, "runsList")
    assert list_view is not None
    qtbot.waitUntil(lambda: list_view.model().rowCount() == 1, timeout=LONG)  # type: ignore[attr-defined]

    click(qtbot, ready, "pauseButton")  # says Resume now
    qtbot.waitUntil(lambda: train.monitor.losses.count() > summary.step, timeout=LONG)
    with qtbot.waitSignal(session.ended, timeout=LONG):
        click(qtbot, ready, "stopButton")
    [resumed] = runs.list_runs(runs.default_runs_folder())
    assert resumed.run.id == summary.run.id
    assert [row["step"] for row in resumed.run.metrics()] == list(range(1, resumed.step + 1))
    assert train.monitor.losses.count() == resumed.step


def test_time_slider_goes_back_and_returns(ready: MainWindow, qtbot: QtBot) -> None:
    faces = ready.train.monitor.faces
    click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: faces.slider.maximum() >= 2, timeout=LONG)
    faces.slider.setValue(0)
    qtbot.waitUntil(lambda: faces.caption.text() == "Step 0", timeout=LONG)
    newest = faces.slider.maximum()
    qtbot.waitUntil(lambda: faces.slider.maximum() > newest, timeout=LONG)
    assert faces.slider.value() == 0
    click(qtbot, ready, "liveButton")
    assert faces.slider.value() == faces.slider.maximum()
    qtbot.waitUntil(lambda: faces.caption.text() != "Step 0", timeout=LONG)
    click(qtbot, ready, "besideView")
    assert faces.real.count() == 40
    with qtbot.waitSignal(ready.session.ended, timeout=LONG):
        click(qtbot, ready, "stopButton")
    faces.slider.setValue(0)
    click(qtbot, ready, "playButton")
    qtbot.waitUntil(lambda: faces.slider.value() == faces.slider.maximum(), timeout=LONG)


def test_start_before_the_pictures_are_ready_waits_for_them(
    window: MainWindow, folder: Path, qtbot: QtBot
) -> None:
    for name, value in (("g_features", "4"), ("d_features", "4"), ("batch_size", "8")):
        write(window, name, value)
    window.train.choose_source(str(folder))
    click(qtbot, window, "startButton")
    qtbot.waitUntil(lambda: window.train.monitor.losses.count() >= 1, timeout=LONG)
    with qtbot.waitSignal(window.session.ended, timeout=LONG):
        click(qtbot, window, "stopButton")


def test_finished_run_is_asked_how_much_longer(ready: MainWindow, qtbot: QtBot) -> None:
    unit = ready.findChild(QComboBox, "field_duration_unit")
    assert unit is not None
    write(ready, "duration", "3")
    unit.setCurrentText("steps")
    with qtbot.waitSignal(ready.session.finished, timeout=LONG):
        click(qtbot, ready, "startButton")
    assert text(ready, "statusLabel").startswith("Finished")
    click(qtbot, ready, "pauseButton")
    qtbot.waitUntil(lambda: ready.findChild(QAbstractButton, "extendButton") is not None, timeout=LONG)
    field = ready.findChild(QLineEdit, "extendField")
    assert field is not None
    field.setText("2")
    go = ready.findChild(QAbstractButton, "extendButton")
    assert go is not None
    assert not go.isEnabled()
    field.setText("5")
    with qtbot.waitSignal(ready.session.finished, timeout=LONG) as finished:
        click(qtbot, ready, "extendButton")
    assert finished.args[0].step == 5


def test_closing_while_training_asks_and_leaves_no_thread(ready: MainWindow, qtbot: QtBot) -> None:
    click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: ready.train.monitor.losses.count() >= 1, timeout=LONG)
    assert not ready.close()
    assert ready.isVisible()
    click(qtbot, ready, "keepTrainingButton")
    assert ready.session.active
    qtbot.waitUntil(lambda: ready.findChild(QWidget, "closeDialog") is None)
    assert not ready.close()
    with qtbot.waitSignal(ready.session.ended, timeout=LONG):
        click(qtbot, ready, "stopAndSaveButton")
    qtbot.waitUntil(lambda: not ready.isVisible())
    assert not [each.name for each in threading.enumerate() if each.name.startswith("studio")]
    [summary] = runs.list_runs(runs.default_runs_folder())
    assert summary.state == "stopped"


def test_older_run_is_shown_while_another_trains(ready: MainWindow, qtbot: QtBot, make_run: MakeRun) -> None:
    older = make_run("older", steps=(3, 7))
    train = ready.train
    click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: train.monitor.losses.count() >= 3, timeout=LONG)
    train.watch(older.folder)
    qtbot.waitUntil(train.monitor.elsewhere.isVisible, timeout=LONG)
    assert train.monitor.losses.count() == 2
    step = int(text(ready, "stepValue").replace(",", ""))
    qtbot.waitUntil(lambda: int(text(ready, "stepValue").replace(",", "")) > step, timeout=LONG)
    assert train.monitor.losses.count() == 2
    click(qtbot, ready, "backButton")
    qtbot.waitUntil(lambda: train.monitor.losses.count() > step, timeout=LONG)
    assert not train.monitor.elsewhere.isVisible()
    with qtbot.waitSignal(ready.session.ended, timeout=LONG):
        click(qtbot, ready, "stopButton")
    live = next(each for each in runs.list_runs(runs.default_runs_folder()) if each.run.id != older.id)
    assert train.monitor.losses.count() == live.step


def test_failure_is_one_sentence_and_the_run_can_go_on(ready: MainWindow, qtbot: QtBot) -> None:
    write(ready, "batch_size", "4000")  # of forty pictures
    with qtbot.waitSignal(ready.session.failed, timeout=LONG):
        click(qtbot, ready, "startButton")
    assert "batch_size" in text(ready, "errorLabel")
    assert text(ready, "statusLabel") == "Could not start"
    write(ready, "batch_size", "8")
    click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: ready.train.monitor.losses.count() >= 1, timeout=LONG)
    assert not ready.train.monitor.banner.isVisible()
    with qtbot.waitSignal(ready.session.ended, timeout=LONG):
        click(qtbot, ready, "stopButton")


def test_choices_are_remembered(ready: MainWindow, folder: Path, qtbot: QtBot) -> None:
    click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: ready.session.state == "training", timeout=LONG)
    with qtbot.waitSignal(ready.session.ended, timeout=LONG):
        click(qtbot, ready, "stopButton")
    ready.show_workspace(RUNS)
    ready.resize(1300, 900)
    ready.close()
    again = MainWindow(Settings())
    qtbot.addWidget(again)
    assert again.train.setup.source.source() == str(folder)
    assert again.train.setup.recipe.config() == ready.train.setup.recipe.config()
    assert again.stack.currentIndex() == RUNS
    assert Settings().geometry == ready.saveGeometry()  # the screen of the tests is too small to restore it
    again.close()


def test_unusable_source_is_one_sentence(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.train.choose_source(str(tmp_path / "nothing here"))
    qtbot.waitUntil(lambda: "nothing here" in text(window, "sourceLabel"), timeout=LONG)
    assert not window.train.setup.start.isEnabled()
    assert window.train.setup.start.toolTip() == "Choose pictures first."


def test_wrong_setting_disables_start_and_says_why(ready: MainWindow) -> None:
    write(ready, "batch_size", "1")
    assert not ready.train.setup.start.isEnabled()
    assert ready.train.setup.start.toolTip().startswith("Batch size: ")
    write(ready, "batch_size", "8")
    assert ready.train.setup.start.isEnabled()


def test_preset_fills_the_form_and_editing_marks_it(window: MainWindow) -> None:
    recipe = window.train.setup.recipe
    recipe.choose("tutorial")
    assert recipe.config().batch_size == 128
    assert recipe.preset_name() == "tutorial"
    assert not recipe.chip.isVisible()
    write(window, "batch_size", "64")
    assert recipe.preset_name() is None
    assert recipe.chip.isVisible()
    recipe.reset.click()
    assert recipe.preset_name() == "tutorial"


def test_keys_switch_the_workspaces(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    for key, index in ((Qt.Key.Key_2, EXPLORE), (Qt.Key.Key_3, RUNS), (Qt.Key.Key_1, TRAIN)):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert window.stack.currentIndex() == index


def test_run_from_the_disk_is_shown_read_only(ready: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ready.session.opened, timeout=LONG):
        click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: ready.train.monitor.losses.count() >= 3, timeout=LONG)
    with qtbot.waitSignal(ready.session.ended, timeout=LONG):
        click(qtbot, ready, "stopButton")
    [summary] = runs.list_runs(runs.default_runs_folder())
    ready.train.monitor.clear(64)
    ready.runs.watch_requested.emit(summary.run.folder)
    qtbot.waitUntil(lambda: ready.train.monitor.losses.count() == summary.step, timeout=LONG)
    qtbot.waitUntil(lambda: ready.train.monitor.faces.grid.count() == 64, timeout=LONG)
    assert ready.train.monitor.faces.views.current() == FACES
    assert text(ready, "statusLabel") == summary.run.name

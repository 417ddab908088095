"""Runs side by side in the Runs workspace: chosen, laid over each other, looked at, taken away."""

import csv
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QTableWidget
from pytestqt.qtbot import QtBot
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from core.export import save_grid
from core.journal import Journal
from core.runs import Run
from studio import jobs
from studio.explore.exports.film_dialog import FilmDialog
from studio.panels.compare_tables import LEAST_WIDTH, NAME_WIDTH
from studio.panels.runs import COMPARE_PAGE, LIST_PAGE, RunsPanel
from studio.panels.side_by_side import read_side_by_side
from studio.parts import EmptyState
from studio.pictures import read_grid
from studio.theme import install
from tests.studio.hands import LONG, click

MakeRun = Callable[..., Run]
FLAGS = QItemSelectionModel.SelectionFlag


@pytest.fixture
def panel(qtbot: QtBot, runs_folder: Path, qapp: object) -> Iterator[RunsPanel]:
    install(qapp)
    panel = RunsPanel()
    panel.resize(1200, 800)
    qtbot.addWidget(panel)
    yield panel
    panel.shut_down()
    jobs.wait_for_all()
    qtbot.waitUntil(lambda: not [each for each in threading.enumerate() if each.name.startswith("studio")])


@pytest.fixture
def trained(make_run: MakeRun) -> Callable[..., Run]:
    """trained(name, last, seconds_a_step, ...): losses at every step, grids at every tenth."""

    def make(name: str, last: int = 20, pace: float = 1.0, **knobs: object) -> Run:
        run = make_run(name, steps=(), last_event="started", **knobs)
        shutil.rmtree(run.folder / "metrics")
        journal = Journal(run.folder)
        journal.began("resumed", 0, device="cpu")
        size = run.config.size
        for step in range(1, last + 1):
            journal.metrics(
                {"step": step, "epoch": 1, "seconds": step * pace, "d_loss": 1.0, "g_loss": step / last}
            )
            if step % 10 == 0:
                faces = np.random.default_rng(step).integers(
                    0, 256, (run.config.sample_count, size, size, 3), np.uint8
                )
                across = round(run.config.sample_count**0.5)
                save_grid(run.sample_folder / f"{step:09d}.png", faces, across, spacing=0)
        journal.event("stopped", last, epoch=1)
        return run

    return make


def _show(qtbot: QtBot, panel: RunsPanel, count: int) -> None:
    panel.show()
    qtbot.waitUntil(lambda: panel._model.rowCount() == count)


def _choose(panel: RunsPanel, *names: str) -> None:
    """Leave exactly these selected, as Ctrl and clicks do."""
    selection = panel._list.selectionModel()
    selection.clearSelection()
    for name in names:
        row = next(row for row in range(panel._found.rowCount()) if panel._found.index(row, 0).data() == name)
        selection.setCurrentIndex(panel._found.index(row, 0), FLAGS.Select)


def _compare(qtbot: QtBot, panel: RunsPanel, *names: str) -> None:
    _choose(panel, *names)
    click(qtbot, panel, "compareButton")
    qtbot.waitUntil(lambda: panel._beside._pages.currentIndex() == 1, timeout=LONG)


def _text(panel: RunsPanel, name: str) -> str:
    found = panel.findChild(QLabel, name)
    assert found is not None, name
    return found.text()


def _cells(panel: RunsPanel, name: str) -> list[list[str]]:
    table = panel.findChild(QTableWidget, name)
    assert table is not None
    return [
        [
            table.verticalHeaderItem(row).text(),
            *(table.item(row, column).text() for column in range(table.columnCount())),  # type: ignore[union-attr]
        ]
        for row in range(table.rowCount())
    ]


def test_runs_are_ticked_and_compared(qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run]) -> None:
    trained("one")
    trained("two")
    trained("three")
    _show(qtbot, panel, 3)
    click(qtbot, panel, "compareRunsButton")
    choose = panel.findChild(QAbstractButton, "compareButton")
    assert choose is not None
    assert not choose.isEnabled()  # one is ticked: the one that was selected
    listed = panel._list
    index = panel._found.index(2, 0)
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=listed.visualRect(index).center())
    assert [each.summary.run.name for each in panel.chosen()] == [
        panel._found.index(row, 0).data() for row in (0, 2)
    ]
    assert choose.text() == "Compare 2 runs"
    assert not panel._details.isVisible()
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=listed.visualRect(index).center())
    assert not choose.isEnabled()
    click(qtbot, panel, "compareCancelButton")
    assert panel._details.isVisible()
    assert len(panel.chosen()) == 1


def test_a_refresh_keeps_what_is_ticked(qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run]) -> None:
    for name in ("one", "two", "three"):
        trained(name)
    _show(qtbot, panel, 3)
    _choose(panel, "one", "three")
    trained("four")
    panel.refresh()
    qtbot.waitUntil(lambda: panel._model.rowCount() == 4)
    assert {each.summary.run.name for each in panel.chosen()} == {"one", "three"}


def test_what_differs_is_in_the_table(qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run]) -> None:
    trained("b", g_lr=1e-3, size=64)
    trained("a", last=40)
    _show(qtbot, panel, 2)
    _compare(qtbot, panel, "a", "b")
    assert _cells(panel, "compareSettingsTable") == [
        ["Picture size", "32 px", "64 px"],
        ["Generator learning rate", "0.0002", "0.001"],
    ]
    click(qtbot, panel, "compareNumbers")
    rows = {row[0]: row[1:] for row in _cells(panel, "compareNumbersTable")}
    assert rows["Steps"] == ["40", "20"]
    assert rows["Training time"] == ["0:40", "0:20"]
    panel._beside.tables.moment.setCurrentIndex(2)
    panel._beside.tables._fill_numbers()
    rows = {row[0]: row[1:] for row in _cells(panel, "compareNumbersTable")}
    assert rows["Generator's loss"] == ["0.487", "0.975"]  # at step 20: means of 19 and 20, of 40 and of 20


def test_one_slider_moves_all_runs_and_the_mark(
    qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run]
) -> None:
    long, short = trained("long", last=40, pace=1.0), trained("short", last=20, pace=4.0, sample_count=36)
    _show(qtbot, panel, 2)
    _compare(qtbot, panel, "long", "short")
    order = [each.run.folder for each in panel._beside._runs.comparison.runs]  # type: ignore[union-attr]
    at = {run.name: order.index(run.folder) for run in (long, short)}
    page = panel._beside

    def told(name: str) -> str:
        return _text(panel, f"compareCaption{at[name]}")

    assert told("long") == "Step 40 · 0:40"
    assert told("short") == "Step 20 · 1:20 · it ended here"
    page.faces.slider.setValue(600)  # step 24 of 40
    assert (told("long"), told("short")) == ("Step 20 · 0:20", "Step 20 · 1:20 · it ended here")
    assert page.plot._marker.value() == 24
    grid = page.faces._columns[at["short"]].grid
    expected = read_grid(short.sample_folder / "000000020.png", 36)
    qtbot.waitUntil(lambda: grid.count() == 16)  # as many of each as the smaller grid has
    shown = grid._sheet
    assert (shown.pixelColor(3, 5).red(), shown.pixelColor(3, 5).blue()) == (
        expected[0, 5, 3, 0],
        expected[0, 5, 3, 2],
    )
    click(qtbot, panel, "alignTime")
    page.faces.slider.setValue(500)  # 40 of 80 s
    assert (told("long"), told("short")) == ("Step 40 · 0:40", "Step 10 · 0:40")
    assert page.plot._marker.value() == 40
    click(qtbot, panel, "alignShare")
    assert (told("long"), told("short")) == ("Step 20 · 0:20", "Step 10 · 0:40")
    assert _text(panel, "compareWhere") == "50 % of each run"
    page.plot.sought.emit(100.0)
    assert page.faces.slider.value() == 1000


def test_curves_lie_over_each_other_and_are_read_out(
    qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run]
) -> None:
    measured = trained("measured", last=40)
    trained("plain", last=20)
    (measured.folder / "measures.jsonl").write_text(
        "".join(
            json.dumps({"segment": 1, "step": step, "coverage": step / 100}) + "\n" for step in (10, 20, 30)
        )
    )
    _show(qtbot, panel, 2)
    _compare(qtbot, panel, "measured", "plain")
    page = panel._beside
    first = [each.run.folder for each in page._runs.comparison.runs].index(measured.folder)  # type: ignore[union-attr]
    chosen = page.plot.chosen()
    assert chosen is not None
    assert chosen.name == "coverage"  # quality comes first where there is any
    x, y = page.plot._lines[first].getData()
    assert (x.tolist(), y.tolist()) == ([10, 20, 30], [0.1, 0.2, 0.3])
    assert _text(panel, f"compareValue{first}") == "0.3"
    assert _text(panel, f"compareValue{1 - first}") == "–"
    page.plot.choice.setCurrentIndex(page.plot.choice.findData("g_loss"))
    page.plot.choice.activated.emit(0)
    assert [len(line.getData()[0]) for line in page.plot._lines] == ([40, 20] if first == 0 else [20, 40])
    assert _text(panel, f"compareValue{1 - first}") == "–"  # it was over by then


def test_a_run_without_faces_measures_or_times_is_compared_too(
    qtbot: QtBot, panel: RunsPanel, make_run: MakeRun, trained: Callable[..., Run]
) -> None:
    make_run("old", steps=(), sample_count=16)
    trained("new")
    _show(qtbot, panel, 2)
    _compare(qtbot, panel, "old", "new")
    old = 0 if panel._beside.runs()[0].name == "old" else 1
    assert _text(panel, f"compareCaption{old}") == "This run has drawn no faces"
    by_time = panel.findChild(QAbstractButton, "alignTime")
    assert by_time is not None
    assert not by_time.isEnabled()


def test_a_run_that_was_deleted_is_left_out(
    qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run]
) -> None:
    gone, too = trained("gone"), trained("too")
    trained("kept")
    _show(qtbot, panel, 3)
    _compare(qtbot, panel, "gone", "too", "kept")
    at = [each.name for each in panel._beside.runs()].index("gone")
    shutil.rmtree(gone.folder)
    panel._beside.faces.slider.setValue(500)
    qtbot.waitUntil(lambda: _text(panel, f"compareCaption{at}") == "This run was deleted or moved")
    with qtbot.waitSignal(panel.message, timeout=LONG) as said:
        panel.refresh()
    assert said.args[0] == "gone is gone and was left out."
    assert panel._pages.currentIndex() == COMPARE_PAGE
    assert {each.name for each in panel._beside.runs()} == {"too", "kept"}
    assert _text(panel, "compareTitle") == "Compare 2 runs"
    assert len(panel._beside.faces._columns) == 2
    shutil.rmtree(too.folder)
    with qtbot.waitSignal(panel.message, timeout=LONG) as said:
        panel.refresh()
    assert said.args[0] == "too is gone. A comparison needs two runs or more."
    assert panel._pages.currentIndex() == LIST_PAGE
    qtbot.waitUntil(lambda: panel._model.rowCount() == 1)


def test_tables_of_many_runs_keep_their_columns_wide_and_their_names_in_place(
    qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run]
) -> None:
    names = [f"run {at}" for at in range(6)]
    for at, name in enumerate(names):
        trained(name, g_lr=2e-4 * (at + 1))
    panel.resize(1028, 700)
    _show(qtbot, panel, 6)
    _compare(qtbot, panel, *names)
    assert panel.width() == 1028  # nothing pushes the window wider
    table = panel._beside.tables.settings
    qtbot.waitUntil(lambda: table.viewport().width() >= 2 * LEAST_WIDTH)
    assert min(table.columnWidth(at) for at in range(6)) >= LEAST_WIDTH
    bar = table.horizontalScrollBar()
    assert bar.maximum() > 0
    bar.setValue(bar.maximum())
    assert table.verticalHeader().isVisible()
    assert table.verticalHeaderItem(0).text() == "Generator learning rate"
    assert table.verticalHeader().width() == NAME_WIDTH


def test_runs_of_one_day_are_told_apart(qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run]) -> None:
    names = ["2026-01-02 quick", "2026-01-02 slow"]
    for name in names:
        trained(name)
    _show(qtbot, panel, 2)
    _compare(qtbot, panel, *names)
    for part in ("compareName", "compareLegend"):
        assert {_text(panel, f"{part}{at}") for at in (0, 1)} == {"quick", "slow"}
        tips = {panel.findChild(QLabel, f"{part}{at}").toolTip() for at in (0, 1)}  # type: ignore[union-attr]
        assert tips == set(names)


def test_settings_that_differ_read_as_in_the_form(
    qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run]
) -> None:
    trained("a", loss="bce", duration=1500, duration_unit="steps", diffaugment="auto")
    turned = trained("b", loss="lsgan", duration=20, duration_unit="minutes", diffaugment="off")
    Journal(turned.folder).event("knob", 5, changes={"g_lr": 1e-5})
    _show(qtbot, panel, 2)
    _compare(qtbot, panel, "a", "b")
    first = 0 if panel._beside.runs()[0].name == "a" else 1
    rows = {
        name: tuple(values if first == 0 else reversed(values))
        for name, *values in _cells(panel, "compareSettingsTable")
    }
    assert rows == {
        "Loss": ("BCE", "Least squares"),
        "Train for": ("1500 steps", "20 minutes"),
        "Augment for few pictures": ("Automatic", "Off"),
        "Changed while training": ("nothing", "Generator learning rate: 0.00001 from step 5"),
    }


def test_the_page_opens_with_faces_and_says_what_a_best_is(
    qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run]
) -> None:
    trained("one")
    trained("two")
    _show(qtbot, panel, 2)
    _compare(qtbot, panel, "one", "two")
    assert [each.grid.count() for each in panel._beside.faces._columns] == [16, 16]
    note = panel.findChild(QLabel, "compareBestNote")
    assert note is not None
    click(qtbot, panel, "compareNumbers")
    assert not note.isVisible()
    panel._beside.tables.moment.setCurrentIndex(1)
    panel._beside.tables.moment.activated.emit(1)
    assert note.isVisible()


def test_escape_leads_back_to_the_list(qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run]) -> None:
    trained("one")
    trained("two")
    _show(qtbot, panel, 2)
    _compare(qtbot, panel, "one", "two")
    assert panel._pages.currentIndex() == COMPARE_PAGE
    assert not panel._head.isVisible()
    same = panel.findChild(EmptyState, "compareSame")
    assert same is not None
    assert same.isVisible()  # nothing differs
    panel._beside.leave()
    assert panel._pages.currentIndex() == LIST_PAGE
    assert len(panel.chosen()) == 2
    qtbot.keyClick(panel._list, Qt.Key.Key_Escape)
    assert len(panel.chosen()) == 1


def _save_as(qtbot: QtBot, panel: RunsPanel, path: Path) -> None:
    qtbot.waitUntil(lambda: panel.findChild(QFileDialog, "exportDialog") is not None)
    dialog = panel.findChild(QFileDialog, "exportDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.done(0)


def test_curves_of_one_run_are_taken_away_as_a_table(
    qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run], tmp_path: Path
) -> None:
    trained("one")
    _show(qtbot, panel, 1)
    with qtbot.waitSignal(panel.message, timeout=LONG) as said:
        panel._export.ask_table(panel._exported())
        _save_as(qtbot, panel, tmp_path / "curves.csv")
    assert said.args[0].startswith("Saved curves.csv (20 rows)")
    with (tmp_path / "curves.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == [str(step) for step in range(1, 21)]
    assert "run" not in rows[0]


def test_curves_of_several_runs_are_taken_away_for_tensorboard(
    qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run], tmp_path: Path
) -> None:
    trained("one")
    trained("two", last=30)
    _show(qtbot, panel, 2)
    _compare(qtbot, panel, "one", "two")
    export = panel._beside._export
    with qtbot.waitSignal(panel.message, timeout=LONG) as said:
        export._board(panel._beside.runs(), tmp_path / "board")
    assert "tensorboard --logdir" in said.args[0]
    for name, last in (("one", 20), ("two", 30)):
        read = EventAccumulator(str(tmp_path / "board" / name))
        read.Reload()
        assert len(read.Scalars("loss/g_loss")) == last
    with qtbot.waitSignal(panel.message, timeout=LONG):
        export._table(panel._beside.runs(), tmp_path / "both.csv")
    with (tmp_path / "both.csv").open(newline="") as file:
        assert {row["run"] for row in csv.DictReader(file)} == {"one", "two"}


def test_a_run_without_numbers_has_no_curves_to_take_away(
    qtbot: QtBot, panel: RunsPanel, make_run: MakeRun, tmp_path: Path
) -> None:
    make_run("young", steps=())
    _show(qtbot, panel, 1)
    with qtbot.waitSignal(panel.message, timeout=LONG) as said:
        panel._export._table(panel._exported(), tmp_path / "x.csv")
    assert "no numbers yet" in said.args[0]
    assert not (tmp_path / "x.csv").exists()


def test_a_film_of_the_training_is_offered(
    qtbot: QtBot, panel: RunsPanel, trained: Callable[..., Run]
) -> None:
    trained("one")
    _show(qtbot, panel, 1)
    panel._export.ask_training(panel._exported())
    qtbot.waitUntil(lambda: panel.findChild(FilmDialog) is not None, timeout=LONG)
    form = panel.findChild(FilmDialog)
    assert form is not None
    assert form.isVisible()
    form.reject()


def test_everything_of_runs_of_other_sizes_is_read(trained: Callable[..., Run]) -> None:
    folders = [
        trained(name, size=size, sample_count=count).folder
        for name, size, count in (("a", 32, 16), ("b", 64, 64), ("c", 128, 100))
    ]
    found = read_side_by_side(folders)
    assert found.faces == 16
    assert found.length("step") == 20
    assert found.length("share") == 100
    assert [course.grid_at(9, "step") for course in found.courses] == [None] * 3
    assert [course.grid_at(10, "step") for course in found.courses] == [0] * 3
    assert [course.grid_at(1e9, "step") for course in found.courses] == [1] * 3

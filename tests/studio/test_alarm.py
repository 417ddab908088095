"""The light and the alarm: what a story tells of a run's health is seen, and one click answers it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from core import runs
from core.control import Control
from core.data.prepare import Progress
from core.events import (
    Finished,
    Judged,
    KnobTurned,
    MemoryShort,
    Mishap,
    Paused,
    Resumed,
    Returned,
    Started,
)
from core.journal import Journal
from core.runs import Run
from core.steps import row_of
from studio.session import Letter, Opened
from studio.window import MainWindow
from tests.studio.hands import LONG, click, text, write
from tests.studio.told import HALVE, SMOOTH, measured, steps, verdict

MakeRun = Callable[..., Run]
Tell = Callable[..., None]


def _shown(window: MainWindow, name: str) -> bool:
    found = window.findChild(QWidget, name)
    assert found is not None
    return found.isVisible()


def _light(window: MainWindow) -> str:
    light = window.findChild(QAbstractButton, "healthLight")
    assert light is not None
    return light.text() if light.isVisible() else ""


def _back(window: MainWindow) -> QAbstractButton:
    found = window.findChild(QAbstractButton, "goBackButton")
    assert found is not None
    return found


class Stage:
    """A training whose story the test tells, letter by letter."""

    def __init__(self, window: MainWindow, run: Run, qtbot: QtBot) -> None:
        self._letters: list[Letter] = []
        self._changed = threading.Condition()
        self.control: Control | None = None
        self.window, self._run, self._qtbot = window, run, qtbot
        cache = window.train.setup.cache
        assert cache is not None
        self._opened = Opened(run, cache)
        with qtbot.waitSignal(window.session.started):
            window.session.tell(self._story)

    def tell(self, *letters: Letter) -> None:
        """Say these and wait until the window has heard them."""
        with self._changed:
            self._letters += letters
            self._changed.notify()
        self._qtbot.waitUntil(lambda: not self._letters)
        self._qtbot.wait(80)

    def _story(self, control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
        self.control = control
        yield self._opened
        yield Started(0, 5000, None, 10, "cpu", "float32", 64)
        while not control.stopping:
            if control.paused:
                yield Paused(1)
                control.wait_while_paused()
                yield Resumed(1)
            with self._changed:
                self._changed.wait(0.01)
                said, self._letters = self._letters, []
            yield from said
        yield Finished("stopped", 1, 1, 1.0, 1.0, self._run.folder)


@pytest.fixture
def stage(window: MainWindow, make_run: MakeRun, qtbot: QtBot) -> Stage:
    qtbot.waitUntil(lambda: window.train.setup.cache is not None, timeout=LONG)
    return Stage(window, make_run("told", steps=()), qtbot)


def test_light_follows_the_verdict_and_an_alarm_raises_the_banner(stage: Stage) -> None:
    window = stage.window
    assert _light(window) == "Learning"
    stage.tell(*steps(1, 20), Judged(20, verdict("healthy")))
    assert _light(window) == "Healthy"
    assert not _shown(window, "alarmBanner")
    stage.tell(measured(20, best=True), *steps(21, 40), Judged(40, verdict()))
    assert _light(window) == "Generator is collapsing"
    assert _shown(window, "alarmBanner")
    assert text(window, "alarmLabel") == "<b>Generator is collapsing.</b> Evidence of generator_collapsing."
    assert _back(window).accessibleName() == "Go back to step 20 and halve the learning rate"
    stage.tell(Judged(60, verdict("healthy")))
    assert not _shown(window, "alarmBanner")
    kinds = [(mark.step, mark.kind) for mark in window.train.monitor.signals._history.marks]
    assert kinds == [(20, "best"), (40, "alarm")]


def test_card_behind_the_light_tells_evidence_advice_and_the_best(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    stage.tell(*steps(1, 40), measured(20, 0.6, best=True), Judged(40, verdict()))
    click(qtbot, window, "healthLight")
    assert _shown(window, "healthCard")
    assert text(window, "healthEvidence") == "Evidence of generator_collapsing."
    assert text(window, "healthSince") == "since step 40"
    assert "step 20, with coverage 0.60" in text(window, "healthBest")
    click(qtbot, window, "adviceButton1")
    assert not _shown(window, "healthCard")
    assert stage.control is not None
    wish = stage.control.take_return()
    assert wish is not None
    assert wish.changes == SMOOTH.changes


def test_carry_on_changes_nothing_and_the_alarm_stays_away(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    stage.tell(*steps(1, 40), Judged(40, verdict()))
    click(qtbot, window, "carryOnButton")
    assert not _shown(window, "alarmBanner")
    stage.tell(Judged(50, verdict()))  # the same once more
    assert not _shown(window, "alarmBanner")
    assert _light(window) == "Generator is collapsing"
    stage.tell(Judged(60, verdict("overfitting")))
    assert _shown(window, "alarmBanner")
    assert stage.control is not None
    assert not stage.control.returning
    assert not stage.control.take_changes()
    assert not stage.control.paused


def test_evidence_is_kept_up_while_the_alarm_lasts(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    newer = replace(verdict(), evidence="It covers 3 %.")
    stage.tell(*steps(1, 40), Judged(40, verdict()), *steps(41, 140), Judged(140, newer))
    assert text(window, "alarmLabel") == "<b>Generator is collapsing.</b> It covers 3 %."
    click(qtbot, window, "healthLight")
    assert text(window, "healthEvidence") == "It covers 3 %."
    assert text(window, "healthSince") == "since step 40"
    marks = window.train.monitor.signals._history.marks
    assert [(mark.step, mark.kind) for mark in marks] == [(40, "alarm")], "it began once"


def test_way_back_says_where_it_leads_from_where_the_run_stands(stage: Stage) -> None:
    window = stage.window
    stage.tell(*steps(1, 20), Judged(10, verdict("overfitting")), measured(20, best=True))
    assert _back(window).accessibleName() == "Go on from step 20 and halve the learning rate"
    assert text(window, "alarmLabel").endswith("already in this trouble at step 20, the best so far.")
    assert window.train.monitor.alarm.property("tone") == "warn"
    stage.tell(*steps(21, 40), Judged(40, verdict()))
    assert _back(window).accessibleName() == "Go back to step 20 and halve the learning rate"
    assert "already" not in text(window, "alarmLabel")
    assert window.train.monitor.alarm.property("tone") == "danger"


def test_pause_in_the_alarm_then_carry_on(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    stage.tell(*steps(1, 40), Judged(40, verdict()))
    with qtbot.waitSignal(window.session.paused):
        click(qtbot, window, "alarmPauseButton")
    assert _shown(window, "alarmBanner")
    assert not _shown(window, "alarmPauseButton")
    with qtbot.waitSignal(window.session.resumed):
        click(qtbot, window, "carryOnButton")
    assert not _shown(window, "alarmBanner")


def test_way_back_with_the_chosen_change_ends_a_pause(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    stage.tell(*steps(1, 40), measured(20, best=True), Judged(40, verdict()))
    combo = window.findChild(QComboBox, "adviceCombo")
    assert combo is not None
    assert [combo.itemText(i) for i in range(combo.count())] == [HALVE.title, SMOOTH.title]
    combo.setCurrentIndex(1)
    assert _back(window).accessibleName() == "Go back to step 20 and penalise steep judgements"
    with qtbot.waitSignal(window.session.paused):
        click(qtbot, window, "alarmPauseButton")
    with qtbot.waitSignal(window.session.resumed):
        click(qtbot, window, "goBackButton")
    assert stage.control is not None
    wish = stage.control.take_return()
    assert wish is not None
    assert wish.changes == SMOOTH.changes
    assert not wish.automatic


def test_return_is_told_and_undoes_what_came_later(stage: Stage, qtbot: QtBot) -> None:
    window, monitor = stage.window, stage.window.train.monitor
    stage.tell(*steps(1, 20), measured(20, best=True), KnobTurned(30, {"d_lr": 1e-4}), *steps(21, 40))
    stage.tell(Judged(40, verdict()), Returned(20, 40, {"g_lr": 1e-4}), *steps(21, 22))
    assert text(window, "noteLabel") == (
        "Went back from step 40 to step 20: generator learning rate 0.0002 → 0.0001, "
        "discriminator learning rate 0.0001 → 0.0002."
    )
    assert monitor.losses.count() == 22
    assert [(mark.step, mark.kind) for mark in monitor.signals._history.marks] == [
        (20, "best"),
        (20, "returned"),
    ]
    assert _light(window) == "Learning"
    assert not _shown(window, "alarmBanner")
    click(qtbot, window, "closeNoteButton")
    stage.tell(Returned(20, 22, {"g_lr": 5e-5}, automatic=True))
    assert text(window, "noteLabel").startswith("Went back by itself from step 22 to step 20: generator")


def test_changed_settings_are_told_with_what_they_were(stage: Stage) -> None:
    stage.tell(KnobTurned(30, {"flip": True}), KnobTurned(40, {"flip": False, "d_lr": 1e-4}))
    marks = stage.window.train.monitor.signals._history.marks
    assert [mark.text for mark in marks] == [
        "Step 30: mirror at random off → on",
        "Step 40: mirror at random on → off, discriminator learning rate 0.0002 → 0.0001",
    ]


def test_short_memory_is_told(stage: Stage) -> None:
    stage.tell(MemoryShort(7, 4))
    assert "since step 7 each step computes it in 4 parts" in text(stage.window, "noteLabel")


def test_what_fails_beside_the_training_is_told(stage: Stage) -> None:
    stage.tell(Mishap(7, "The FID is not measured from step 7 on: the file is gone."))
    assert "the file is gone" in text(stage.window, "noteLabel")


def test_change_that_cannot_be_is_a_note_and_nothing_more(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    with qtbot.waitSignal(window.session.refused) as refused:
        window.session.change({"batch_size": 4})
    assert refused.args[0].startswith("batch_size cannot change while a run trains.")
    assert text(window, "toastLabel") == refused.args[0]


def test_forced_alarm_and_one_click_trains_on(ready: MainWindow, qtbot: QtBot) -> None:
    """Real training: a generator whose steps are far too long."""
    for name, value in (
        ("g_lr", "0.1"),
        ("d_lr", "0.00001"),
        ("checkpoint_every", "50"),
        ("sample_every", "50"),
        ("measure_every", "50"),
        ("measure_count", "64"),
        ("duration", "3000"),
    ):
        write(ready, name, value)
    unit = ready.findChild(QComboBox, "field_duration_unit")
    assert unit is not None
    unit.setCurrentText("steps")
    session, monitor = ready.session, ready.train.monitor
    click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: _shown(ready, "alarmBanner"), timeout=2 * LONG)
    best = ready.train.watching.health
    assert best is not None
    assert best.best is not None
    assert f"step {best.best:,}" in _back(ready).text()
    with qtbot.waitSignal(session.returned, timeout=LONG) as returned:
        click(qtbot, ready, "goBackButton")
    assert returned.args[0].step == best.best
    assert returned.args[0].changes
    assert not _shown(ready, "alarmBanner")
    assert text(ready, "noteLabel").startswith(f"Went back from step {returned.args[0].left:,}")
    qtbot.waitUntil(lambda: monitor.losses.count() > returned.args[0].step + 5, timeout=LONG)
    with qtbot.waitSignal(session.ended, timeout=LONG):
        click(qtbot, ready, "stopButton")
    [summary] = runs.list_runs(runs.default_runs_folder())
    rows = summary.run.metrics()
    assert [row["step"] for row in rows] == list(range(1, summary.step + 1))
    [name, value] = next(iter(returned.args[0].changes.items()))
    if name in ("g_lr", "d_lr"):
        assert rows[-1][name] == value
    assert monitor.losses.count() == summary.step

    # and the same run from the disk: light, marks and measures are there again
    marks = list(monitor.signals._history.marks)
    monitor.clear(64)
    ready.runs.watch_requested.emit(summary.run.folder)
    qtbot.waitUntil(lambda: monitor.losses.count() == summary.step, timeout=LONG)
    again = [mark for mark in monitor.signals._history.marks if mark.kind != "alarm"]
    assert again == [mark for mark in marks if mark.kind != "alarm"]
    assert {mark.kind for mark in again} == {"best", "returned"}
    assert monitor.signals.plots["coveragePlot"].count() == len(summary.run.measures())


def test_run_from_the_disk_is_judged_and_can_go_back(
    window: MainWindow, make_run: MakeRun, qtbot: QtBot
) -> None:
    """A stopped run whose generator was frozen: its record raises the alarm, one click starts it again."""
    run = make_run("frozen", steps=(100, 600))
    journal = Journal(run.folder)
    journal.event("started", 0, images=64)
    for each in steps(1, 600, d_real_accuracy=1.0, d_fake_accuracy=1.0, g_grad_norm=50.0):
        journal.metrics(
            row_of(each) | {"d_real": 0.999, "d_fake_before": 0.001, "d_loss": 0.001, "g_loss": 12.0}
        )
    journal.event("stopped", 600)
    window.train.watch(run.folder)
    qtbot.waitUntil(lambda: _shown(window, "alarmBanner"), timeout=LONG)
    assert _light(window) not in ("", "Learning", "Healthy")
    assert not _shown(window, "alarmPauseButton")
    assert any(mark.kind == "alarm" for mark in window.train.monitor.signals._history.marks)
    with qtbot.waitSignal(window.train.start_requested, timeout=LONG) as ordered:
        click(qtbot, window, "goBackButton")
    order = ordered.args[0]
    assert order.resume == run.folder
    assert order.go_back
    window.session.stop()
    qtbot.waitUntil(lambda: not window.session.active, timeout=LONG)

"""What a training tells goes to its own curves, whatever record is being read meanwhile."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.events import Step
from core.runs import Run
from studio.panels.train import TrainPanel
from studio.session import Opened
from studio.window import MainWindow

MakeRun = Callable[..., Run]
LONG = 60_000


def steps(first: int, last: int) -> list[Step]:
    return [Step(n, 1, n / 10, 100.0, 1.0, 2.0, 0.6, 0.4, 0.3) for n in range(first, last + 1)]


@pytest.fixture
def live(window: MainWindow, make_run: MakeRun, qtbot: QtBot) -> Run:
    """A run that the panel has been told is being trained, with three steps."""
    train = window.train
    qtbot.waitUntil(lambda: train.setup.cache is not None, timeout=LONG)
    assert train.setup.cache is not None
    run = make_run("live", steps=())
    train.set_state("training")
    train.show_opened(Opened(run, train.setup.cache))
    train.live.add_steps(steps(1, 3))
    return run


def _settled(train: TrainPanel) -> bool:
    return not train.reading.busy


def test_steps_that_come_while_an_unreadable_record_is_read_are_kept(
    window: MainWindow, live: Run, tmp_path: Path, qtbot: QtBot
) -> None:
    train = window.train
    train.watch(tmp_path / "gone")
    train.live.add_steps(steps(4, 5))
    qtbot.waitUntil(train.monitor.banner.isVisible, timeout=LONG)
    assert train.monitor.losses.count() == 5


def test_steps_do_not_get_into_another_run_s_curves(
    window: MainWindow, live: Run, make_run: MakeRun, qtbot: QtBot
) -> None:
    train, older = window.train, make_run("older", steps=(3, 7))
    train.watch(older.folder)
    qtbot.waitUntil(lambda: train.monitor.losses.count() == 2, timeout=LONG)
    train.monitor.elsewhere.back.click()
    train.watch(older.folder)
    train.live.add_steps(steps(4, 9))
    qtbot.waitUntil(lambda: _settled(train), timeout=LONG)
    assert train.monitor.losses.count() == 2
    assert list(train.monitor.losses._numbers.column(0)) == [3, 7]


def test_failure_of_an_earlier_reading_does_not_end_the_later_one(
    window: MainWindow, live: Run, make_run: MakeRun, tmp_path: Path, qtbot: QtBot
) -> None:
    train, older = window.train, make_run("older", steps=(3, 7))
    train.watch(tmp_path / "gone")
    train.watch(older.folder)
    qtbot.waitUntil(lambda: train.monitor.losses.count() == 2, timeout=LONG)
    qtbot.wait(50)
    assert not train.monitor.banner.isVisible()


def test_grids_that_are_saved_while_the_record_is_read_are_not_missing(
    window: MainWindow, live: Run, make_run: MakeRun, qtbot: QtBot
) -> None:
    train, faces = window.train, window.train.monitor.faces
    [(_, drawn), *_] = make_run("older").samples()
    train.watch(live.folder)
    later = drawn.rename(live.sample_folder / "000000005.png")
    train.live.add_kept([(5, later), (6, later)])
    train.live.add_steps(steps(1, 6))
    qtbot.waitUntil(lambda: _settled(train), timeout=LONG)
    assert [step for step, _ in faces._grids] == [5, 6]
    assert train.monitor.losses.count() == 6


def test_end_of_a_training_does_not_lose_what_is_held(
    window: MainWindow, live: Run, tmp_path: Path, qtbot: QtBot
) -> None:
    train = window.train
    train.watch(tmp_path / "gone")
    train.live.add_steps(steps(4, 5))
    train.set_state("idle")
    train.show_failure("The disk is full.")
    qtbot.waitUntil(lambda: _settled(train), timeout=LONG)
    assert train.monitor.losses.count() == 5

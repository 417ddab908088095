"""The bridge between thread and window: every number, the newest picture, the outcome last."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.config import Config
from core.control import Control
from core.data.prepare import Progress
from core.errors import Cancelled, DivergedError
from core.events import (
    Finished,
    Judged,
    KnobTurned,
    MemoryShort,
    Mishap,
    Paused,
    Resumed,
    Returned,
    Samples,
    Started,
    Step,
)
from studio.session import Letter, Order, TrainSession
from tests.studio.told import measured, verdict

STARTED = Started(0, 100, None, 10, "cpu", "float32", 64)


def step(number: int) -> Step:
    return Step(number, 1, number / 10, 100.0, 1.0, 2.0, 0.6, 0.4, 0.3)


def samples(number: int) -> Samples:
    return Samples(number, np.zeros((4, 2, 2, 3), np.uint8), Path(f"{number:09d}.png"))


def finished(number: int) -> Finished:
    return Finished("finished", number, 1, 1.0, 100.0, Path("checkpoint"))


class Log:
    """Everything a session says, in order."""

    def __init__(self, session: TrainSession) -> None:
        self.said: list[tuple[str, object]] = []
        for name in ("state_changed", "steps", "kept", "samples", "paused", "resumed", "finished", "failed"):
            getattr(session, name).connect(self._note(name))
        session.called_off.connect(lambda: self.said.append(("called_off", None)))
        session.ended.connect(lambda: self.said.append(("ended", None)))

    def _note(self, name: str) -> Callable[[object], None]:
        return lambda value: self.said.append((name, value))

    def all(self, name: str) -> list[object]:
        return [value for each, value in self.said if each == name]


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[TrainSession]:
    made = TrainSession()
    yield made
    made.stop()
    made.wait()


def test_numbers_are_never_dropped_and_old_pictures_are(session: TrainSession, qtbot: QtBot) -> None:
    log = Log(session)

    def story(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
        yield STARTED
        for number in range(1, 20_001):
            yield step(number)
            if number % 100 == 0:
                yield samples(number)
        yield finished(20_000)

    with qtbot.waitSignal(session.ended, timeout=20_000):
        session.tell(story)
    numbers = [each.step for batch in log.all("steps") for each in batch]  # type: ignore[attr-defined]
    assert numbers == list(range(1, 20_001))
    kept = [number for batch in log.all("kept") for number, _ in batch]  # type: ignore[attr-defined]
    assert kept == list(range(100, 20_001, 100))
    shown = [each.step for each in log.all("samples")]  # type: ignore[attr-defined]
    assert shown == sorted(shown)
    assert len(shown) < 200
    assert shown[-1] == 20_000
    assert [name for name, _ in log.said[-3:]] == ["state_changed", "finished", "ended"]
    assert log.all("state_changed") == ["preparing", "training", "idle"]


def test_pause_and_resume(session: TrainSession, qtbot: QtBot) -> None:
    log = Log(session)

    def story(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
        yield STARTED
        number = 0
        while not control.stopping:
            number += 1
            yield step(number)
            if control.paused:
                yield Paused(number)
                control.wait_while_paused()
                yield Resumed(number)
            threading.Event().wait(0.001)
        yield finished(number)

    with qtbot.waitSignal(session.steps):
        session.tell(story)
    with qtbot.waitSignal(session.paused):
        session.pause()
    assert session.state == "paused"
    with qtbot.waitSignal(session.resumed):
        session.go_on()
    session.pause()
    session.go_on()  # before the loop can have seen it
    session.pause()
    qtbot.waitUntil(lambda: session.state == "paused")
    with qtbot.waitSignal(session.ended):
        session.stop()
    assert session.state == "idle"
    assert log.all("state_changed")[-2:] == ["stopping", "idle"]


def test_failure_is_told_last_and_once(session: TrainSession, qtbot: QtBot) -> None:
    log = Log(session)

    def story(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
        yield STARTED
        yield step(1)
        raise DivergedError("A loss was no longer a number.")

    with qtbot.waitSignal(session.ended):
        session.tell(story)
    assert log.said[-2:] == [("failed", "A loss was no longer a number."), ("ended", None)]
    assert [name for name, _ in log.said].index("steps") < len(log.said) - 2


def test_unforeseen_failure_names_the_log(session: TrainSession, qtbot: QtBot) -> None:
    def story(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
        yield STARTED
        raise KeyError("weights")

    with qtbot.waitSignal(session.failed) as failure:
        session.tell(story)
    assert failure.args[0].startswith("Something unexpected went wrong")
    assert "studio.log" in failure.args[0]


def test_stop_while_preparing_leaves_no_run(session: TrainSession, qtbot: QtBot) -> None:
    def story(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
        progress(Progress("Preparing", 1, 100))
        while not control.stopping:
            threading.Event().wait(0.001)
        raise Cancelled("Stopped.")
        yield STARTED

    with qtbot.waitSignal(session.progress):
        session.tell(story)
    with qtbot.waitSignals([session.called_off, session.ended]):
        session.stop()
    assert session.run is None


def test_second_start_is_refused_while_one_runs(session: TrainSession, qtbot: QtBot) -> None:
    told: list[str] = []

    def story(name: str) -> Callable[..., Iterator[Letter]]:
        def tell(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
            told.append(name)
            yield STARTED
            while not control.stopping:
                threading.Event().wait(0.001)
            yield finished(1)

        return tell

    with qtbot.waitSignal(session.started):
        session.tell(story("first"))
    session.tell(story("second"))
    with qtbot.waitSignal(session.ended):
        session.stop()
    assert told == ["first"]


def test_too_few_pictures_leave_no_run_behind(
    session: TrainSession, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DCGAN_STUDIO_RUNS", str(tmp_path / "runs"))
    sentences: list[str] = []
    session.failed.connect(sentences.append)
    with qtbot.waitSignal(session.ended, timeout=30_000):
        session.start(Order(Config(size=32, batch_size=64), "cartoons:44"))
    assert sentences == [
        "batch_size: 64 pictures are needed, 44 were found. Lower batch_size or add pictures."
    ]
    assert not (tmp_path / "runs").exists()


def test_letters_of_a_watched_run_come_in_their_order(session: TrainSession, qtbot: QtBot) -> None:
    said: list[tuple[str, object]] = []
    for name in ("steps", "kept", "measured", "judged", "knob_turned", "memory_short", "mishap", "returned"):
        getattr(session, name).connect(lambda value, name=name: said.append((name, value)))

    def story(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
        yield STARTED
        yield step(1)
        yield samples(1)
        yield measured(1)
        yield step(2)
        yield Judged(2, verdict())
        yield KnobTurned(3, {"g_lr": 1e-4})
        yield MemoryShort(3, 2)
        yield Mishap(3, "The FID is not measured.")
        yield samples(2)
        yield Returned(1, 3, {})
        yield step(2)
        yield samples(2)
        yield finished(2)

    with qtbot.waitSignal(session.ended):
        session.tell(story)
    names = [name for name, _ in said]
    # A grid may come as late as it likes, but never after the return that undoes it.
    assert [name for name in names if name != "kept"] == [
        "steps",
        "measured",
        "steps",
        "judged",
        "knob_turned",
        "memory_short",
        "mishap",
        "returned",
        "steps",
    ]
    before = [value for name, value in said[: names.index("returned")] if name == "kept"]
    assert [number for grids in before for number, _ in grids] == [1, 2]  # type: ignore[attr-defined]


def test_wishes_go_nowhere_while_nothing_trains(session: TrainSession) -> None:
    refused: list[str] = []
    session.refused.connect(refused.append)
    session.change({"no such knob": 1})
    session.go_back({})
    assert refused == []

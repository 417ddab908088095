"""Requests to stop through the run folder: for the training that is under way, and for no other."""

import threading
from pathlib import Path

import pytest

from core import stop_request
from core.config import Config
from core.control import Control
from core.data.cache import PictureCache
from core.errors import RunError
from core.events import Finished, Paused, Step
from core.loop import train
from tests.core.running import new_run, run_until


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_request, "LOOK_S", 0.01)


def session_of(run_folder: Path) -> int:
    from core import runs

    return int(runs.open_run(run_folder).events()[-1]["segment"])


def test_a_request_stops_the_training_as_the_person_would(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny.replace(duration=10**6), cartoons)
    end = None
    for event in train(run, cartoons, device="cpu"):
        if isinstance(event, Step) and event.step == 3:
            stop_request.ask(run.folder, 1)
        end = event
    assert isinstance(end, Finished)
    assert end.status == "stopped"
    assert run.checkpoints()[-1][0] == end.step
    assert not (run.folder / stop_request.NAME).exists()


def test_a_request_ends_a_pause(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    control, end = Control(), None
    for event in train(run, cartoons, device="cpu", control=control):
        if isinstance(event, Step) and event.step == 3:
            control.pause()
        if isinstance(event, Paused):
            stop_request.ask(run.folder, 1)
        end = event
    assert isinstance(end, Finished)
    assert (end.status, end.step) == ("stopped", 3)


def test_what_was_asked_of_an_earlier_training_is_removed(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    """Before the training begins, and when a slow folder brings it afterwards."""
    run = new_run(tmp_path / "run", tiny, cartoons)
    run_until(run, cartoons, 2)
    stop_request.ask(run.folder, 1)
    end = None
    for event in train(run, cartoons, device="cpu"):
        assert event.step > 2 or not (run.folder / stop_request.NAME).exists()
        if isinstance(event, Step) and event.step == 5:
            stop_request.ask(run.folder, 1)
        end = event
    assert isinstance(end, Finished)
    assert end.status == "finished"


def test_half_a_request_is_waited_for(tmp_path: Path) -> None:
    control = Control()
    path = tmp_path / stop_request.NAME
    with stop_request.heeded(tmp_path, 3, control):
        stop_request.ask(tmp_path, 3)  # taken at once, or by the wait below
        control.wait(10)
        assert control.stopping
    control = Control()
    stop_request.ask(tmp_path, 4)
    whole = path.read_bytes()
    path.unlink()
    with stop_request.heeded(tmp_path, 4, control):
        path.write_bytes(whole[: len(whole) // 2])
        control.wait(0.1)
        assert path.exists()
        assert not control.stopping
        path.write_bytes(whole)
        control.wait(10)
        assert control.stopping
    assert not path.exists()


def test_nobody_looks_after_the_end(tmp_path: Path) -> None:
    with stop_request.heeded(tmp_path, 1, Control()):
        assert "stop requests" in [thread.name for thread in threading.enumerate()]
    assert "stop requests" not in [thread.name for thread in threading.enumerate()]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be asked to stop"):
        stop_request.ask(tmp_path / "gone", 1)

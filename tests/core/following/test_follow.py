"""Following by the run folder: what training tells is told, whatever becomes of the files on their way."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core import runs, stop_request
from core.config import Config
from core.control import Control
from core.data.cache import PictureCache
from core.errors import RunError
from core.events import (
    Event,
    Finished,
    Judged,
    KnobTurned,
    Measured,
    Mishap,
    Paused,
    Resumed,
    Returned,
    Samples,
    Saved,
    Started,
    Step,
)
from core.following.follow import follow
from core.journal import Journal
from core.loop import train
from core.metrics.measuring import Measurer
from core.runs import Run
from tests.core.running import ROOT, break_off, new_run, run_until

COMMON = ("log_every=1", "sample_every=4", "checkpoint_every=4", "sample_count=16", "watchdog=off")
TINY = ("size=32", "latent_dim=8", "g_features=4", "d_features=4", "batch_size=8", *COMMON)


def kinds(events: list[Event], kind: type[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


def assert_same_story(told: list[Event], followed: list[Event]) -> None:
    for kind in (Started, Step, KnobTurned, Returned, Paused, Resumed, Measured, Judged):
        assert kinds(followed, kind) == kinds(told, kind), kind
    real, copies = kinds(told, Samples), kinds(followed, Samples)
    assert [each.step for each in copies] == [each.step for each in real]
    for mine, theirs in zip(copies, real, strict=True):
        assert np.array_equal(mine.pictures, theirs.pictures)  # type: ignore[attr-defined]
    assert {each.step for each in kinds(followed, Saved)} == {each.step for each in kinds(told, Saved)}


def follow_beside(run: Run, events: Iterator[Event], **how: bool) -> tuple[list[Event], list[Event]]:
    """What training tells, and what is seen in its folder by a look after each of its events."""
    told: list[Event] = []

    def advance() -> bool:
        event = next(events, None)
        told.extend([event] if event else [])
        return event is not None

    return told, list(follow(run.folder, Control(), poll_s=0, written=advance, **how))


def test_it_tells_what_training_tells(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    run = new_run(tmp_path / "run", tiny.replace(measure_every=6), cartoons)
    control = Control()

    def events() -> Iterator[Event]:
        turned = False
        for event in train(run, cartoons, device="cpu", control=control):
            yield event
            if isinstance(event, Step) and event.step == 3:
                control.change({"g_lr": 1e-4})
            if isinstance(event, Step) and event.step == 5:
                control.pause()
            if isinstance(event, Paused):
                control.resume()
            if isinstance(event, Step) and event.step == 10 and not turned:
                turned = True
                control.go_back({"d_lr": 1e-4})

    told, followed = follow_beside(run, events(), afresh=True)
    assert kinds(told, Returned)
    assert kinds(told, KnobTurned)
    assert kinds(told, Measured)
    assert_same_story(told, followed)
    end = followed[-1]
    assert isinstance(end, Finished)
    assert isinstance(told[-1], Finished)
    assert (end.status, end.step, end.epoch, end.checkpoint) == (
        "finished",
        12,
        3,
        told[-1].checkpoint,
    )


def test_what_fails_beside_the_training_is_told(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Measured:
        raise MemoryError

    monkeypatch.setattr(Measurer, "measure", fail)
    run = new_run(tmp_path / "run", tiny.replace(measure_every=6), cartoons)
    told, followed = follow_beside(run, train(run, cartoons, device="cpu"), afresh=True)
    assert [each.step for each in kinds(told, Mishap)] == [6, 12]
    assert kinds(followed, Mishap) == kinds(told, Mishap)
    assert isinstance(followed[-1], Finished)


def test_what_was_there_before_is_told_in_short(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    events = train(run, cartoons, device="cpu")
    for event in events:
        if isinstance(event, Step) and event.step == 9:
            break
    _, followed = follow_beside(run, events)
    assert isinstance(followed[0], Started)
    assert (followed[0].step, followed[0].total_steps, followed[0].images) == (0, 12, 44)
    assert [each.step for each in kinds(followed, Step)] == list(range(1, 13))
    assert [each.step for each in kinds(followed, Samples)] == [8, 12]
    assert [each.step for each in kinds(followed, Saved)] == [12]


def test_restarts_are_followed(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    """Killed at step 7, resumed from the checkpoint of step 4 with a longer total."""
    config = tiny.replace(duration=20)
    run = new_run(tmp_path / "run", config, cartoons)
    break_off(run, cartoons, Step, 7)  # as a kill: nothing says that it ended
    told, followed = follow_beside(run, train(run, cartoons, device="cpu"), afresh=True)
    assert_same_story(told, followed)
    assert kinds(followed, Started)[0].step == 4  # type: ignore[attr-defined]
    # From before the second start on, by a follower who knew the first.
    other = new_run(tmp_path / "other", config, cartoons)
    break_off(other, cartoons, Step, 7)
    copy = on_another_machine(other.folder, tmp_path / "copy")
    seen = list(follow(copy, Control(), poll_s=0, written=sequence(lambda: mirror(run.folder, copy))))
    assert [each.step for each in kinds(seen, Started)] == [0, 4]  # type: ignore[attr-defined]
    assert [each.step for each in kinds(seen, Step)] == [*range(1, 8), *range(5, 21)]


def on_another_machine(folder: Path, copy: Path) -> Path:
    """A synchronised copy, where the trainer's lock is not seen."""
    shutil.copytree(folder, copy)
    rename_host(copy)
    return copy


def rename_host(folder: Path) -> None:
    path = folder / "events.jsonl"
    rows = [json.loads(line) | {"host": "cluster"} for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def sequence(*acts: Callable[[], object]) -> Callable[[], bool]:
    """One act before each look but the first; afterwards nobody writes any more."""
    waiting = [lambda: None, *acts]

    def act() -> bool:
        if waiting:
            waiting.pop(0)()
        return bool(waiting)

    return act


def mirror(original: Path, copy: Path) -> None:
    """All that is new in the run `original`, under the identity of the run `copy`."""
    identity = json.loads((copy / "run.json").read_text())["id"]
    shutil.copytree(original, copy, dirs_exist_ok=True)
    facts = json.loads((copy / "run.json").read_text()) | {"id": identity}
    (copy / "run.json").write_text(json.dumps(facts))
    rename_host(copy)


@pytest.mark.parametrize("seed", range(6))
def test_files_that_come_late_torn_and_in_any_order(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, seed: int
) -> None:
    """A finished run arrives in pieces, its files mixed: all numbers are told, once and in order, none is an
    error, and the end comes last.
    """
    run = new_run(tmp_path / "run", tiny, cartoons)
    told = run_until(run, cartoons)
    rename_host(run.folder)
    copy = tmp_path / "copy"
    random = np.random.default_rng(seed)
    files = [path for path in run.folder.rglob("*") if path.is_file() and path.name != ".lock"]
    pieces = []
    for path in files:
        size = path.stat().st_size
        cuts = sorted({int(cut) for cut in random.integers(0, size, 3)} | {size})
        pieces.append([(path, cut) for cut in cuts])
    arrivals: list[Callable[[], object]] = []

    def arrive(path: Path, cut: int) -> None:
        there = copy / path.relative_to(run.folder)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(path.read_bytes()[:cut])
        os.utime(there, (float(random.integers(10**9)),) * 2)  # no clock can be trusted

    while any(pieces):
        some = [each for each in pieces if each]
        path, cut = some[random.integers(len(some))].pop(0)
        arrivals.append(lambda path=path, cut=cut: arrive(path, cut))
    followed = list(follow(copy, Control(), poll_s=0, written=sequence(*arrivals)))
    steps = [each.step for each in kinds(followed, Step)]  # type: ignore[attr-defined]
    assert steps == list(range(steps[0], 13)) if steps else not steps
    grids = [each.step for each in kinds(followed, Samples)]  # type: ignore[attr-defined]
    assert grids == sorted(grids)
    assert isinstance(followed[0], Started)
    assert isinstance(followed[-1], Finished)
    assert followed[-1].step == 12
    assert kinds(followed, Step)[-1:] == kinds(told, Step)[-1:] or not steps


def test_zeros_where_bytes_have_not_arrived_are_waited_for(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    run_until(run, cartoons, 6)
    rename_host(run.folder)
    path = run.folder / "metrics" / "000001.jsonl"
    whole = path.read_bytes()
    hole = bytearray(whole)
    start = whole.index(b"\n", len(whole) // 2)
    hole[start - 40 :] = bytes(len(whole) - start + 40)
    path.write_bytes(hole)
    followed = list(
        follow(run.folder, Control(), poll_s=0, written=sequence(lambda: path.write_bytes(whole)))
    )
    assert [each.step for each in kinds(followed, Step)] == list(range(1, 7))  # type: ignore[attr-defined]
    assert isinstance(followed[-1], Finished)


def test_grids_that_a_return_left_behind_are_not_told(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    """The synchronised folder still has the later grids when it is told that the run went back."""
    run = new_run(tmp_path / "run", tiny, cartoons)
    run_until(run, cartoons, 8)
    rename_host(run.folder)
    (run.folder / "samples" / "000000008.png").rename(tmp_path / "stale.png")
    following = follow(
        run.folder,
        Control(),
        poll_s=0,
        afresh=True,
        written=sequence(
            lambda: Journal(run.folder).event("resumed", 4, segment=2, host="cluster", images=44),
            lambda: (tmp_path / "stale.png").rename(run.folder / "samples" / "000000008.png"),
            lambda: None,
        ),
    )
    followed = list(following)
    assert [type(each) for each in followed] == [Started]


def test_a_failure_is_told_in_its_own_words(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    run_until(run, cartoons, 3)
    Journal(run.folder).event("failed", 3, reason="The disk is full.")
    events = follow(run.folder, Control(), poll_s=0)
    with pytest.raises(RunError, match=r"^The disk is full\.$"):
        list(events)


def test_leaving_does_nothing_to_the_run(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    events = train(run, cartoons, device="cpu")
    next(events)
    control = Control()
    followed = follow(run.folder, control)
    assert isinstance(next(followed), Started)
    control.leave()
    list(followed)
    assert not (run.folder / stop_request.NAME).exists()
    assert isinstance(list(events)[-1], Finished)


# Between two real processes


def start(folder: Path, *settings: str) -> subprocess.Popen[bytes]:
    """A training by the command line, which would go on for long."""
    pairs = [part for pair in (*TINY, *settings) for part in ("--set", pair)]
    return subprocess.Popen(
        [
            *(sys.executable, "main.py", "train", "--data", "cartoons:44", "--run", str(folder)),
            *("--steps", "1000000", "--device", "cpu", *pairs),
        ],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )


def until(events: Iterator[Event], kind: type[Event], step: int = 0) -> Event:
    return next(event for event in events if isinstance(event, kind) and event.step >= step)


def test_another_process_is_followed_and_asked_to_stop(tmp_path: Path, cartoons: PictureCache) -> None:
    folder = tmp_path / "run"
    with start(folder) as process:
        control = Control()
        events = follow(folder, control, poll_s=0.05, written=lambda: process.poll() is None)
        assert until(events, Started).step == 0
        until(events, Samples, 4)
        until(events, Step, 20)
        control.stop()
        followed = list(events)
        assert process.wait(60) == 0
    end = followed[-1]
    assert isinstance(end, Finished)
    run = runs.open_run(folder)
    assert (end.status, end.step) == ("stopped", run.metrics()[-1]["step"])
    assert run.checkpoints()[-1] == (end.step, end.checkpoint)
    assert not (folder / stop_request.NAME).exists()
    steps = [row["step"] for row in run.metrics()]
    assert steps == list(range(1, end.step + 1))


def test_a_killed_process_is_told_as_a_sentence(tmp_path: Path, cartoons: PictureCache) -> None:
    folder = tmp_path / "run"
    with start(folder) as process:
        events = follow(folder, Control(), poll_s=0.05)
        until(events, Step, 8)
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        with pytest.raises(RunError, match="ended without a word"):
            list(events)


def test_a_looker_on_sees_the_run_as_running_by_its_journal(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    """Of another machine's training the lock is not seen, and what is silent for long may be over."""
    run = new_run(tmp_path / "run", tiny, cartoons)
    break_off(run, cartoons, Step, 5)
    assert runs.summarise(run).state == "interrupted"
    rename_host(run.folder)
    summary = runs.summarise(run)
    assert (summary.state, summary.host) == ("running", "cluster")
    for path in run.folder.rglob("*"):
        if path.is_file():
            os.utime(path, (10**9, 10**9))
    summary = runs.summarise(run)
    assert (summary.state, summary.host) == ("interrupted", "cluster")

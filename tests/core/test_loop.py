import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core import checkpoints, generators, journal, runs
from core.config import Config
from core.control import Control
from core.data.cache import PictureCache
from core.errors import ConfigError, DivergedError, RunError, RunOverError
from core.events import Event, Finished, Paused, Resumed, Samples, Saved, Snapshot, Started, Step
from core.loop import train
from tests.core.running import ROOT, assert_same, final_tensors, new_run, numbers, run_until


def test_a_run_tells_its_story_in_order(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    events = run_until(run, cartoons)

    assert events[0] == Started(0, 12, None, 5, "cpu", events[0].precision, 44)
    steps = [event for event in events if isinstance(event, Step)]
    assert [step.step for step in steps] == list(range(1, 13))
    assert [step.epoch for step in steps] == [1] * 5 + [2] * 5 + [3] * 2
    for step in steps:
        assert step.d_loss > 0
        assert step.g_loss > 0
        assert all(0 < p < 1 for p in (step.d_real, step.d_fake_before, step.d_fake_after))
    samples = [event for event in events if isinstance(event, Samples)]
    assert [event.step for event in samples] == [0, 4, 8, 12]
    assert samples[-1].pictures.shape == (16, 32, 32, 3)
    grid = np.asarray(Image.open(samples[-1].path))
    assert np.array_equal(grid[:32, 32:64], samples[-1].pictures[1])
    assert [event.step for event in events if isinstance(event, Saved)] == [4, 8, 12]
    assert isinstance(events[-1], Finished)
    assert (events[-1].status, events[-1].step, events[-1].epoch) == ("finished", 12, 3)

    assert [step for step, _ in run.samples()] == [0, 4, 8, 12]
    assert [step for step, _ in run.checkpoints()] == [4, 8, 12]
    assert [row["step"] for row in run.metrics()] == list(range(1, 13))
    assert [row["event"] for row in run.events()] == ["started", "finished"]
    assert runs.summarise(run).state == "finished"


def test_the_networks_learn(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    """The mean of the fixed faces comes nearer to the mean picture than the first grey was."""
    config = tiny.replace(
        duration=250,
        batch_size=16,
        sample_every=250,
        checkpoint_every=250,
        ema_decay=0.9,
        g_lr=1e-3,
        d_lr=1e-3,
    )
    mean = cartoons.pictures.astype(float).mean(0)
    distances = [
        np.abs(event.pictures.astype(float).mean(0) - mean).mean()
        for event in train(new_run(tmp_path / "run", config, cartoons), cartoons, device="cpu")
        if isinstance(event, Samples)
    ]
    assert distances[-1] < 0.75 * distances[0]


@pytest.mark.parametrize("stop", [1, 4, 7])
def test_a_resumed_run_equals_the_uninterrupted_one(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, stop: int
) -> None:
    straight = new_run(tmp_path / "straight", tiny, cartoons)
    run_until(straight, cartoons)
    broken = new_run(tmp_path / "broken", tiny, cartoons)
    first = run_until(broken, cartoons, stop)
    assert isinstance(first[-1], Finished)
    assert (first[-1].status, first[-1].step) == ("stopped", stop)
    second = run_until(broken, cartoons)
    assert isinstance(second[0], Started)
    assert second[0].step == stop
    assert_same(final_tensors(straight), final_tensors(broken))
    assert numbers(straight) == numbers(broken)
    assert {step for step, _ in straight.samples()} <= {step for step, _ in broken.samples()}
    for step, grid in straight.samples():
        assert grid.read_bytes() == (broken.sample_folder / grid.name).read_bytes(), step
    assert [row["event"] for row in broken.events()] == ["started", "stopped", "resumed", "finished"]


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX signal")
def test_a_run_killed_in_mid_epoch_resumes_bit_for_bit(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    config = tiny.replace(
        duration=40, checkpoint_every=7
    )  # five steps an epoch: checkpoints fall inside epochs
    straight = new_run(tmp_path / "straight", config, cartoons)
    run_until(straight, cartoons)
    killed = new_run(tmp_path / "killed", config, cartoons)
    command = [sys.executable, "main.py", "train", "--run", str(killed.folder), "--resume", "--device", "cpu"]
    child = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"PYTHONUNBUFFERED": "1"}, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not any(step >= 14 for step, _ in killed.checkpoints()) and child.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert runs.summarise(killed).state in ("interrupted", "finished")
    if runs.summarise(killed).state == "finished":
        pytest.skip("the run was over before it could be killed")
    run_until(killed, cartoons)
    assert_same(final_tensors(straight), final_tensors(killed))
    assert numbers(straight) == numbers(killed)


def test_pause_holds_at_the_next_step_and_stop_ends_a_pause(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    control = Control()
    seen: list[Event] = []
    for event in train(run, cartoons, device="cpu", control=control):
        seen.append(event)
        match event:
            case Step(step=3):
                control.pause()
            case Paused() if len([e for e in seen if isinstance(e, Paused)]) == 1:
                control.resume()
            case Step(step=6):
                control.pause()
            case Paused():
                control.stop()
    kinds = [type(event) for event in seen]
    assert kinds.count(Paused) == 2
    assert kinds.count(Resumed) == 1
    paused = next(event for event in seen if isinstance(event, Paused))
    assert paused.step == 3
    assert isinstance(seen[-1], Finished)
    assert (seen[-1].status, seen[-1].step) == ("stopped", 6)


def test_pausing_does_not_change_what_is_learned(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    straight = new_run(tmp_path / "straight", tiny, cartoons)
    run_until(straight, cartoons)
    paused = new_run(tmp_path / "paused", tiny, cartoons)
    control = Control()
    for event in train(paused, cartoons, device="cpu", control=control):
        if isinstance(event, Step):
            control.pause()
        elif isinstance(event, Paused):
            control.resume()
    assert_same(final_tensors(straight), final_tensors(paused))


def test_a_loss_that_is_not_finite_stops_the_run_before_it_is_saved(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(
        tmp_path / "run", tiny.replace(g_lr=0.1, d_lr=0.1, beta1=0.0, beta2=0.0, duration=4000), cartoons
    )
    run_until(run, cartoons, 3)
    good = checkpoints.latest(run.checkpoint_folder)
    assert good is not None
    poisoned = checkpoints.load(good)
    poisoned.tensors["D/layers.0.weight"].fill_(3e38)  # the next product overflows
    checkpoints.save(run.checkpoint_folder, poisoned)
    good.unlink()
    with pytest.raises(DivergedError, match="no longer a finite number"):
        run_until(run, cartoons)
    assert [step for step, _ in run.checkpoints()] == [3]
    assert run.events()[-1]["event"] == "failed"
    assert runs.summarise(run).state == "failed"


def test_a_full_disk_says_so_and_keeps_the_older_checkpoint(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    events = train(run, cartoons, device="cpu")
    for event in events:
        if isinstance(event, Saved):
            break

    def full(path: Path, row: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(journal, "append", full)
    with pytest.raises(RunError, match=r"No space left on device. Checkpoints up to here are intact"):
        list(events)
    path = checkpoints.latest(run.checkpoint_folder)
    assert path is not None
    assert checkpoints.load(path).step == 4


def test_a_run_refuses_other_pictures_and_too_few(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    other = runs.create(tmp_path / "other", tiny, source="cartoons:44", source_digest="0" * 32)
    with pytest.raises(RunError, match="not those that this run began with"):
        run_until(other, cartoons)
    large = new_run(tmp_path / "large", tiny.replace(batch_size=64), cartoons)
    with pytest.raises(ConfigError, match="64 pictures are needed, 44 were found"):
        run_until(large, cartoons)


def test_a_run_that_is_over_says_how_to_go_on(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    run = new_run(tmp_path / "run", tiny.replace(duration=2), cartoons)
    run_until(run, cartoons)
    with pytest.raises(RunOverError, match=r"already trained for 2 steps. Give it a larger total"):
        run_until(run, cartoons)
    assert runs.summarise(run).state == "finished", "a refused resume leaves the run as it was"
    longer = runs.change(run, run.config.replace(duration=3))
    assert isinstance(run_until(longer, cartoons)[-1], Finished)
    assert runs.summarise(run).step == 3


def test_minutes_count_the_training_of_all_sessions(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    config = tiny.replace(duration=0.02, duration_unit="minutes")
    run = new_run(tmp_path / "run", config, cartoons)
    events = run_until(run, cartoons, 2)
    assert isinstance(events[-1], Finished)
    assert events[-1].status == "stopped"
    events = run_until(run, cartoons)
    assert isinstance(events[-1], Finished)
    assert events[-1].status == "finished"
    assert 1.2 <= events[-1].seconds < 3


def test_closing_the_iterator_frees_the_run(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    events = train(run, cartoons, device="cpu")
    next(events)
    assert runs.is_running(run)
    events.close()
    assert not runs.is_running(run)


def test_snapshots_are_the_average_of_that_step_and_change_nothing(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    watched, alone = new_run(tmp_path / "a", tiny, cartoons), new_run(tmp_path / "b", tiny, cartoons)
    control = Control()
    snapshots = []
    for event in train(watched, cartoons, device="cpu", control=control):
        if isinstance(event, Step) and event.step in (4, 12):
            control.want_snapshot()
        if isinstance(event, Snapshot):
            snapshots.append(event)
            with torch.no_grad():  # whoever asked for it may do with it what they like
                event.generator(torch.zeros(2, tiny.latent_dim))
    run_until(alone, cartoons)
    assert_same(final_tensors(watched), final_tensors(alone))
    assert [event.step for event in snapshots] == [4, 12]
    for event in snapshots:
        saved = generators.load(dict(watched.checkpoints())[event.step])
        assert generators.digest(event.generator) == generators.digest(saved)


def test_a_paused_run_gives_snapshots_and_stays_paused(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    watched, alone = new_run(tmp_path / "a", tiny, cartoons), new_run(tmp_path / "b", tiny, cartoons)
    control = Control()
    holding, given = threading.Event(), threading.Event()
    seen: list[Event] = []

    def follow() -> None:
        for event in train(watched, cartoons, device="cpu", control=control):
            seen.append(event)
            if isinstance(event, Step) and event.step == 5:
                control.pause()
            elif isinstance(event, Paused):
                holding.set()
            elif isinstance(event, Snapshot):
                with torch.no_grad():
                    event.generator(torch.zeros(2, tiny.latent_dim))
                given.set()

    training = threading.Thread(target=follow, daemon=True)
    training.start()
    try:
        assert holding.wait(60)
        for _ in range(2):  # one after the other, from another thread
            given.clear()
            control.want_snapshot()
            assert given.wait(60)
            assert control.paused
            assert not any(isinstance(event, Resumed) for event in seen)
        control.resume()
        training.join(60)
    finally:
        control.stop()
    assert isinstance(seen[-1], Finished)
    first = next(index for index, event in enumerate(seen) if isinstance(event, Paused))
    kinds = [type(event) for event in seen[first : first + 4]]
    assert kinds == [Paused, Snapshot, Snapshot, Resumed]
    assert [event.step for event in seen if isinstance(event, Snapshot)] == [5, 5]
    run_until(alone, cartoons)
    assert_same(final_tensors(watched), final_tensors(alone))
    assert numbers(watched) == numbers(alone)


def test_of_every_checkpoint_the_generator_stays(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny.replace(checkpoint_every=1, keep_checkpoints=3), cartoons)
    saved = [event.step for event in run_until(run, cartoons) if isinstance(event, Saved)]
    assert [step for step, _ in run.checkpoints()] == saved[-3:]
    assert [step for step, _ in run.generators()] == saved

"""The watchdog over runs that were really trained."""

from itertools import pairwise
from pathlib import Path

import pytest

from core import checkpoints, runs
from core.config import Config
from core.data.cache import PictureCache
from core.errors import DivergedError
from core.events import Judged, Measured, Step
from core.loop import train
from core.runs import Run
from core.watchdog.judge import Watchdog
from core.watchdog.replay import replay, story, verdicts


def trained(folder: Path, config: Config, cartoons: PictureCache) -> Run:
    run = runs.create(folder, config, source="cartoons:44", source_digest=cartoons.digest)
    for _ in train(run, cartoons, device="cpu"):
        pass
    return run


def test_a_run_that_learns_raises_no_alarm(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    config = tiny.replace(duration=310, log_every=5, sample_every=1000, checkpoint_every=1000, watchdog="off")
    found = replay(trained(tmp_path / "run", config, cartoons))
    assert not any(verdict.alarming for _, verdict in found)
    assert {verdict.kind for _, verdict in found} == {"healthy"}


def test_a_verdict_that_lasts_is_told_again_but_noted_once(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    config = tiny.replace(duration=510, log_every=5, sample_every=1000, checkpoint_every=1000, flip=False)
    config = config.replace(watchdog="warn")
    run = runs.create(tmp_path / "run", config, source="cartoons:44", source_digest=cartoons.digest)
    told = [event for event in train(run, cartoons, device="cpu") if isinstance(event, Judged)]
    assert len(told) >= 2
    assert {event.verdict.kind for event in told} == {"healthy"}
    assert len({event.verdict.evidence for event in told}) >= 2, "with what has been seen since"
    assert [row["event"] for row in run.events()].count("alarm") == 1


def test_numbers_that_break_while_training_are_seen(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = trained(tmp_path / "run", tiny, cartoons)
    good = checkpoints.latest(run.checkpoint_folder)
    assert good is not None
    poisoned = checkpoints.load(good)
    poisoned.tensors["D/layers.0.weight"].fill_(3e38)  # the next product overflows
    good.unlink()
    checkpoints.save(run.checkpoint_folder, poisoned)
    run = runs.change(run, tiny.replace(duration=24))
    seen: list[Judged] = []
    with pytest.raises(DivergedError):
        seen.extend(event for event in train(run, cartoons, device="cpu") if isinstance(event, Judged))
    assert [event.verdict.kind for event in seen] == ["not_finite"]


def test_the_story_has_every_number_and_measure_in_order(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    config = tiny.replace(measure_every=4, watchdog="off")
    events = list(story(trained(tmp_path / "run", config, cartoons)))
    assert [event.step for event in events if isinstance(event, Step)] == list(range(1, 13))
    assert all(one.step <= other.step for one, other in pairwise(events))
    for before, event in pairwise(events):
        if isinstance(event, Measured):
            assert (before.step, type(before)) == (event.step, Step)


def test_knobs_that_were_turned_are_what_advice_starts_from(tiny: Config) -> None:
    broken = [Step(step, 1, 1.0, 1.0, float("nan"), 1.0, 0.5, 0.5, 0.5) for step in (10, 11)]
    ((step, verdict),) = verdicts(Watchdog(tiny, 44), broken, tiny, [(5, {"g_lr": 8e-4, "d_lr": 6e-4})])
    assert step == 10
    back, both, *_ = verdict.advice
    assert back.changes == {"g_lr": tiny.g_lr, "d_lr": tiny.d_lr}
    assert both.changes == {"g_lr": 4e-4, "d_lr": 3e-4}

"""Measuring and the watchdog in a real run: what they leave behind, and that training does not feel them."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from core import budget, checkpoints, engine, measures, returning, runs
from core.config import Config
from core.control import Control
from core.data.cache import PictureCache
from core.errors import DivergedError
from core.events import Event, Finished, Judged, Measured, Returned, Samples, Saved, Snapshot, Started, Step
from core.loop import train
from core.step import NUMBERS
from tests.core.running import (
    assert_same,
    break_off,
    final_tensors,
    mark_best,
    new_run,
    numbers,
    run_until,
)

MEASURED = {"measure_every": 3, "measure_count": 64}


@pytest.fixture(scope="session")
def many(own_folders: object) -> PictureCache:
    """160 cartoons of 32 px: enough to measure by."""
    from core.data.prepare import prepare
    from core.data.sources import open_source

    return prepare(open_source("cartoons:160"), size=32)


def test_a_measured_run_keeps_its_measures_and_its_best_checkpoint(
    tmp_path: Path, tiny: Config, many: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny.replace(**MEASURED), many)
    events = run_until(run, many)
    measured = [event for event in events if isinstance(event, Measured)]
    assert [event.step for event in measured] == [3, 6, 9, 12]
    assert measured[0].best
    assert measures.measures(run) == measured
    best = [event for event in measured if event.best][-1]
    assert measures.best(run) == best
    step, path = run.best_checkpoint() or (0, Path())
    assert step == best.step
    assert checkpoints.load(path).step == step
    facts = json.loads((run.folder / "best.json").read_text())
    kept = {"step": step, "checkpoint": path.name, "coverage": best.coverage, "kid": best.kid}
    assert facts.items() >= kept.items()
    (run.folder / "measures.jsonl").unlink()
    assert measures.best(run) == best, "a kill before its line was written loses nothing"
    saved = [event.step for event in events if isinstance(event, Saved)]
    assert saved == sorted({4, 8, 12} | {event.step for event in measured if event.best})


def test_measuring_changes_nothing_that_is_learned(tmp_path: Path, tiny: Config, many: PictureCache) -> None:
    alone, watched = tiny.replace(watchdog="off"), tiny.replace(**MEASURED)
    plain, seen = new_run(tmp_path / "a", alone, many), new_run(tmp_path / "b", watched, many)
    run_until(plain, many)
    run_until(seen, many)
    assert_same(final_tensors(plain), final_tensors(seen))
    assert numbers(plain) == numbers(seen)


def test_a_resume_goes_on_from_the_best_so_far(tmp_path: Path, tiny: Config, many: PictureCache) -> None:
    config = tiny.replace(**MEASURED)
    straight, broken = new_run(tmp_path / "a", config, many), new_run(tmp_path / "b", config, many)
    run_until(straight, many)
    break_off(broken, many, Measured, 9)
    assert [step for step, _ in broken.checkpoints()] == [3, 4, 8], "the measure of step 9 is repeated"
    run_until(broken, many)
    assert measures.measures(straight) == measures.measures(broken)
    assert (straight.best_checkpoint() or [0])[0] == (broken.best_checkpoint() or [0])[0]


def test_measures_of_what_was_left_are_void(tmp_path: Path, tiny: Config, many: PictureCache) -> None:
    run = new_run(tmp_path / "run", tiny.replace(**MEASURED), many)
    control = Control()
    steps = []
    for event in train(run, many, device="cpu", control=control):
        if isinstance(event, Measured) and event.step == 12:
            control.go_back({"g_lr": 1e-4})
            best = measures.best(run)
            assert best is not None
        if isinstance(event, Returned):
            assert event.step == best.step
            steps = [each.step for each in measures.measures(run)]
            break
    assert steps == [step for step in (3, 6, 9, 12) if step <= best.step]


@pytest.mark.parametrize("stopped", [False, True])
def test_what_a_run_ends_with_is_measured_but_nobody_who_stops_it_waits(
    tmp_path: Path, tiny: Config, many: PictureCache, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    monkeypatch.setattr(budget, "FIRST_S", 0.0)
    monkeypatch.setattr(budget, "FIRST_STEP", 12)
    monkeypatch.setattr(budget.Budget, "allows", lambda *_: False)
    run = new_run(tmp_path / "run", tiny.replace(duration=15, measure_count=64), many)
    events = run_until(run, many, 14 if stopped else None)
    found = [event for event in events if isinstance(event, Measured)]
    assert [event.step for event in found] == ([] if stopped else [15])
    assert measures.measures(run) == found
    assert isinstance(events[-1], Finished)
    saved = [event for event in events if isinstance(event, Saved)][-1]
    assert saved.step == events[-1].step
    assert checkpoints.load(saved.path).seconds == events[-1].seconds, "measuring is no training"
    if found:
        assert events.index(saved) < events.index(found[0]), "a kill meanwhile loses nothing"
    best = run.best_checkpoint()
    assert (best is None) if stopped else (best is not None and best[0] == 15)


def test_old_runs_have_no_measures(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    run_until(run, cartoons)
    (run.folder / "measures.jsonl").write_text('{"step": 3}\n{"step": 4, "coverage": 0.5}\ntorn')
    assert measures.measures(run) == []
    assert measures.best(run) is None


def poisoned(folder: Path, config: Config, cartoons: PictureCache, best: bool, last: int = 8) -> runs.Run:
    """Stopped at a step where the weights are so large that the next product overflows; step 4 is sound."""
    run = new_run(folder, config, cartoons)
    run_until(run, cartoons, last)
    if best:
        mark_best(run, 4)
    checkpoint = checkpoints.load(run.checkpoints()[-1][1])
    run.checkpoints()[-1][1].unlink()
    checkpoint.tensors["D/layers.0.weight"].fill_(3e38)
    checkpoints.save(run.checkpoint_folder, checkpoint)
    return run


def test_numbers_that_overflow_lead_back_by_themselves(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = poisoned(tmp_path / "run", tiny.replace(watchdog="return"), cartoons, best=True)
    seen = run_until(run, cartoons)
    judged = next(event for event in seen if isinstance(event, Judged))
    assert judged.verdict.kind == "not_finite"
    changes = dict(judged.verdict.advice[0].changes)
    assert Returned(4, 9, changes, automatic=True) in seen
    steps = [event for event in seen if isinstance(event, Step)]
    assert [event.step for event in steps] == list(range(5, 13)), "step 9 had no numbers to report"
    assert all(event.g_lr == changes["g_lr"] < tiny.g_lr for event in steps)
    assert isinstance(seen[-1], Finished)
    rows = [row["event"] for row in run.events()]
    assert rows == ["started", "stopped", "resumed", "alarm", "returned", "set aside", "finished"]
    assert [row["step"] for row in run.metrics()] == list(range(1, 13))


def test_after_three_returns_of_its_own_it_is_over(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    """There is no sound checkpoint to go back to: it returns to the poisoned one each time."""
    run = poisoned(tmp_path / "run", tiny.replace(watchdog="return"), cartoons, best=False)
    with pytest.raises(DivergedError, match="At step 9"):
        run_until(run, cartoons)
    assert [row["event"] for row in run.events()][2:] == [
        "resumed",
        *["alarm", "returned", "set aside"] * 3,
        "alarm",
        "failed",
    ]
    with pytest.raises(DivergedError):
        run_until(run, cartoons)
    assert returning.automatic_returns(run) == 3, "a restart does not forget them"


@pytest.mark.parametrize("watchdog", ["off", "warn"])
def test_without_leave_nothing_returns_by_itself(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, watchdog: str
) -> None:
    run = poisoned(tmp_path / "run", tiny.replace(watchdog=watchdog), cartoons, best=True)
    seen: list[Event] = []
    with pytest.raises(
        DivergedError, match="At step 9 the discriminator's loss was no longer a finite number"
    ):
        seen.extend(iter(train(run, cartoons, device="cpu")))
    rows = [row["event"] for row in run.events()]
    assert rows[2:] == ["resumed", "alarm", "failed"] if watchdog == "warn" else ["resumed", "failed"]
    seen = list(train(run, cartoons, device="cpu", go_back={"g_lr": 1e-4}))
    assert Returned(4, 8, {"g_lr": 1e-4}) in seen
    assert isinstance(seen[-1], Finished)


def test_a_critic_that_overflows_is_told_as_what_it_is(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    """Its scores are to be drawn at step 10, and have no range."""
    run = poisoned(tmp_path / "run", tiny.replace(loss="wgan-gp"), cartoons, best=False, last=9)
    with pytest.raises(DivergedError, match="At step 10"):
        run_until(run, cartoons)


# Nothing is logged where the poisoned run breaks, at step 9; what comes next is the reason to look.
RARELY = {"log_every": 1000, "sample_every": 1000, "checkpoint_every": 1000}


@pytest.mark.parametrize(
    ("next_thing", "at"),
    [({"duration": 9}, 9), ({"duration": 11}, 11), ({"sample_every": 10}, 10)],
    ids=["its last step", "later", "faces"],
)
def test_numbers_that_break_between_two_logged_steps_are_seen(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, next_thing: dict[str, object], at: int
) -> None:
    run = poisoned(tmp_path / "run", tiny.replace(watchdog="return"), cartoons, best=True)
    run = runs.change(run, run.config.replace(**RARELY | {"duration": 12} | next_thing))
    seen = run_until(run, cartoons)
    assert next(event for event in seen if isinstance(event, Judged)).verdict.kind == "not_finite"
    returned = next(event for event in seen if isinstance(event, Returned))
    assert (returned.step, returned.left, returned.automatic) == (4, at, True)
    assert not any(isinstance(event, Samples) for event in seen[: seen.index(returned)]), "faces of nothing"
    assert isinstance(seen[-1], Finished)
    assert (seen[-1].status, seen[-1].step) == ("finished", run.config.duration)
    assert all(torch.isfinite(each).all() for each in final_tensors(run).values())


@pytest.mark.parametrize("watchdog", ["warn", "return"])
def test_a_stop_finds_numbers_that_broke(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, watchdog: str
) -> None:
    run = poisoned(tmp_path / "run", tiny.replace(watchdog=watchdog), cartoons, best=True)
    run = runs.change(run, run.config.replace(**RARELY))
    control, seen = Control(), []

    def follow() -> None:
        for event in train(run, cartoons, device="cpu", control=control):
            seen.append(event)
            if isinstance(event, Snapshot):
                control.stop()
            elif isinstance(event, Started):
                control.want_snapshot()  # comes after step 9

    if watchdog == "warn":
        with pytest.raises(DivergedError, match="At step 9 the discriminator's loss"):
            follow()
    else:
        follow()
        assert (seen[-1].status, seen[-1].step) == ("stopped", 4)
    assert sum(isinstance(event, Judged) for event in seen) == 1
    assert run.checkpoints()[-1][0] == (8 if watchdog == "warn" else 4)


def test_the_number_that_overflowed_is_named(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    """A generator whose gradient alone is beyond what float32 holds."""
    run = new_run(tmp_path / "run", tiny.replace(watchdog="off"), cartoons)
    real = engine.update

    def steep(*given: Any) -> torch.Tensor:
        numbers = real(*given)
        numbers[NUMBERS.index("g_grad_norm")] = torch.inf
        return numbers

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "update", steep)
        with pytest.raises(DivergedError, match="At step 1 the generator's gradient was no longer"):
            run_until(run, cartoons)


@pytest.mark.parametrize("log_every", [1, 2])
def test_a_discriminator_that_rests_has_no_gradient_in_a_row(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, log_every: int
) -> None:
    config = tiny.replace(d_every=2, log_every=log_every)
    straight, broken = new_run(tmp_path / "a", config, cartoons), new_run(tmp_path / "b", config, cartoons)
    run_until(straight, cartoons)
    run_until(broken, cartoons, 6)
    run_until(broken, cartoons)
    assert numbers(straight) == numbers(broken)
    for row in straight.metrics():
        learned = row["step"] % 2 == 0
        assert (row["d_grad_norm"] is not None and row["d_grad_norm"] > 0) is learned
        assert (row["d_fake_before"] != row["d_fake_after"]) is learned


def test_a_run_that_goes_astray_is_led_back(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    """Rates five hundred times too high from step 9 on: an alarm, a return, and training goes on."""
    config = tiny.replace(
        loss="lsgan",
        d_batch_norm=False,
        watchdog="return",
        duration=700,
        sample_every=700,
        checkpoint_every=8,
    )
    run = new_run(tmp_path / "run", config.replace(keep_checkpoints=3, keep_generators=0), cartoons)
    control, seen = Control(), []
    for event in train(run, cartoons, device="cpu", control=control):
        seen.append(event)
        match event:
            case Saved(step=8):
                mark_best(run, 8)
                if not any(isinstance(each, Returned) for each in seen):
                    control.change({"g_lr": 0.1, "d_lr": 0.1})
            case Step(step=12) if any(isinstance(each, Returned) for each in seen):
                control.stop()
    judged = next(event for event in seen if isinstance(event, Judged))
    returned = next(event for event in seen if isinstance(event, Returned))
    assert judged.verdict.alarming
    assert (returned.step, returned.left) == (8, judged.step)
    assert returned.changes == dict(judged.verdict.advice[0].changes)
    after = [event for event in seen[seen.index(returned) :] if isinstance(event, Step)]
    assert [event.step for event in after] == [9, 10, 11, 12]
    assert after[0].d_lr == tiny.d_lr or "d_lr" in returned.changes, "the rates of before"

"""What a session knows of a run's health: after a kill, without memory or disk, in an alarm that lasts."""

import errno
import json
from dataclasses import asdict, replace
from itertools import groupby
from pathlib import Path

import pytest
import torch

from core import checkpoints, measures, runs
from core.budget import FIRST_S, FIRST_STEP
from core.clock import Clock
from core.config import Config
from core.data.cache import PictureCache
from core.errors import RunError
from core.events import Finished, Measured, Mishap, Step
from core.health import Health
from core.journal import Journal
from core.metrics.measuring import Measurer
from core.runs import Run
from core.standing import take_up
from core.watchdog.judge import Watchdog
from tests.core.running import new_run, run_until

CPU = torch.device("cpu")


def guessing(step: int) -> Step:
    """Of a run whose discriminator guesses and whose generator's gradient dies down from step 1,500 on."""
    return Step(
        step,
        epoch=1,
        seconds=step / 10,
        images_per_s=80.0,
        d_loss=0.7,
        g_loss=0.7,
        d_real=0.5,
        d_fake_before=0.5,
        d_fake_after=0.5,
        d_real_accuracy=0.55 if step > 1500 else 0.8,
        d_fake_accuracy=0.55 if step > 1500 else 0.8,
        d_grad_norm=1.0,
        g_grad_norm=1.0 if step <= 1500 else 0.1,
    )


def measured(step: int, coverage: float = 0.3, kid: float = 0.1) -> Measured:
    return Measured(step, 1, 22, coverage, 0.5, kid, 0.9, 1.0, 0.0, None, best=False)


def written(run: Run, last: int) -> list[Step | Measured]:
    """A story of so many steps, in the run's journal."""
    journal, story = Journal(run.folder), list[Step | Measured]()
    journal.began("started", 0, images=44)
    for step in range(10, last + 1, 10):
        story.append(guessing(step))
        journal.metrics(asdict(story[-1]))
        if step % 500 == 0:
            story.append(measured(step))
            journal.measures(measures.row_of(measured(step), run.source_digest))
    return story


@pytest.mark.parametrize("last", [1600, 1610, 1670])
def test_after_a_kill_the_alarm_comes_as_it_would_have(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, last: int
) -> None:
    """Numbers had been written up to `last` when it was killed; its newest checkpoint is of step 1,600."""
    whole = Watchdog(tiny, len(cartoons))
    run = new_run(tmp_path / "run", tiny, cartoons)
    story = written(run, last) + [guessing(step) for step in range(last + 10, 2001, 10)]
    told = [(event.step, verdict.kind) for event in story if (verdict := whole.add(event))]
    _, (step, kind) = [next(same) for _, same in groupby(told, key=lambda each: each[1])]
    assert step > 1670
    health = Health(run, cartoons, CPU, Journal(run.folder))
    health.recall(tiny, 1600)
    for event in map(guessing, range(1610, 2001, 10)):
        health.judge(event)
    alarms = [(row["step"], row["kind"]) for row in run.events() if row["event"] == "alarm"]
    assert alarms == [(step, kind)], "told once, and nothing else"


def test_what_was_measured_after_the_checkpoint_is_forgotten_too(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    written(run, 1000)
    journal = Journal(run.folder)
    journal.measures(measures.row_of(measured(1010, 0.9, 0.01), run.source_digest))
    health = Health(run, cartoons, CPU, journal)
    health.recall(tiny, 1000)
    for step in range(1010, 1500, 10):
        health.judge(guessing(step))
    health.judge(measured(1500))
    assert health.verdict is not None
    assert health.verdict.kind == "healthy", "a collapse, if step 1,010 counted"


def test_numbers_of_steps_that_come_again_are_void_at_once(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    written(run, 1010)
    journal = Journal(run.folder)
    journal.measures(measures.row_of(measured(1005), run.source_digest))
    journal.memory_short(990, parts=2, device="cpu")
    assert [row["step"] for row in run.metrics()][-1] == 990
    assert [each.step for each in measures.measures(run)] == [500]
    journal.metrics(asdict(guessing(1000)))
    Journal(run.folder).began("resumed", 980)
    assert [row["step"] for row in run.metrics()][-1] == 980


def broken(step: int) -> Step:
    return replace(guessing(step), d_loss=float("nan"))


def test_an_alarm_without_a_checkpoint_leads_back_once_there_is_one(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    config = tiny.replace(watchdog="return")
    run = new_run(tmp_path / "run", config, cartoons)
    run_until(run, cartoons, 4)
    (_, path), *_ = run.checkpoints()
    aside = path.rename(tmp_path / path.name)
    health = Health(run, cartoons, CPU, Journal(run.folder))
    health.recall(config, 4)
    assert health.judge(broken(5)) is not None
    assert health.remedy() is None
    aside.rename(path)
    health.judge(broken(6))
    changes = health.remedy()
    assert changes
    Journal(run.folder).returned(4, left=6, changes=changes, automatic=True)
    health.recall(config, 4)
    assert health.remedy() is None, "nothing is wrong any more"


def test_a_run_that_is_resumed_in_alarm_leads_back_once(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    run_until(run, cartoons, 4)
    journal = Journal(run.folder)
    journal.metrics(asdict(broken(4)))
    resumed = runs.change(run, tiny.replace(watchdog="return"))
    health = Health(resumed, cartoons, CPU, journal)
    health.recall(resumed.config, 4)
    changes = health.remedy()
    assert changes
    journal.returned(4, left=4, changes=changes, automatic=True)
    journal.metrics(asdict(broken(4)))  # it is no better there
    health.recall(resumed.config, 4)
    assert health.verdict is not None
    assert health.verdict.alarming
    assert health.remedy() is None, "a return was made for this alarm"


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory"), MemoryError()])
def test_without_memory_for_measuring_training_goes_on(
    tmp_path: Path,
    tiny: Config,
    cartoons: PictureCache,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    run = new_run(tmp_path / "run", tiny.replace(measure_every=3), cartoons)
    whole = Measurer.measure

    def measure(self: Measurer, generator: object, step: int, *rest: object) -> Measured:
        if step == 6:
            raise error
        return whole(self, generator, step, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Measurer, "measure", measure)
    events = run_until(run, cartoons)
    assert isinstance(events[-1], Finished)
    assert [event.step for event in events if isinstance(event, Measured)] == [3, 9, 12]
    assert [(row["event"], row["step"]) for row in run.events()][1] == ("unmeasured", 6)
    (mishap,) = (event for event in events if isinstance(event, Mishap))
    assert mishap.sentence.startswith("Quality could not be measured at step 6: The memory is full.")


def test_a_best_checkpoint_that_cannot_be_saved_is_done_without(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(tmp_path / "run", tiny.replace(measure_every=3), cartoons)
    whole = checkpoints.save

    def save(folder: Path, checkpoint: checkpoints.Checkpoint) -> Path:
        if checkpoint.step == 3:
            raise RunError("The disk is full.") from OSError(errno.ENOSPC, "No space left on device")
        return whole(folder, checkpoint)

    monkeypatch.setattr(checkpoints, "save", save)
    events = run_until(run, cartoons)
    assert isinstance(events[-1], Finished)
    found = [event for event in events if isinstance(event, Measured)]
    assert found == measures.measures(run)
    assert not found[0].best
    assert found[1].best, "it has nothing to beat"
    assert [(row["event"], row["step"]) for row in run.events()][1] == ("best_not_saved", 3)


@pytest.mark.parametrize("changed", ["count", "source"])
def test_a_best_by_another_measure_is_none(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, changed: str
) -> None:
    """The first of the new kind is the best, though the old one had numbers that cannot be reached."""
    config = tiny.replace(measure_every=3, duration=6)
    run = new_run(tmp_path / "run", config, cartoons)
    run_until(run, cartoons, 4)
    perfect = replace(measured(4, 0.9, 0.0), count=20 if changed == "count" else 22, best=True)
    measures.mark_best(run, perfect, dict(run.checkpoints())[4])
    assert measures.best(run) == perfect
    if changed == "source":
        facts = json.loads((run.folder / "best.json").read_text())
        assert facts["source"] == cartoons.digest
        (run.folder / "best.json").write_text(json.dumps(facts | {"source": "0" * 32}))
    found = [event for event in run_until(run, cartoons) if isinstance(event, Measured)]
    assert [(event.step, event.best) for event in found] == [(6, True)]
    assert (run.best_checkpoint() or [0])[0] == 6


def test_a_journal_is_json_and_its_nulls_are_nan(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    journal = Journal(run.folder)
    journal.metrics(asdict(replace(guessing(4), d_grad_norm=float("nan"), memory_mib=float("inf"))))
    journal.measures(measures.row_of(replace(measured(4), kid=float("nan")), run.source_digest))

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    for path in (run.folder / "metrics" / "000001.jsonl", run.folder / "measures.jsonl"):
        json.loads(path.read_text(), parse_constant=refuse)
    health = Health(run, cartoons, CPU, journal)
    health.recall(tiny, 4)
    health.judge(guessing(5))
    (found,) = measures.measures(run)
    assert found.kid != found.kid
    assert found.fid is None


def test_a_step_that_was_measured_is_not_measured_again_but_after_going_back(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    health, clock = Health(run, cartoons, CPU, Journal(run.folder)), Clock()
    clock._session = FIRST_S
    health.recall(tiny, 0)
    now = take_up(run, CPU, len(cartoons))
    now.step = FIRST_STEP
    assert health.is_due_at_end(now.step, clock)
    assert health.measure(now, 1, clock) is not None
    assert not health.is_due_at_end(now.step, clock)
    health.recall(tiny, 50)
    assert health.is_due_at_end(now.step, clock)

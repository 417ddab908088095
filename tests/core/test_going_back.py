"""Going back to the best checkpoint: its tensors, its settings, and a past that stays past."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core import checkpoints, knobs, runs
from core.config import Config
from core.control import Control
from core.data.cache import PictureCache
from core.errors import RunError
from core.events import (
    Event,
    Finished,
    KnobTurned,
    Paused,
    Resumed,
    Returned,
    Saved,
    Started,
    Step,
)
from core.journal import Journal
from core.loop import train
from core.runs import Run
from tests.core.running import assert_same, final_tensors, mark_best, new_run, numbers, run_killed, run_until

CHANGES: dict[str, object] = {"g_lr": 1e-4}


def follow(
    run: Run, cartoons: PictureCache, acts: dict[object, Callable[[Control], None]], *, best: bool = True
) -> list[Event]:
    """Train; acts: by the step of a Step, or by the kind of another event."""
    control, seen = Control(), []
    for event in train(run, cartoons, device="cpu", control=control):
        seen.append(event)
        if best and isinstance(event, Saved) and event.step == 4:
            mark_best(run, 4)
        key = event.step if isinstance(event, Step) else type(event)
        if key in acts:
            acts.pop(key)(control)
    return seen


@pytest.fixture
def expected(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> Run:
    """Stopped at step 4, and gone on from there with the changes."""
    run = new_run(tmp_path / "expected", tiny, cartoons)
    run_until(run, cartoons, 4)
    control = Control()
    control.change(CHANGES)
    list(train(run, cartoons, device="cpu", control=control))
    return run


def test_a_running_run_goes_back_and_trains_on(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, expected: Run
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    seen = follow(
        run,
        cartoons,
        {6: lambda control: control.change({"noise": 0.2}), 10: lambda control: control.go_back(CHANGES)},
    )
    at = next(index for index, event in enumerate(seen) if isinstance(event, Returned))
    assert seen[at] == Returned(4, 10, CHANGES)
    assert seen[at + 1] == KnobTurned(5, CHANGES)
    assert [event.step for event in seen[at:] if isinstance(event, Step)] == list(range(5, 13))
    assert isinstance(seen[-1], Finished)
    assert seen[-1].step == 12
    assert_same(final_tensors(run), final_tensors(expected))
    assert numbers(run) == numbers(expected)
    assert knobs.history(run.events()) == [(5, CHANGES)], "the noise was turned in what is past"
    assert run.best_checkpoint() == (4, dict(run.checkpoints())[4])


def test_what_was_left_is_set_aside_and_never_the_newest(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    control = Control()
    events = train(run, cartoons, device="cpu", control=control)
    for event in events:
        if isinstance(event, Saved) and event.step == 4:
            mark_best(run, 4)
        if isinstance(event, Step) and event.step == 10:
            control.go_back(CHANGES)
        if isinstance(event, Returned):
            break
    events.close()
    assert [step for step, _ in run.checkpoints()] == [4]
    assert [step for step, _ in run.samples()] == [0, 4]
    assert [row["step"] for row in run.metrics()] == [1, 2, 3, 4]
    summary = runs.summarise(run)
    assert (summary.state, summary.step) == ("interrupted", 4)
    aside = sorted(path.name for path in (run.folder / "left" / "001").iterdir())
    assert [name[:14] for name in aside] == ["000000008.png", "ckpt-000000008"]
    resumed = run_until(run, cartoons)
    assert isinstance(resumed[0], Started)
    assert resumed[0].step == 4


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX signal")
@pytest.mark.parametrize(("kind", "step"), [("Returned", 4), ("Step", 6), ("Saved", 8)])
def test_a_return_outlives_a_kill(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, expected: Run, kind: str, step: int
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    run_until(run, cartoons, 5)
    mark_best(run, 4)
    run_killed(run, kind, step, back=10)
    run_until(run, cartoons)
    assert_same(final_tensors(run), final_tensors(expected))
    assert numbers(run) == numbers(expected)


def test_a_return_that_was_cut_short_is_completed(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, expected: Run
) -> None:
    """The journal has it, but the power failed before the files were set aside; some of them were."""
    run = new_run(tmp_path / "run", tiny, cartoons)
    run_until(run, cartoons, 10)
    mark_best(run, 4)
    later = [path for at, path in (*run.checkpoints(), *run.samples()) if at > 4]
    names = [path.relative_to(run.folder).as_posix() for path in later]
    Journal(run.folder).returned(4, left=10, changes=CHANGES, automatic=False, aside=[*names, "../run.json"])
    (run.folder / "left" / "001").mkdir(parents=True)
    later[0].replace(run.folder / "left" / "001" / later[0].name)
    seen = run_until(run, cartoons)
    assert isinstance(seen[0], Started)
    assert seen[0].step == 4
    assert (run.folder / "run.json").exists()
    assert_same(final_tensors(run), final_tensors(expected))
    again = runs.change(run, run.config.replace(duration=14))
    assert run_until(again, cartoons)[0].step == 12, "done once, and not again"


def test_what_was_set_aside_is_not_taken_again_from_those_who_deleted_it(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    run_until(run, cartoons)
    mark_best(run, 4)
    list(train(run, cartoons, device="cpu", go_back={}))
    shutil.rmtree(run.folder / "left")
    kept = run.samples(), run.checkpoints()
    run_until(runs.change(run, run.config.replace(duration=14)), cartoons)
    assert not (run.folder / "left").exists()
    assert set(kept[0]) <= set(run.samples())
    assert dict(kept[1])[12] in dict(run.checkpoints()).values()


def test_a_run_that_is_over_goes_back(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, expected: Run
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    run_until(run, cartoons)
    mark_best(run, 4)
    seen = list(train(run, cartoons, device="cpu", go_back=CHANGES))
    assert seen[0].step == 12
    assert Returned(4, 12, CHANGES) in seen
    assert_same(final_tensors(run), final_tensors(expected))
    list(train(run, cartoons, device="cpu", go_back={}))
    assert [path.name for path in (run.folder / "left").iterdir()] == ["002"], "one past is enough"


def test_a_paused_run_goes_back_and_stays_paused(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, expected: Run
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    seen = follow(
        run,
        cartoons,
        {
            6: lambda control: control.pause(),
            Paused: lambda control: control.go_back(CHANGES),
            Returned: lambda control: control.resume(),
        },
    )
    kinds = [type(event) for event in seen]
    at = kinds.index(Paused)
    assert kinds[at : at + 4] == [Paused, Returned, Resumed, KnobTurned]
    assert_same(final_tensors(run), final_tensors(expected))


def test_without_a_best_checkpoint_it_is_the_newest_and_without_any_the_beginning(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    acts = dict.fromkeys((3, 11), lambda control: control.go_back(CHANGES))
    seen = follow(run, cartoons, acts, best=False)
    assert [event for event in seen if isinstance(event, Returned)] == [
        Returned(0, 3, CHANGES),
        Returned(8, 11, CHANGES),
    ]
    from_the_start = new_run(tmp_path / "other", tiny.replace(g_lr=1e-4), cartoons)
    run_until(from_the_start, cartoons)
    assert_same(final_tensors(run), final_tensors(from_the_start))


def test_where_only_a_damaged_checkpoint_is_left_the_others_are_named(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    run_until(run, cartoons, 9)
    mark_best(run, 4)
    events = train(run, cartoons, device="cpu", go_back={})
    assert any(isinstance(event, Returned) for event in events)
    events.close()
    ((step, path),) = run.checkpoints()
    assert step == 4
    path.write_bytes(b"torn")
    with pytest.raises(RunError, match="None of the checkpoints") as caught:
        run_until(run, cartoons)
    assert f"in {run.folder / 'left'}" in str(caught.value)


def test_a_damaged_best_checkpoint_is_not_gone_back_to(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    run_until(run, cartoons, 9)
    mark_best(run, 4)
    dict(run.checkpoints())[4].write_bytes(b"torn")
    seen = list(train(run, cartoons, device="cpu", go_back={}))
    assert Returned(9, 9, {}) in seen
    assert [step for step, path in run.checkpoints() if checkpoints.verify(path)] == [8, 9, 12]

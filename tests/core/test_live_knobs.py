"""Knobs turned while a run trains: they act at the next step, and a resume repeats them bit for bit."""

import sys
from pathlib import Path

import pytest

from core import knobs, runs
from core.config import Config
from core.control import Control
from core.data.cache import PictureCache
from core.errors import ConfigError, RunError
from core.events import KnobTurned, Paused, Resumed, Snapshot, Step
from core.loop import train
from core.runs import change
from tests.core.running import (
    Knobs,
    assert_same,
    final_tensors,
    new_run,
    numbers,
    run_killed,
    run_until,
)

TURNED: Knobs = {
    2: {"g_lr": 5e-4, "noise": 0.1},
    5: {"d_updates": 2, "flip": False},
    9: {"d_updates": 1, "d_every": 2, "real_label": 0.9, "diffaugment": "on"},
}


def test_a_knob_acts_at_the_next_step_and_is_written_down(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    turned, plain = new_run(tmp_path / "a", tiny, cartoons), new_run(tmp_path / "b", tiny, cartoons)
    events = run_until(turned, cartoons, knobs=TURNED)
    run_until(plain, cartoons)
    assert [(event.step, event.changes) for event in events if isinstance(event, KnobTurned)] == [
        (step + 1, dict(changes)) for step, changes in TURNED.items()
    ]
    assert knobs.history(turned.events()) == [(step + 1, dict(turn)) for step, turn in TURNED.items()]
    assert [event.g_lr for event in events if isinstance(event, Step)] == [2e-4] * 2 + [5e-4] * 10
    assert numbers(turned)[:2] == numbers(plain)[:2]
    assert numbers(turned)[2] != numbers(plain)[2]
    assert turned.config == plain.config, "run.json says what the run began with"
    turned = change(turned, tiny.replace(duration=14))
    again = run_until(turned, cartoons, knobs={13: {"d_every": 2}})
    assert not any(isinstance(event, KnobTurned) for event in again), "it is so already"
    assert len(knobs.history(turned.events())) == len(TURNED)


@pytest.mark.parametrize("stop", [3, 5, 7])
def test_a_resume_applies_knobs_at_the_same_steps(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, stop: int
) -> None:
    straight, broken = new_run(tmp_path / "a", tiny, cartoons), new_run(tmp_path / "b", tiny, cartoons)
    run_until(straight, cartoons, knobs=TURNED)
    run_until(broken, cartoons, stop, knobs=TURNED)
    run_until(broken, cartoons, knobs=TURNED)
    assert_same(final_tensors(straight), final_tensors(broken))
    assert numbers(straight) == numbers(broken)
    assert knobs.history(straight.events()) == knobs.history(broken.events())


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX signal")
@pytest.mark.parametrize(
    ("kind", "step"),
    [("KnobTurned", 6), ("Step", 7), ("Saved", 8)],
    ids=["between the journal and the step", "before it was saved", "after it was saved"],
)
def test_knobs_outlive_a_kill(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, kind: str, step: int
) -> None:
    """Checkpoints are of steps 4, 8 and 12. What was turned before the kill need not be turned again."""
    straight, killed = new_run(tmp_path / "a", tiny, cartoons), new_run(tmp_path / "b", tiny, cartoons)
    run_until(straight, cartoons, knobs=TURNED)
    run_killed(killed, kind, step, TURNED)
    run_until(killed, cartoons, knobs={9: TURNED[9]})
    assert_same(final_tensors(straight), final_tensors(killed))
    assert numbers(straight) == numbers(killed)


def test_a_knob_that_is_turned_in_a_pause_is_on_the_disk_in_it(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    running, paused = new_run(tmp_path / "a", tiny, cartoons), new_run(tmp_path / "b", tiny, cartoons)
    run_until(running, cartoons, knobs={5: {"g_lr": 5e-4}})
    control, seen = Control(), []
    for event in train(paused, cartoons, device="cpu", control=control):
        seen.append(type(event))
        match event:
            case Step(step=5):
                control.pause()
            case Paused():
                control.change({"g_lr": 9e-4})
                control.change({"g_lr": 5e-4})
                control.want_snapshot()
            case Snapshot() if seen.count(Snapshot) == 1:
                control.want_snapshot()  # comes when the loop has been through all that was asked for
            case Snapshot():
                assert knobs.history(paused.events()) == [(6, {"g_lr": 5e-4})]
                assert control.paused
                assert KnobTurned not in seen
                control.resume()
    at = seen.index(Resumed)
    assert seen[at + 1] is KnobTurned
    assert_same(final_tensors(running), final_tensors(paused))


def test_a_knob_that_is_turned_before_the_start_acts_on_its_first_step(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run, other = new_run(tmp_path / "a", tiny, cartoons), new_run(tmp_path / "b", tiny, cartoons)
    run_until(run, cartoons, 4)
    run_until(other, cartoons, 4, knobs={4: {"g_lr": 5e-4}})
    control = Control()
    control.change({"g_lr": 5e-4})
    list(train(run, cartoons, device="cpu", control=control))
    run_until(other, cartoons)
    assert knobs.history(run.events()) == [(5, {"g_lr": 5e-4})]
    assert_same(final_tensors(run), final_tensors(other))


def test_what_does_not_fit_is_refused_and_nothing_changes(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    control = Control()
    for event in train(run, cartoons, device="cpu", control=control):
        if isinstance(event, Step) and event.step == 3:
            with pytest.raises(ConfigError, match="beta1 cannot change while a run trains"):
                control.change({"g_lr": 1e-4, "beta1": 0.1})
            with pytest.raises(ConfigError, match=r"g_lr: 0\.5 is too large"):
                control.change({"g_lr": 0.5})
    assert knobs.history(run.events()) == []
    with pytest.raises(RunError, match="g_lr changes while the run trains"):
        change(run, run.config.replace(g_lr=1e-4))


@pytest.mark.parametrize(("name", "value"), [("loss", "hinge"), ("beta1", 0.1), ("seed", 5)])
def test_what_no_journal_tells_the_step_of_stays_as_the_run_began_with(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, name: str, value: object
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    run = change(run, run.config.replace(**{name: value}))
    run_until(run, cartoons, 1)
    with pytest.raises(RunError, match=f"{name} cannot change in a run that has begun"):
        change(run, run.config.replace(**{name: getattr(tiny, name)}))


def test_every_setting_that_is_learned_from_is_live_or_stays() -> None:
    """The others say how long, how often something is told, kept or judged, and how numbers are rounded."""
    free = set(Config.model_fields) - {*knobs.LIVE, *runs.FIXED, *runs.SETTLED}
    assert free == {
        *("duration", "duration_unit", "precision", "log_every", "sample_every", "sample_count"),
        *("checkpoint_every", "keep_checkpoints", "keep_generators"),
        *("watchdog", "measure_every", "measure_count"),
    }

"""Too little memory in the middle of a step: the batch in parts, and the weights as if nothing had been."""

import weakref
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from core import engine, memory, standing
from core.config import Config
from core.control import Control
from core.data.cache import PictureCache
from core.errors import RunError
from core.events import MemoryShort, Step
from core.journal import Journal
from core.loop import train
from core.runs import Run
from core.trainee import Trainee
from tests.core.running import assert_same, final_tensors, new_run, numbers, run_until


def too_much() -> None:
    torch.empty(2**60, dtype=torch.uint8)  # an exbibyte


def test_a_real_lack_of_memory_is_told_from_other_errors() -> None:
    with pytest.raises(RuntimeError) as caught:
        too_much()
    assert memory.is_short(caught.value)
    assert memory.is_short(MemoryError())
    assert memory.is_short(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."))
    assert not memory.is_short(RuntimeError("CUDA error: an illegal memory access was encountered"))
    assert not memory.is_short(ValueError("out of memory"))


def short_at(monkeypatch: pytest.MonkeyPatch, *calls: int) -> None:
    """Let the memory run out in some of the steps to come, when both networks have been changed already.

    How much memory a step needs on this machine cannot be foreseen; so the step is computed, and then more is
    allocated than any machine has.
    """
    real, count = engine.update, iter(range(1, 10**6))

    def update(*given: Any) -> Tensor:
        found: Tensor = real(*given)
        if next(count) in calls:
            too_much()
        return found

    monkeypatch.setattr(engine, "update", update)


def in_parts(folder: Path, config: Config, cartoons: PictureCache, step: int, parts: int) -> Run:
    """A run whose journal has it from the start that its batches are cut."""
    run = new_run(folder, config, cartoons)
    Journal(run.folder).commit("memory", step, parts=parts, device="cpu")
    return run


def test_a_step_that_did_not_fit_is_taken_again_in_parts(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = in_parts(tmp_path / "a", tiny, cartoons, 1, 4)
    run_until(expected, cartoons)
    run = new_run(tmp_path / "b", tiny, cartoons)
    short_at(monkeypatch, 1, 2)
    events = run_until(run, cartoons)
    assert [event for event in events if isinstance(event, MemoryShort)] == [
        MemoryShort(1, 2),
        MemoryShort(1, 4),
    ]
    assert [event.step for event in events if isinstance(event, Step)] == list(range(1, 13))
    assert [(row["step"], row["parts"]) for row in run.events() if row["event"] == "memory"] == [
        (1, 2),
        (1, 4),
    ]
    assert_same(final_tensors(run), final_tensors(expected))
    assert numbers(run) == numbers(expected)


def test_later_it_goes_on_from_the_newest_checkpoint_and_a_resume_knows(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a step that was cut short had changed is undone by the checkpoint of step 4."""
    expected = new_run(tmp_path / "a", tiny, cartoons)
    run_until(expected, cartoons, 4)
    Journal(expected.folder).commit("memory", 5, parts=2, device="cpu")
    run_until(expected, cartoons)
    run = new_run(tmp_path / "b", tiny, cartoons)
    short_at(monkeypatch, 7)
    events = run_until(run, cartoons, 9)
    at = events.index(MemoryShort(5, 2))
    assert [event.step for event in events[:at] if isinstance(event, Step)] == [1, 2, 3, 4, 5, 6]
    assert [event.step for event in events[at:] if isinstance(event, Step)] == [5, 6, 7, 8, 9]
    run_until(run, cartoons)
    assert_same(final_tensors(run), final_tensors(expected))
    assert numbers(run) == numbers(expected)


def test_other_devices_know_nothing_of_it() -> None:
    events = [{"event": "memory", "step": 3, "parts": 4, "device": "cuda:0"}]
    assert memory.cuts(events, "cuda:0") == {3: 4}
    assert memory.cuts(events, "cpu") == {}


def test_where_not_even_one_picture_fits_it_says_so(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(tmp_path / "run", tiny, cartoons)
    short_at(monkeypatch, *range(1, 100))
    with pytest.raises(RunError, match="The memory is full"):
        run_until(run, cartoons)
    assert [row["parts"] for row in run.events() if row["event"] == "memory"] == [2, 4, 8]


def test_one_training_is_in_memory_at_a_time(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ran short of memory, or is left for an earlier checkpoint, is gone before that is taken up."""
    real: list[weakref.ref[Trainee]] = []
    alive: list[int] = []

    def build(config: Config, device: torch.device, images: int | None = None) -> Trainee:
        alive.append(sum(each() is not None for each in real))
        trainee = Trainee(config, device, images)
        real.append(weakref.ref(trainee))
        return trainee

    monkeypatch.setattr(standing, "Trainee", build)
    run = new_run(tmp_path / "run", tiny.replace(loss="wgan-gp", d_batch_norm=False), cartoons)
    short_at(monkeypatch, 6)
    control = Control()
    for event in train(run, cartoons, device="cpu", control=control):
        if isinstance(event, Step) and event.step == 10 and len(real) == 2:
            control.go_back({})
    assert alive == [0, 0, 0]

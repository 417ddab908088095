"""Runs of a few steps, and what is compared of them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import torch

from core import checkpoints, measures, runs
from core.config import Config
from core.control import Control
from core.data.cache import PictureCache
from core.events import Event, Measured, Step
from core.loop import train
from core.runs import Run

ROOT = Path(__file__).parents[2]
Knobs = Mapping[int, Mapping[str, object]]  # turned when a step has been reported, so they act on the next

# Trains a run, turns knobs as it goes, and kills itself as soon as an event of a kind and a step comes; where
# it is to go back, once it has.
_KILLED = """
import json, os, signal, sys
from pathlib import Path
from core import runs
from core.control import Control
from core.data.prepare import prepare
from core.data.sources import open_source
from core.loop import train
folder, kind, at, knobs, back = json.loads(sys.argv[1])
control = Control()
cache = prepare(open_source("cartoons:44"), size=32)
for event in train(runs.open_run(Path(folder)), cache, device="cpu", control=control):
    name = type(event).__name__
    if name == "Step" and str(event.step) in knobs:
        control.change(knobs[str(event.step)])
    if name == "Step" and event.step == back:
        control.go_back({"g_lr": 1e-4})
    back = 0 if name == "Returned" else back
    if name == kind and event.step == at and not back:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def new_run(folder: Path, config: Config, cartoons: PictureCache) -> Run:
    return runs.create(folder, config, source="cartoons:44", source_digest=cartoons.digest)


def run_until(
    run: Run, cartoons: PictureCache, step: int | None = None, knobs: Knobs | None = None
) -> list[Event]:
    """Train; ask for a stop as soon as a step is reported."""
    control = Control()
    events = []
    for event in train(run, cartoons, device="cpu", control=control):
        events.append(event)
        if isinstance(event, Step):
            if knobs and event.step in knobs:
                control.change(knobs[event.step])
            if event.step == step:
                control.stop()
    return events


def break_off(run: Run, cartoons: PictureCache, kind: type[Event], step: int) -> None:
    """Train until an event comes, and leave the run as a kill would: nothing is saved any more."""
    events = train(run, cartoons, device="cpu")
    for event in events:
        if isinstance(event, kind) and event.step == step:
            break
    else:
        raise AssertionError("It did not come.")
    events.close()


def run_killed(run: Run, kind: str, step: int, knobs: Knobs | None = None, back: int = 0) -> None:
    """Train in a process of its own that is killed when an event comes; back: the step to go back after."""
    order = [str(run.folder), kind, step, {str(at): dict(turn) for at, turn in (knobs or {}).items()}, back]
    child = subprocess.run(
        [sys.executable, "-c", _KILLED, json.dumps(order)], cwd=ROOT, env=os.environ, check=False
    )
    assert child.returncode == -9


def mark_best(run: Run, step: int) -> None:
    """Make a checkpoint the best one, as a measurement would."""
    measured = Measured(step, 1, 8, 0.5, 0.5, 0.1, 1.0, 1.0, 0.0, None, best=True)
    measures.mark_best(run, measured, dict(run.checkpoints())[step])


def final_tensors(run: Run) -> dict[str, torch.Tensor]:
    path = checkpoints.latest(run.checkpoint_folder)
    assert path is not None
    return checkpoints.load(path).tensors


def same(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> bool:
    return left.keys() == right.keys() and all(torch.equal(left[name], right[name]) for name in left)


def assert_same(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> None:
    assert left.keys() == right.keys()
    for name in left:
        assert torch.equal(left[name], right[name]), name


def numbers(run: Run) -> list[tuple[object, ...]]:
    """What the metrics hold, but for the times."""
    timed = ("seconds", "images_per_s", "memory_mib")
    return [tuple(value for name, value in row.items() if name not in timed) for row in run.metrics()]

"""Whole runs that two processes share: the first one trains, the second one works. For `test_worker`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import core.engine
from core import runs
from core.config import Config
from core.control import Control
from core.data.cache import PictureCache
from core.data.prepare import prepare
from core.data.sources import open_source
from core.events import Event, MemoryShort, Step
from core.loop import train
from core.models import weights_digest
from core.runs import Run
from core.trainee import Trainee
from core.wide.worker import work
from core.wide.world import Group, World
from tests.core.conftest import TINY
from tests.core.running import final_tensors, new_run, run_until
from tests.core.wide.shared_steps import compare

CPU = torch.device("cpu")
PLAIN = Config(**TINY | {"checkpoint_every": 3, "log_every": 1, "sample_every": 100, "watchdog": "off"})
# Runs that are short of memory once, by seed: who is, and whether it is before or after the others are met.
SHORT = {101: (0, "before"), 102: (1, "before"), 103: (1, "after")}
KNOBS = {"g_lr": 1e-4, "d_updates": 2, "noise": 0.1}


def all_shared(world: Group, folder: Path) -> dict[str, Any]:
    """Steps, and what became of each run, by its name."""
    found: dict[str, Any] = {"steps": compare(world)}
    _make_short(world.rank)
    if world.rank:
        work(world, CPU, _cartoons)
        return {}
    settings = {"source": "cartoons:44", "size": 32}
    world.order("pictures", **settings)
    cartoons = _cartoons(settings)

    def run(name: str, **changes: Any) -> Run:
        return new_run(folder / name, PLAIN.replace(**changes), cartoons)

    def story(run: Run, control: Control | None = None) -> list[Event]:
        return list(train(run, cartoons, device="cpu", control=control, world=world))

    straight = run("straight")
    story(straight)
    found["straight"] = digest(straight)

    broken = run("broken", duration=5)
    story(broken)
    story(runs.change(broken, broken.config.replace(duration=12)))
    found["resumed"] = digest(broken)

    turned = run("turned")
    control = Control()
    _turn(train(turned, cartoons, device="cpu", control=control, world=world), control)
    found["turned"] = digest(turned)
    found["returns"] = [row["step"] for row in turned.events() if row["event"] == "returned"]
    like = run("turned like it")
    control = Control()
    for event in train(like, cartoons, device="cpu", control=control, world=world):
        if isinstance(event, Step) and event.step == 3:
            control.change(KNOBS)
    found["turned like it"] = digest(like)

    for seed in SHORT:
        short = run(f"short {seed}", seed=seed, batch_size=9)
        cuts = [[event.step, event.parts] for event in story(short) if isinstance(event, MemoryShort)]
        found[f"short {seed}"] = {"cuts": cuts, "step": runs.summarise(short).step}

    # Another number of processes goes on with what the one before has left.
    fewer = run("fewer", duration=6)
    story(fewer)
    found["processes"] = [row.get("processes") for row in fewer.events() if row["event"] == "started"]
    fewer = runs.change(fewer, fewer.config.replace(duration=9))
    run_until(fewer, cartoons)
    fewer = runs.change(fewer, fewer.config.replace(duration=12))
    story(fewer)
    found["fewer, then more"] = runs.summarise(fewer).step
    found["numbers"] = {
        name: [row["d_loss"] for row in each.metrics()]
        for name, each in (("straight", straight), ("fewer", fewer))
    }
    single = run("single")
    run_until(single, cartoons)
    found["numbers"]["single"] = [row["d_loss"] for row in single.metrics()]

    world.order("end")
    return found


def _turn(events: Iterator[Event], control: Control) -> None:
    """What is turned after step 4 is lost by a return to the checkpoint of step 3 with other knobs."""
    left = 0
    for event in events:
        if isinstance(event, Step) and event.step == 4 and not left:
            control.change({"d_lr": 3e-3})
        if isinstance(event, Step) and event.step == 5 and not left:
            left = event.step
            control.go_back(KNOBS)


def digest(run: Run) -> str:
    return weights_digest(final_tensors(run))


def _cartoons(settings: Mapping[str, Any]) -> PictureCache:
    return prepare(open_source(settings["source"]), size=settings["size"])


def _make_short(rank: int) -> None:
    """Let whole batches of some runs be too large for this process's memory, before or after it has met the
    other one in the step.
    """
    real = core.engine.update

    def update(trainee: Trainee, reals: Tensor, z: Tensor, step: int, parts: int, world: World) -> Tensor:
        who, when = SHORT.get(trainee.config.seed, (None, ""))
        short = who == rank and parts == 1 and step == 2
        if short and when == "before":
            raise MemoryError
        numbers = real(trainee, reals, z, step, parts, world)
        if short:
            raise MemoryError
        return numbers

    core.engine.update = update

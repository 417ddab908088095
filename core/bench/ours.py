"""This program's training, `core.loop.train` as every run uses it, with its metrics, grids and checkpoints.

A window of some seconds holds no fair share of what happens every 100 or 500 steps. So that is timed whenever
it happens, taken out of the window, and spread over the steps that it comes once in.
"""

from collections import defaultdict
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import torch

from core import runs
from core.bench.peak import peak_memory
from core.bench.window import Window
from core.budget import SHARE
from core.config import Config, parse
from core.control import Control
from core.data.cache import open_cache
from core.events import Event, Samples, Saved, Started, Step
from core.loop import train


def measure(request: dict[str, Any]) -> dict[str, Any]:
    """Train a new run until the window is over.

    request: cache (a prepared one), run (a folder to be made), config, device, warmup_s, seconds. Gives
    images_per_s with all reporting, steps_per_s_alone without, what each kind of reporting costs, memory.
    """
    cache, config = open_cache(Path(request["cache"])), parse(request["config"])
    run = runs.create(
        Path(request["run"]), config, source=cache.source, source_digest=cache.digest, preset="tutorial"
    )
    window, control = Window(request["warmup_s"], request["seconds"]), Control()
    acts: dict[str, list[float]] = defaultdict(list)  # seconds of each grid and each checkpoint
    inside = 0.0  # of these, in the window
    logged, device, precision = -1, torch.device("cpu"), ""
    before = perf_counter()
    for event in train(run, cache, device=request["device"], control=control):
        took = perf_counter() - before
        match event:
            case Started():
                device, precision = torch.device(event.device), event.precision
            case Step():
                logged = event.step
                if window.tick(event.step):
                    control.stop()
            case Samples() | Saved() if event.step == logged:  # nothing but it has happened since the numbers
                acts[_kind(event)].append(took)
                inside += took if window.open else 0.0
        before = perf_counter()
    alone = (window.seconds - inside) / window.steps
    reporting = _reporting(config, acts, alone)
    return {
        "images_per_s": config.batch_size / (alone + sum(reporting.values())),
        "steps": window.steps,
        "step_s": alone,
        "reporting_s": reporting,
        "grid_s": _typical(acts["grids"]),
        "checkpoint_s": _typical(acts["checkpoints"]),
        "precision": precision,
        "threads": torch.get_num_threads(),
        "memory": peak_memory(device),
    }


def _kind(event: Event) -> str:
    return "grids" if isinstance(event, Samples) else "checkpoints"


def _reporting(config: Config, acts: dict[str, list[float]], alone: float) -> dict[str, float]:
    """Seconds that a step has to bear. Measuring may take its share of a run's time; it is taken to do so."""
    grids = _typical(acts["grids"]) / config.sample_every
    checkpoints = _typical(acts["checkpoints"]) / config.checkpoint_every
    measuring = (alone + grids + checkpoints) * SHARE / (1 - SHARE)
    return {"grids": grids, "checkpoints": checkpoints, "measuring": measuring}


def _typical(seconds: list[float]) -> float:
    return median(seconds) if seconds else 0.0

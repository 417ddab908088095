"""What a step consists of: data, discriminator, generator, optimisers."""

from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import torch

from core.bench.matrix import wait_for
from core.config import parse
from core.data.batches import Batches
from core.data.cache import open_cache
from core.devices import find_device, resolve_precision
from core.engine import Engine
from core.trainee import Trainee

LEAST_STEPS = 5
# A part ends with its mark. On a GPU the marks wait for the device, so that the parts add up; the step takes
# a little longer by that.
_ENDS = {"data": "data", "d": "d before", "d_optimiser": "d after", "g": "g before", "g_optimiser": "end"}


def measure(request: dict[str, Any]) -> dict[str, Any]:
    """Medians over steps, in seconds: data, d, g, optimiser, and all of it as `whole`.

    Steps whose parts cannot be told apart, as when they run as one recorded graph, are `networks`.
    request: cache (a prepared one), config, device, warmup_s, seconds.
    """
    cache, config = open_cache(Path(request["cache"])), parse(request["config"])
    chosen = find_device(request["device"])
    device, precision = torch.device(chosen.name), resolve_precision(config, chosen)
    torch.backends.cudnn.deterministic = True  # as the training has it
    trainee = Trainee(config, device, len(cache))
    engine = Engine(Batches(cache.pictures, config.batch_size, config.seed), device, precision)
    marks = Marks(trainee, device)
    begin = perf_counter()
    steps: list[dict[str, float]] = []
    step = 0
    while len(steps) < LEAST_STEPS or perf_counter() < begin + request["warmup_s"] + request["seconds"]:
        step += 1
        marks.begin()
        engine.step(trainee, step)
        found = marks.end()
        if step > 1 and perf_counter() >= begin + request["warmup_s"]:
            steps.append(found)
    alike = [each for each in steps if each.keys() == steps[-1].keys()]  # the first may not be recorded yet
    return {name: median(each[name] for each in alike) for name in steps[-1]} | {"steps": len(alike)}


class Marks:
    """Moments of a step, noted from outside by the hooks that torch has for networks and optimisers."""

    def __init__(self, trainee: Trainee, device: torch.device) -> None:
        self._device = device
        self._at: dict[str, float] = {}
        trainee.generator.register_forward_pre_hook(lambda *_: self._note("data"))
        for name, optimiser in (("d", trainee.d_optimiser), ("g", trainee.g_optimiser)):
            self._watch(name, optimiser)

    def _watch(self, name: str, optimiser: torch.optim.Optimizer) -> None:
        optimiser.register_step_pre_hook(lambda *_: self._note(f"{name} before"))
        optimiser.register_step_post_hook(lambda *_: self._note(f"{name} after"))

    def begin(self) -> None:
        wait_for(self._device)
        self._at = {"begin": perf_counter()}

    def end(self) -> dict[str, float]:
        """Seconds of each part since `begin`."""
        self._note("end")
        at = self._at
        whole = {"whole": at["end"] - at["begin"]}
        if not all(mark in at for mark in _ENDS.values()):
            data = at.get("data", at["begin"])
            return {"data": data - at["begin"], "networks": at["end"] - data} | whole
        parts, since = {}, at["begin"]
        for name, mark in _ENDS.items():
            parts[name], since = at[mark] - since, at[mark]
        optimiser = parts.pop("d_optimiser") + parts.pop("g_optimiser")
        return parts | {"optimiser": optimiser} | whole

    def _note(self, name: str) -> None:
        if name in self._at or (torch.cuda.is_available() and torch.cuda.is_current_stream_capturing()):
            return
        wait_for(self._device)
        self._at[name] = perf_counter()

"""What is measured, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.bench.machine import cores
from core.config import Config
from core.errors import ConfigError
from core.presets import preset

PARTS = ("train", "step", "matrix", "prepare", "open", "window", "slider")
# The settings that both sides can follow, then those of this side that change no result.
_SHARED = ("size", "latent_dim", "g_features", "d_features", "batch_size")
_OWN = ("precision", "seed", "log_every", "sample_every", "sample_count", "checkpoint_every")
_MOST_WORKERS = 16


def usual_workers() -> int:
    """Of the tutorial's loader: two as it has them, more where there are more cores."""
    return max(2, min(cores(), _MOST_WORKERS))


@dataclass(frozen=True, slots=True)
class Plan:
    """Times are of one measurement; every comparison is made `rounds` times, in turn."""

    config: Config
    device: str  # of this machine, none such as auto
    source: str = "cartoons"
    parts: tuple[str, ...] = PARTS
    rounds: int = 3
    seconds: float = 20.0
    warmup_s: float = 5.0
    pictures: int = 1024
    workers: int = field(default_factory=usual_workers)
    processes: int = field(default_factory=cores)  # that prepare pictures, on both sides
    prepared: int = 4096 * min(4, cores())  # pictures in that comparison
    opened: int = 200_000  # pictures in the cache that is opened
    starts: int = 5
    matrix_s: float = 2.0  # for each number format
    slider_s: float = 10.0

    def settings(self) -> dict[str, object]:
        """Those that matter to a comparison."""
        return self.config.model_dump(include={*_SHARED, *_OWN})

    def changed(self, changes: Mapping[str, Any]) -> "Plan":
        return replace(self, **changes)


def quick(plan: Plan) -> Plan:
    """The same in a few minutes: one round of everything, so that nothing is said of the spread."""
    return plan.changed(
        {"rounds": 1, "seconds": 8.0, "warmup_s": 3.0, "pictures": 512, "prepared": 2048, "starts": 1}
    )


def recipe(changes: Mapping[str, object]) -> Config:
    """The tutorial's settings with changes, for a training that goes on until it is stopped.

    Measuring is left out, as its share of the time is known (`core.bench.ours`).
    Raises ConfigError for a setting that the tutorial's program cannot follow.
    """
    for name in changes:
        if name not in _SHARED + _OWN:
            raise ConfigError(
                f"{name} cannot be changed in a comparison with the tutorial, which has no such setting. "
                f"Those that can be changed are: {', '.join(_SHARED + _OWN)}."
            )
    endless = {"duration": 100_000_000, "duration_unit": "steps", "measure_every": 1_000_000}
    return preset("tutorial").config.replace(**endless, **changes)

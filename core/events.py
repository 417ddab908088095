"""What training reports, in the order in which it happens: numbers, paths and owned uint8 arrays."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from core.models import Generator


@dataclass(frozen=True, slots=True)
class Started:
    """The first event. `step` is the step resumed from, 0 for a new run."""

    step: int
    total_steps: int | None  # None when the run is limited by minutes
    total_seconds: float | None  # None when the run is limited by steps or epochs
    steps_per_epoch: int
    device: str
    precision: str
    images: int


@dataclass(frozen=True, slots=True)
class Step:
    """The numbers of one step; D(.) are mean probabilities in 0..1."""

    step: int
    epoch: int
    seconds: float  # training time of the whole run up to here, pauses left out
    images_per_s: float
    d_loss: float
    g_loss: float
    d_real: float  # D(x)
    d_fake_before: float  # D(G(z)) before D's update
    d_fake_after: float  # D(G(z)) after D's update


@dataclass(frozen=True, slots=True)
class Samples:
    """The fixed-noise grid at a step: pictures (n, size, size, 3) uint8, kept at `path`."""

    step: int
    pictures: NDArray[np.uint8]
    path: Path


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of the EMA generator on the CPU, owned by whoever asked for it (`Control.want_snapshot`)."""

    step: int
    generator: "Generator"


@dataclass(frozen=True, slots=True)
class Saved:
    """A checkpoint was committed and read back."""

    step: int
    path: Path


@dataclass(frozen=True, slots=True)
class Paused:
    step: int


@dataclass(frozen=True, slots=True)
class Resumed:
    step: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of a run that did not fail. A run that fails raises a `StudioError` instead."""

    status: Literal["finished", "stopped"]
    step: int
    epoch: int
    seconds: float
    images_per_s: float
    checkpoint: Path


Event = Started | Step | Samples | Snapshot | Saved | Paused | Resumed | Finished

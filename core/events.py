"""What training reports, in the order in which it happens: numbers, paths and owned uint8 arrays."""

from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from core.models import Generator
    from core.watchdog.verdict import Verdict


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
class ScoreHistogram:
    """How D judges pictures before it learns from them: how many real and how many generated ones get which
    score.
    """

    low: float  # where the first bin begins: D's probability, or a Wasserstein critic's raw score
    high: float  # where the last one ends
    real: tuple[int, ...]  # bins of equal width
    fake: tuple[int, ...]


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
    # What runs of earlier versions did not record is NaN.
    d_real_accuracy: float = nan  # share of real pictures that D takes for real
    d_fake_accuracy: float = nan  # share of fakes that D takes for fakes, before its update
    d_grad_norm: float = nan  # Euclidean norm of all of D's gradients
    g_grad_norm: float = nan
    d_lr: float = nan
    g_lr: float = nan
    memory_mib: float = nan  # held by the process, or on a GPU by its tensors, at most so far
    scores: ScoreHistogram | None = None  # of the step's batch, every ten steps at most


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
class Measured:
    """Quality and diversity of the EMA generator at a step, beside what real pictures reach."""

    step: int
    epoch: int
    count: int  # pictures of each kind that were compared
    coverage: float  # 0..1, share of real pictures with a generated one among their neighbours
    density: float
    kid: float
    real_coverage: float  # real pictures against other real pictures, with the same count
    real_density: float
    real_kid: float
    fid: float | None  # only where Inception's weights are at hand
    best: bool  # better than all before it, by coverage and KID


@dataclass(frozen=True, slots=True)
class Judged:
    """The watchdog has changed its mind about the run, or says the same with newer evidence."""

    step: int
    verdict: "Verdict"


@dataclass(frozen=True, slots=True)
class KnobTurned:
    """Settings act from this step on that were changed while training."""

    step: int
    changes: dict[str, object]


@dataclass(frozen=True, slots=True)
class MemoryShort:
    """The memory was too small for the batch: it is now computed in `parts`, gradients added up."""

    step: int
    parts: int


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something beside the training has failed, which goes on."""

    step: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Returned:
    """The run went back from `left` to the checkpoint of `step`, with some settings changed."""

    step: int
    left: int
    changes: dict[str, object]
    automatic: bool = False  # the watchdog's doing, not the person's


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


Event = (
    Started
    | Step
    | Samples
    | Snapshot
    | Measured
    | Judged
    | KnobTurned
    | MemoryShort
    | Mishap
    | Returned
    | Saved
    | Paused
    | Resumed
    | Finished
)

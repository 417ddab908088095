"""A step recorded once and replayed: on a CUDA GPU one launch in place of some five hundred.

The tutorial's networks are so small that a GPU computes a step faster than Python can ask for it. CUDA
graphs (https://pytorch.org/docs/stable/notes/cuda.html#cuda-graphs) replay the kernels of a step on the same
memory, so whatever changes from step to step has to lie where the recording looks for it: pictures, latent
vectors and random draws are copied there. A recording is trusted only if it has repeated a step bit for bit.
"""

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import torch
from torch import Tensor

from core import strength
from core.config import Config
from core.device_draws import Tape
from core.step import kind, update
from core.trainee import Trainee

Replay = Callable[[], Tensor]  # gives the step's numbers, in memory that the next call writes again
Record = Callable[[Replay], Replay]
USUAL = 3  # steps of a kind before one is recorded; libraries choose their algorithms in the first ones


@dataclass(frozen=True, slots=True)
class _Recording:
    real: Tensor
    z: Tensor
    tape: Tape
    replay: Replay


class Recorder:
    """Updates one trainee as `core.step.update` does, and records the kinds of step that come often."""

    def __init__(self, trainee: Trainee, record: Record) -> None:
        self._trainee, self._record = trainee, record
        self._config = trainee.config
        self._seen: Counter[Hashable] = Counter()
        self._recordings: dict[Hashable, _Recording] = {}
        self._refused = False  # since one has failed

    def update(self, real: Tensor, z: Tensor, step: int, parts: int) -> Tensor:
        """What `core.step.update` gives for the arguments."""
        trainee = self._trainee
        if trainee.config != self._config:  # rates, labels and weights of penalties are part of a recording
            self._config, self._seen, self._recordings = trainee.config, Counter(), {}
        if self._refused or not recordable(trainee.config, step):
            return update(trainee, real, z, step, parts)
        which = (kind(trainee.config, step), parts, real.shape)
        known = self._recordings.get(which)
        if known is not None:
            known.real.copy_(real)
            known.z.copy_(z)
            known.tape.turn(step)
            return known.replay().clone()
        self._seen[which] += 1
        if self._seen[which] <= USUAL:
            return update(trainee, real, z, step, parts)
        return self._try(which, real, z, step, parts)

    def _try(self, which: Hashable, real: Tensor, z: Tensor, step: int, parts: int) -> Tensor:
        """Take the step, then record it, and keep the recording if it takes the step in the same way."""
        trainee, tape = self._trainee, Tape()
        real, z = real.clone(), z.clone()
        before = _state(trainee)
        taken = update(trainee, real, z, step, parts, tape=tape)
        after = _state(trainee)
        tape.rewind()
        try:
            replay = self._record(lambda: update(trainee, real, z, step, parts, tape=tape))
            _restore(trainee, before)
            again = replay()
            if not _equal({"numbers": again, **_state(trainee)}, {"numbers": taken, **after}):
                raise _DifferentError
            self._recordings[which] = _Recording(real, z, tape, replay)
        except (RuntimeError, _DifferentError):  # or it cannot be recorded, or has no room
            self._refused = True
            self._recordings.clear()
            _restore(trainee, after)
        return taken


class _DifferentError(Exception):
    """A recording does not do what the step does."""


def recordable(config: Config, step: int) -> bool:
    """Whether a step draws nothing but what a `Tape` holds: noise and dropout are drawn on the device."""
    return not strength.noise(config, step) and not config.d_dropout


def cuda_graph(function: Replay) -> Replay:
    """Record what the function does on the current CUDA device. Raises RuntimeError if that cannot be."""
    graph = torch.cuda.CUDAGraph()
    torch.cuda.synchronize()
    with torch.cuda.graph(graph):
        numbers = function()

    def replay() -> Tensor:
        graph.replay()
        return numbers

    return replay


def _state(trainee: Trainee) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in trainee.tensors().items()}


@torch.no_grad()
def _restore(trainee: Trainee, state: dict[str, Tensor]) -> None:
    for name, tensor in trainee.tensors().items():
        tensor.copy_(state[name])


def _equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return all(torch.allclose(one[name], other[name], 0, 0, equal_nan=True) for name in one)

"""Steps that are recorded and replayed. Where there is no CUDA GPU the recording is a trace of the step's
operations, run on the CPU: what it looks for in the same place each time is the same as for a CUDA graph.
"""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.fx.experimental.proxy_tensor import make_fx

from core import draws
from core.config import Config
from core.data.feed import to_tensor
from core.recording import USUAL, Record, Recorder, Replay, cuda_graph, recordable
from core.step import kind, update
from core.trainee import Trainee

CPU = torch.device("cpu")


def traced(function: Replay) -> Replay:
    """The function's operations on the very tensors that it used, to be run again without it."""
    graph = make_fx(lambda _: function())(torch.zeros(()))
    return lambda: graph(torch.zeros(()))


def inputs(config: Config, step: int, device: torch.device) -> tuple[Tensor, Tensor]:
    rows = config.d_updates * config.batch_size
    shape = (rows, config.size, config.size, config.channels)
    pictures = draws.stream(5, "pictures", step).integers(0, 256, shape).astype(np.uint8)
    z = torch.from_numpy(draws.normal(5, "z", step, rows, config.latent_dim))
    return to_tensor(pictures, device), z.to(device)


class Counted:
    """A way to record that counts recordings and replays."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self.recordings = self.replays = 0

    def __call__(self, function: Replay) -> Replay:
        replay = self._record(function)
        self.recordings += 1

        def counted() -> Tensor:
            self.replays += 1
            return replay()

        return counted


class Pair:
    """A trainee that is updated as always, and one whose steps are recorded."""

    def __init__(self, config: Config, record: Record, device: torch.device = CPU) -> None:
        self.device = device
        self.plain, self.recorded = Trainee(config, device, 100), Trainee(config, device, 100)
        self.recorder = Recorder(self.recorded, record)
        self.step = 0

    def train(self, steps: int) -> None:
        """Both take so many steps, and are equal after each."""
        for _ in range(steps):
            self.step += 1
            real, z = inputs(self.plain.config, self.step, self.device)
            expected = update(self.plain, real, z, self.step)
            exactly(self.recorder.update(real, z, self.step, 1), expected)
            for name, tensor in self.plain.tensors().items():
                exactly(self.recorded.tensors()[name], tensor)

    def apply(self, config: Config) -> None:
        self.plain.apply(config)
        self.recorded.apply(config)


def exactly(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=0, atol=0, equal_nan=True)


RECIPES = {
    "tutorial": {},
    "mirrored": {"flip": True, "jitter": 0.1},
    "spectral": {"loss": "hinge", "d_spectral_norm": True, "d_batch_norm": False, "r1": 0.1, "flip": True},
    "augmented": {"diffaugment": "on"},
    "critic": {"loss": "wgan-gp", "d_batch_norm": False, "d_updates": 2},
    "slow discriminator": {"d_every": 2, "real_label": 0.9},
}


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_replayed_step_is_the_step(tiny: Config, recipe: str) -> None:
    record = Counted(traced)
    Pair(tiny.replace(**RECIPES[recipe]), record).train(4 * USUAL)
    assert record.replays > record.recordings, "beyond the one replay that a recording is tried by"


def test_a_step_with_another_penalty_is_recorded_by_itself(tiny: Config) -> None:
    config = tiny.replace(loss="hinge", r1=0.1)
    kinds = {kind(config, step) for step in range(1, 40)}
    assert len(kinds) == 2
    record = Counted(traced)
    Pair(config, record).train(17 + 16 * USUAL)  # every sixteenth has the penalty
    assert record.recordings == 2


def test_a_turned_knob_is_recorded_anew(tiny: Config) -> None:
    record = Counted(traced)
    pair = Pair(tiny, record)
    pair.train(USUAL + 2)
    pair.apply(tiny.replace(g_lr=1e-5, real_label=0.9))
    pair.train(USUAL + 2)
    assert record.recordings == 2


@pytest.mark.parametrize("recording", ["nothing", "another step"])
def test_a_recording_that_does_not_repeat_the_step_is_not_used(tiny: Config, recording: str) -> None:
    def wrong(function: Replay) -> Replay:
        function()
        numbers = torch.zeros(9)
        return (lambda: numbers) if recording == "nothing" else (lambda: function() + numbers + 1)

    record = Counted(wrong)
    Pair(tiny, record).train(3 * USUAL)
    assert record.recordings == record.replays == 1


def test_a_step_that_cannot_be_recorded_is_taken_all_the_same(tiny: Config) -> None:
    def fails(function: Replay) -> Replay:
        function()
        raise RuntimeError("operation not permitted when stream is capturing")

    Pair(tiny, fails).train(2 * USUAL)


@pytest.mark.parametrize("changes", [{"noise": 0.1}, {"d_dropout": 0.3}])
def test_steps_that_draw_on_the_device_are_not_recorded(tiny: Config, changes: dict[str, float]) -> None:
    config = tiny.replace(**changes)
    assert not recordable(config, 1)
    record = Counted(traced)
    Pair(config, record).train(2 * USUAL)
    assert not record.recordings


def test_noise_that_has_faded_leaves_steps_that_are_recorded(tiny: Config) -> None:
    config = tiny.replace(noise=0.1, noise_steps=4)
    assert [recordable(config, step) for step in (1, 4, 5)] == [False, False, True]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
@pytest.mark.parametrize("recipe", RECIPES)
def test_a_cuda_graph_is_the_step(tiny: Config, recipe: str) -> None:
    torch.backends.cudnn.deterministic = True
    record = Counted(cuda_graph)
    Pair(tiny.replace(**RECIPES[recipe]), record, torch.device("cuda")).train(4 * USUAL)
    assert record.replays > record.recordings

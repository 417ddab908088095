"""Every recipe trains, and with everything switched on a resumed run is still the uninterrupted one."""

from pathlib import Path

import pytest
import torch

from core import checkpoints, runs
from core.config import Config
from core.control import Control
from core.data.cache import PictureCache
from core.events import Finished, Step
from core.loop import train
from core.presets import presets
from core.runs import Run

BRIEF = {"duration": 3, "duration_unit": "steps", "sample_count": 16, "watchdog": "off"}
NARROW = BRIEF | {"size": 32, "latent_dim": 8, "g_features": 4, "d_features": 4, "batch_size": 8}
EVERYTHING = NARROW | {
    "duration": 9,
    "checkpoint_every": 4,
    "sample_every": 100,
    "log_every": 1,
    "loss": "wgan-gp",
    "r1": 1.0,
    "d_spectral_norm": True,
    "d_batch_norm": False,
    "d_dropout": 0.2,
    "real_label": 0.9,
    "noise": 0.1,
    "noise_steps": 20,
    "d_updates": 2,
    "diffaugment": "on",
    "flip": True,
    "jitter": 0.1,
    "g_extra": 1,
    "g_biases": True,
    "ema_half_life": 3,
}


def _run(folder: Path, config: Config, cartoons: PictureCache) -> Run:
    return runs.create(folder, config, source="cartoons:44", source_digest=cartoons.digest)


def _train(run: Run, cartoons: PictureCache, stop: int | None = None) -> list[Step]:
    control = Control()
    steps = []
    for event in train(run, cartoons, device="cpu", control=control):
        if isinstance(event, Step):
            steps.append(event)
            if event.step == stop:
                control.stop()
    assert isinstance(event, Finished)
    return steps


def _tensors(run: Run) -> dict[str, torch.Tensor]:
    path = checkpoints.latest(run.checkpoint_folder)
    assert path is not None
    return checkpoints.load(path).tensors


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.name)
def test_every_preset_trains(tmp_path: Path, cartoons: PictureCache, preset: object) -> None:
    config = preset.config.replace(**NARROW, log_every=1)
    steps = _train(_run(tmp_path / "run", config, cartoons), cartoons)
    assert [each.step for each in steps] == [1, 2, 3]
    assert all(
        torch.isfinite(torch.tensor([each.d_loss, each.g_loss, each.g_grad_norm])).all() for each in steps
    )


@pytest.mark.parametrize(
    "changes", [{}, {"loss": "hinge", "d_batch_norm": True, "d_updates": 1, "d_every": 2}]
)
@pytest.mark.parametrize("stop", [1, 5])
def test_a_resume_is_exact_with_everything_switched_on(
    tmp_path: Path, cartoons: PictureCache, stop: int, changes: dict[str, object]
) -> None:
    config = Config(**EVERYTHING | changes)
    straight = _run(tmp_path / "straight", config, cartoons)
    expected = _train(straight, cartoons)
    broken = _run(tmp_path / "broken", config, cartoons)
    found = _train(broken, cartoons, stop) + _train(broken, cartoons)
    left, right = _tensors(straight), _tensors(broken)
    assert left.keys() == right.keys()
    assert any(name.endswith("weight.0.u") for name in left)
    for name in left:
        assert torch.equal(left[name], right[name]), name
    for one, other in zip(expected, found, strict=True):
        assert (one.step, one.d_loss, one.g_loss, one.d_real) == (
            other.step,
            other.d_loss,
            other.g_loss,
            other.d_real,
        )

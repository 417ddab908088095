"""Every recipe trains, and with everything switched on a resumed run is still the uninterrupted one."""

from pathlib import Path

import pytest
import torch

from core.config import Config
from core.data.cache import PictureCache
from core.events import Step
from core.presets import presets
from tests.core.running import assert_same, break_off, final_tensors, new_run, numbers, run_until

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


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.name)
def test_every_preset_trains(tmp_path: Path, cartoons: PictureCache, preset: object) -> None:
    config = preset.config.replace(**NARROW, log_every=1)
    events = run_until(new_run(tmp_path / "run", config, cartoons), cartoons)
    steps = [event for event in events if isinstance(event, Step)]
    assert [each.step for each in steps] == [1, 2, 3]
    assert all(
        torch.isfinite(torch.tensor([each.d_loss, each.g_loss, each.g_grad_norm])).all() for each in steps
    )


@pytest.mark.parametrize(
    "changes", [{}, {"loss": "hinge", "d_batch_norm": True, "d_updates": 1, "d_every": 2}]
)
@pytest.mark.parametrize("broken_off", [2, 6, 7])
def test_a_resume_is_exact_with_everything_switched_on(
    tmp_path: Path, cartoons: PictureCache, broken_off: int, changes: dict[str, object]
) -> None:
    """Checkpoints are of steps 4 and 8; what came after the last one is taken again."""
    config = Config(**EVERYTHING | changes)
    straight = new_run(tmp_path / "straight", config, cartoons)
    run_until(straight, cartoons)
    broken = new_run(tmp_path / "broken", config, cartoons)
    break_off(broken, cartoons, Step, broken_off)
    assert [step for step, _ in broken.checkpoints()] == ([4] if broken_off > 4 else [])
    assert [row["step"] for row in broken.metrics()] == list(range(1, broken_off + 1))
    run_until(broken, cartoons)
    tensors = final_tensors(straight)
    assert any(name.endswith("weight.0.u") for name in tensors)
    assert_same(tensors, final_tensors(broken))
    assert numbers(straight) == numbers(broken)

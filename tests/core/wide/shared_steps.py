"""Steps that two processes share, beside the same steps of one: what `test_worker` compares."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.config import Config
from core.data.batches import Batches
from core.engine import Engine
from core.models import weights_digest
from core.trainee import Trainee
from core.wide.world import ALONE, Group, World

SMALL = Config(size=32, latent_dim=12, g_features=4, d_features=6, batch_size=8)
NORMLESS = {"d_batch_norm": False}
STRONG = NORMLESS | {
    "d_spectral_norm": True,
    "d_dropout": 0.2,
    "noise": 0.1,
    "noise_steps": 100,
    "diffaugment": "on",
    "flip": True,
    "jitter": 0.1,
}
# Neither network normalises over the batch (the generator's statistics are held), so two are one.
EXACT: dict[str, dict[str, Any]] = {
    "plain": NORMLESS,
    "an odd batch": NORMLESS | {"batch_size": 9},
    "lsgan": STRONG | {"loss": "lsgan"},
    "hinge": STRONG | {"loss": "hinge"},
    "wgan-gp": STRONG | {"loss": "wgan-gp"},
    "r1": NORMLESS | {"r1": 5.0},
    "dropout": NORMLESS | {"d_dropout": 0.3},
    "diffaugment": NORMLESS | {"diffaugment": "on"},
    "labels": NORMLESS | {"real_label": 0.9, "fake_label": 0.1},
    "two updates": STRONG | {"d_updates": 2, "batch_size": 7},
    "every second step": STRONG | {"d_every": 2},
    "blocks of draws": STRONG | {"batch_size": 70},  # more than one of `core.device_draws.BLOCK`
}
NEAR: dict[str, dict[str, Any]] = {"batch norm in D and G": {"batch_size": 64}}


def compare(world: Group) -> dict[str, dict[str, Any]]:
    """For each case what two processes and one made of the same steps."""
    torch.manual_seed(0)
    found = {}
    for name, change in (EXACT | NEAR).items():
        for parts in (1, 2) if name == "plain" else (1,):
            config = SMALL.replace(**change)
            title = name if parts == 1 else f"{name}, in {parts} parts"
            found[title] = _case(config, world, parts, held=name in EXACT)
    return found


def _case(config: Config, world: Group, parts: int, *, held: bool) -> dict[str, Any]:
    shared, numbers = _taught(config, world, parts, held)
    digests = world.answers(_digest(shared))
    alone, single = _taught(config, ALONE, parts, held)
    pairs = [(_of(shared, each), _of(alone, each)) for each in ("discriminator", "generator")]
    return {
        "same": len(set(digests)) == 1,
        "two": numbers.tolist(),
        "one": single.tolist(),
        "gradients apart": [((a - b).abs().max() / b.abs().max()).item() for a, b in pairs],
        "likeness": [torch.cosine_similarity(a, b, dim=0).item() for a, b in pairs],
        "average apart": (_average(shared) - _average(alone)).abs().max().item(),
    }


def _taught(config: Config, world: World, parts: int, held: bool) -> tuple[Trainee, Tensor]:
    """Two steps, the second of which is compared: small rates keep the first one's rounding from growing."""
    config = config.replace(d_lr=1e-6, g_lr=1e-6)
    trainee = Trainee(config, torch.device("cpu"), images=100)
    if held:
        trainee.generator.eval()
    pictures = np.random.default_rng(0).integers(0, 256, (150, 32, 32, 3), np.uint8)
    batches = Batches(pictures, config.batch_size, config.seed)
    engine = Engine(batches, torch.device("cpu"), "float32", world)
    for step in (1, 2):
        numbers = engine.step(trainee, step, parts)
        assert numbers is not None
    world.add_up([numbers])
    return trainee, numbers


def _of(trainee: Trainee, network: str) -> Tensor:
    return torch.cat([each.grad.flatten() for each in getattr(trainee, network).parameters()])


def _average(trainee: Trainee) -> Tensor:
    return torch.cat([each.flatten() for each in trainee.average.parameters()])


def _digest(trainee: Trainee) -> str:
    """Of all that a checkpoint holds, statistics and moments included."""
    return weights_digest(trainee.tensors())

"""Getting torch ready in a worker while the person looks at the window: the import alone takes seconds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.devices import Device


@dataclass(frozen=True, slots=True)
class Warm:
    devices: "list[Device]"  # best first
    default_preset: str


def warm_up() -> Warm:
    """Import torch, find the devices, and pay for the first step here instead of in the first training."""
    import torch

    from core.config import Config
    from core.devices import default_preset, devices
    from core.step import update
    from core.trainee import Trainee

    tiny = Config(size=32, g_features=4, d_features=4, latent_dim=8, batch_size=2)
    trainee = Trainee(tiny, torch.device("cpu"))
    update(trainee, torch.zeros(2, 3, 32, 32), torch.zeros(2, 8), 1)
    return Warm(devices(), default_preset())

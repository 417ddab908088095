"""What is being trained: both networks, the averaged generator and the optimisers."""

import torch
from torch import Tensor

from core import draws
from core.checkpoints import under
from core.config import Config
from core.errors import RunError
from core.models import build_discriminator, build_generator, initialise
from core.strength import diffaugments


class Trainee:
    """Both networks, the averaged generator and both optimisers: everything that a checkpoint holds."""

    def __init__(self, config: Config, device: torch.device, images: int | None = None) -> None:
        """images: how many pictures it learns from, by which `diffaugment` = "auto" decides."""
        self.config, self._images = config, images
        weights = torch.Generator().manual_seed(int(draws.stream(config.seed, "weights").integers(2**63)))
        self.generator = build_generator(config)
        self.discriminator = build_discriminator(config)
        self.average = build_generator(config).eval().requires_grad_(False)
        initialise(self.generator, weights)
        initialise(self.discriminator, weights)
        self.average.load_state_dict(self.generator.state_dict())
        for network in (self.generator, self.discriminator, self.average):
            # channels_last spares oneDNN and cuDNN a reordering of every layer's input
            network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.g_optimiser = _adam(self.generator, config.g_lr, config, device)
        self.d_optimiser = _adam(self.discriminator, config.d_lr, config, device)

    @property
    def diffaugments(self) -> bool:
        """Whether DiffAugment acts."""
        return diffaugments(self.config, self._images)

    def apply(self, config: Config) -> None:
        """Go on with changed live knobs: those of the optimisers act at once, the others at the next update.

        Knobs that decide what the networks are must be as they were.
        """
        self.config = config
        self.discriminator.dropout = config.d_dropout
        for optimiser, lr in ((self.g_optimiser, config.g_lr), (self.d_optimiser, config.d_lr)):
            for group in optimiser.param_groups:
                group["lr"] = lr

    def tensors(self) -> dict[str, Tensor]:
        """All state under the names that a checkpoint uses."""
        named: dict[str, Tensor] = {}
        for prefix, network in self._networks():
            named |= {f"{prefix}/{name}": tensor for name, tensor in network.state_dict().items()}
        for prefix, optimiser in self._optimisers():
            for index, state in optimiser.state_dict()["state"].items():
                named |= {f"{prefix}/{index}/{name}": tensor for name, tensor in state.items()}
        return named

    @torch.no_grad()
    def load(self, tensors: dict[str, Tensor]) -> None:
        """Take the state of a checkpoint. Raises RunError if it is not of these networks."""
        try:
            for prefix, network in self._networks():
                network.load_state_dict(under(tensors, prefix))
            for prefix, optimiser in self._optimisers():
                groups = optimiser.state_dict()[
                    "param_groups"
                ]  # rates and betas: the config's, not the file's
                parameters = optimiser.param_groups[0]["params"]
                state: dict[int, dict[str, Tensor]] = {}
                for key, tensor in under(tensors, prefix).items():
                    index, name = key.split("/")
                    # The fused Adam walks memory, not indices: moments must lie as their parameter lies.
                    like = parameters[int(index)] if tensor.dim() else tensor
                    tensor = torch.empty_like(like).copy_(tensor)
                    state.setdefault(int(index), {})[name] = tensor
                optimiser.load_state_dict({"state": state, "param_groups": groups})
        except (RuntimeError, ValueError, IndexError) as error:
            raise RunError("The checkpoint does not fit the run's networks. Start a new run.") from error

    def _networks(self) -> list[tuple[str, torch.nn.Module]]:
        return [("G", self.generator), ("D", self.discriminator), ("EMA", self.average)]

    def _optimisers(self) -> list[tuple[str, torch.optim.Adam]]:
        return [("optG", self.g_optimiser), ("optD", self.d_optimiser)]


def _adam(network: torch.nn.Module, lr: float, config: Config, device: torch.device) -> torch.optim.Adam:
    fused, capturable = device.type in ("cpu", "cuda"), device.type == "cuda"  # by `core.recording`
    return torch.optim.Adam(
        network.parameters(), lr, (config.beta1, config.beta2), fused=fused, capturable=capturable
    )

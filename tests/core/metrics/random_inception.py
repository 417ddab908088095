"""Random weights in Inception's shape; the published ones are not to be had for a test."""

import torch

from core.metrics import inception


def random_weights() -> dict[str, torch.Tensor]:
    random = torch.Generator().manual_seed(0)

    def some(name: str, like: torch.Tensor) -> torch.Tensor:
        if name.endswith("num_batches_tracked"):
            return torch.zeros((), dtype=torch.long)
        if like.dim() > 1:
            return torch.randn(like.shape, generator=random) * (2 / like[0].numel()) ** 0.5
        return torch.rand(like.shape, generator=random) + (0.5 if name.endswith(("weight", "var")) else -1.0)

    return {name: some(name, like) for name, like in inception._build().state_dict().items()}

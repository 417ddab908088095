"""A layer's weight over its largest singular value (spectral norm, Miyato et al. 2018, arXiv:1802.05957).

torch.nn.utils.parametrizations has it too, but draws its start from the global random numbers, turns its
power iteration at every forward pass (so that a batch in two parts is another batch), and takes the norm in
the training's precision.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize

FIRST_ITERATIONS = 15  # from random vectors; then one an update follows the weights, as in the paper


class SpectralNorm(nn.Module):
    """W -> W / sigma, for a convolution's weight seen as a matrix of (out, in * side * side)."""

    u: Tensor
    v: Tensor

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.register_buffer("u", F.normalize(torch.ones(weight.shape[0]), dim=0))
        self.register_buffer("v", F.normalize(torch.ones(weight[0].numel()), dim=0))

    def forward(self, weight: Tensor) -> Tensor:
        with torch.autocast(weight.device.type, enabled=False):
            sigma = torch.dot(self.u, torch.mv(_matrix(weight), self.v))
            return weight / sigma

    @torch.no_grad()
    def iterate(self, weight: Tensor, times: int = 1) -> None:
        """Bring u and v nearer to the largest singular vectors of the weight (the paper's algorithm 1)."""
        matrix = _matrix(weight)
        for _ in range(times):
            # In place, where a recorded step looks for them; no backward pass needs the old ones any more.
            self.v.copy_(F.normalize(torch.mv(matrix.T, self.u), dim=0))
            self.u.copy_(F.normalize(torch.mv(matrix, self.v), dim=0))


def normalise(layer: nn.Module) -> None:
    """Let a layer compute with its weight over its spectral norm from now on."""
    assert isinstance(layer.weight, Tensor)
    parametrize.register_parametrization(layer, "weight", SpectralNorm(layer.weight))


def own_weight(layer: nn.Module) -> Tensor:
    """The weight that is learned, whether the layer is normalised or not."""
    if parametrize.is_parametrized(layer, "weight"):
        assert isinstance(layer.parametrizations, nn.ModuleDict)
        weight = layer.parametrizations["weight"].original
    else:
        weight = layer.weight
    assert isinstance(weight, Tensor)
    return weight


def start(network: nn.Module, generator: torch.Generator) -> None:
    """Random first vectors, and enough iterations to follow the weights as they are now."""
    for norm, weight in _normalised(network):
        norm.u = F.normalize(torch.randn(weight.shape[0], generator=generator), dim=0).to(weight)
        norm.iterate(weight, FIRST_ITERATIONS)


def follow(network: nn.Module) -> None:
    """One iteration in every normalised layer; to be called once for each update of the weights."""
    for norm, weight in _normalised(network):
        norm.iterate(weight)


def _normalised(network: nn.Module) -> list[tuple[SpectralNorm, Tensor]]:
    return [
        (parametrization, own_weight(layer))
        for layer in network.modules()
        if parametrize.is_parametrized(layer, "weight")
        for parametrization in layer.parametrizations["weight"]  # type: ignore[index]
        if isinstance(parametrization, SpectralNorm)
    ]


def _matrix(weight: Tensor) -> Tensor:
    """(out, side * side * in): the order in which channels_last weights lie, so that nothing is copied."""
    return weight.permute(0, 2, 3, 1).flatten(1)

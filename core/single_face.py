"""One face at a time on the CPU, for sliders that are dragged: a third faster than the generator itself.

The batch norms are folded into the weights, and each transposed convolution is a product of matrices whose
columns are then added up in place. A library's convolution rearranges all 14 MB of weights for every call,
which many pictures share but one does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

if TYPE_CHECKING:
    from core.models import Generator


class SingleFace:
    """Draws what the generator draws, to within rounding (1e-6, so one level of a pixel now and then).

    It holds a copy of the weights.
    """

    def __init__(self, generator: Generator) -> None:
        self._latent_dim = generator.latent_dim
        layers = list(generator.layers)
        self._steps = [
            _folded(layer, layers[at + 1])
            for at, layer in enumerate(layers)
            if isinstance(layer, nn.ConvTranspose2d)
        ]

    def decode(self, z: NDArray[np.float32]) -> NDArray[np.uint8]:
        """z: (1, latent_dim) -> (1, size, size, 3) uint8, as `latent.decode`."""
        with torch.inference_mode():
            weights, shift = self._steps[0]
            column = torch.from_numpy(np.ascontiguousarray(z, np.float32)).T
            picture = torch.mm(weights, column).view(1, -1, 4, 4).add_(shift)
            for weights, shift in self._steps[1:]:
                picture = _upsample(picture.relu_(), weights).add_(shift)
            levels = picture.tanh_().add_(1).mul_(127.5).round_().clamp_(0, 255).to(torch.uint8)
            return levels.expand(1, 3, -1, -1).permute(0, 2, 3, 1).contiguous().numpy()


def _folded(convolution: nn.ConvTranspose2d, norm: nn.Module) -> tuple[Tensor, Tensor]:
    """Weights (channels out * 16, channels in) and what is added to each channel, (channels out, 1, 1)."""
    weight = convolution.weight.detach().float()
    shift = torch.zeros(weight.shape[1]) if convolution.bias is None else convolution.bias.detach().float()
    if isinstance(norm, nn.BatchNorm2d):
        assert norm.running_mean is not None
        assert norm.running_var is not None
        scale = norm.weight.detach() / (norm.running_var + norm.eps).sqrt()
        weight = weight * scale[None, :, None, None]
        shift = (shift - norm.running_mean) * scale + norm.bias.detach()
    return weight.flatten(1).T.contiguous(), shift[:, None, None].clone()


def _upsample(picture: Tensor, weights: Tensor) -> Tensor:
    """The transposed convolution of 4 x 4, stride 2 and padding 1: (1, c, s, s) -> (1, c', 2 s, 2 s)."""
    channels, side = picture.shape[1], picture.shape[2]
    columns = torch.mm(weights, picture.view(channels, side * side))
    return F.fold(columns[None], (2 * side, 2 * side), kernel_size=4, stride=2, padding=1)

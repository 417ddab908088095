"""One face at a time on the CPU, for sliders that are dragged: on one core as soon as otherwise on two.

The batch norms are folded into the weights, and each transposed convolution is one product of matrices whose
columns are then added up in place. A library's convolution rearranges all 14 MB of weights for every call,
which many pictures share but one does not. NumPy, because its product of a few rows with a large matrix is
faster than torch's, and needs no team of threads, which would wait for cores that the window itself is using.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import nn

    from core.models import Generator

Floats = NDArray[np.float32]
TAPS = [(y, x) for y in range(4) for x in range(4)]  # of a 4 x 4 kernel


class SingleFace:
    """Draws what the generator draws, to within rounding (1e-6, so one level of a pixel now and then).

    It holds a copy of the weights.
    """

    def __init__(self, generator: Generator) -> None:
        from torch import nn

        layers = list(generator.layers)
        steps = [
            _folded(layer, layers[at + 1])
            for at, layer in enumerate(layers)
            if isinstance(layer, nn.ConvTranspose2d)
        ]
        weight, shift = steps[0]
        # (latent_dim, 4 * 4 * channels)
        self._first = weight.transpose(0, 2, 3, 1).reshape(len(weight), -1).copy(), np.tile(shift, 16)
        # (channels in, 4 * 4 * channels out): with the channels last, whole rows of them are added up
        self._middle = [
            (weight.transpose(0, 2, 3, 1).reshape(len(weight), -1).copy(), shift)
            for weight, shift in steps[1:-1]
        ]
        # (channels out * 4 * 4, channels in): of the last layer's three channels the rows would be too short
        weight, shift = steps[-1]
        self._last = weight.reshape(len(weight), -1).T.copy(), shift[:, None, None]

    def decode(self, z: Floats) -> NDArray[np.uint8]:
        """z: (1, latent_dim) -> (1, size, size, 3) uint8, as `latent.decode`."""
        with _openblas().limit(limits=1):
            weight, shift = self._first
            rows = (z.astype(np.float32, copy=False) @ weight + shift).reshape(4, 4, -1)
            for weight, shift in self._middle:
                rows = _upsample(np.maximum(rows, 0, out=rows), weight, shift)
            picture = _paint(np.maximum(rows, 0, out=rows), *self._last)
        np.tanh(picture, out=picture)
        picture += 1
        picture *= 127.5
        levels = np.rint(picture, out=picture).astype(np.uint8).transpose(1, 2, 0)
        return np.ascontiguousarray(np.broadcast_to(levels, (*levels.shape[:2], 3)))[None]


def _upsample(rows: Floats, weight: Floats, shift: Floats) -> Floats:
    """The transposed convolution of 4 x 4, stride 2 and padding 1: (s, s, c) -> (2 s, 2 s, c')."""
    side = len(rows)
    columns = (rows.reshape(side * side, -1) @ weight).reshape(side, side, 4, 4, -1)
    total = np.zeros((2 * side + 2, 2 * side + 2, len(shift)), np.float32)
    for y, x in TAPS:
        total[y : y + 2 * side : 2, x : x + 2 * side : 2] += columns[:, :, y, x]
    result: Floats = total[1:-1, 1:-1] + shift
    return result


def _paint(rows: Floats, weight: Floats, shift: Floats) -> Floats:
    """The same with the channels first in the result: (s, s, c) -> (c', 2 s, 2 s)."""
    side = len(rows)
    columns = (weight @ rows.reshape(side * side, -1).T).reshape(-1, 4, 4, side, side)
    total = np.zeros((len(shift), 2 * side + 2, 2 * side + 2), np.float32)
    for y, x in TAPS:
        total[:, y : y + 2 * side : 2, x : x + 2 * side : 2] += columns[:, y, x]
    result: Floats = total[:, 1:-1, 1:-1] + shift
    return result


def _folded(convolution: nn.ConvTranspose2d, norm: nn.Module) -> tuple[Floats, Floats]:
    """Weights (channels in, channels out, 4, 4) and what is added to each channel, (channels out,)."""
    import torch
    from torch import nn

    weight = convolution.weight.detach().float().cpu()
    shift = (
        torch.zeros(weight.shape[1]) if convolution.bias is None else convolution.bias.detach().float().cpu()
    )
    if isinstance(norm, nn.BatchNorm2d):
        assert norm.running_mean is not None
        assert norm.running_var is not None
        scale = (norm.weight.detach() / (norm.running_var + norm.eps).sqrt()).float().cpu()
        weight = weight * scale[None, :, None, None]
        shift = (shift - norm.running_mean.cpu()) * scale + norm.bias.detach().cpu()
    return weight.contiguous().numpy(), shift.numpy()


@cache
def _openblas() -> Any:
    """NumPy's own product of matrices where it is OpenBLAS, to hold it to one core meanwhile."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(internal_api="openblas")

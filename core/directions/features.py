"""What a discriminator sees in pictures: features to classify by (Radford et al. 2016, section 5.1)."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn

from core import checkpoints
from core.errors import RunError
from core.models import Discriminator, build_discriminator

_GRID = 4
_BATCH = 64


def load_discriminator(path: Path) -> Discriminator:
    """The discriminator of a checkpoint, float32 on the CPU, for evaluation. Raises RunError."""
    checkpoint = checkpoints.load(path)
    discriminator = build_discriminator(checkpoint.config)
    try:
        discriminator.load_state_dict(checkpoints.under(checkpoint.tensors, "D"))
    except RuntimeError as error:
        raise RunError(f"{path.name} does not hold the discriminator that it describes.") from error
    return discriminator.eval().requires_grad_(False)


def features(
    discriminator: Discriminator, pictures: NDArray[np.uint8], told: Callable[[int], None] | None = None
) -> NDArray[np.float32]:
    """Every layer's activations but the last one's, each max-pooled to a 4 x 4 grid, in one row a picture.

    pictures: (n, size, size, channels) uint8 -> (n, 16 * channels of all layers) float32, 15,360 numbers for
    64 px and 64 features. `told` hears how many pictures are done after each 64, and may raise to stop.
    """
    rows = []
    for first in range(0, len(pictures), _BATCH):
        some = np.array(pictures[first : first + _BATCH])  # a cache cannot be written, which torch minds
        with torch.inference_mode():
            seen = torch.from_numpy(some).permute(0, 3, 1, 2).float() / 127.5 - 1
            grids = []
            for layer in list(discriminator.layers)[:-1]:
                seen = layer(seen)
                if isinstance(layer, nn.LeakyReLU):
                    grids.append(F.adaptive_max_pool2d(seen, _GRID).flatten(1))
            rows.append(torch.cat(grids, 1).numpy())
        if told:
            told(first + len(some))
    return np.concatenate(rows)

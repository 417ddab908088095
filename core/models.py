"""The DCGAN of Radford et al. 2016 (arXiv:1511.06434) as the PyTorch tutorial builds it, at more sizes.

At 64 px, 64 features and a latent size of 100 the generator has 3,576,704 parameters and the discriminator
2,765,568. Every doubling of the picture adds one layer at the 4x4 end with twice the channels, up to 16 times
the base width.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from core.config import Config
from core.device_draws import DeviceDraws
from core.spectral_norm import normalise, own_weight, start

WIDEST = (
    16  # channels never exceed this multiple of the base width; 256 px would reach 32 and 44 M parameters
)


def widths(size: int, features: int) -> list[int]:
    """Channels at 4x4, 8x8, ... size/2 x size/2: [512, 256, 128, 64] for 64 px and 64 features."""
    doublings = size.bit_length() - 4
    return [features * min(2**power, WIDEST) for power in range(doublings, -1, -1)]


@dataclass(frozen=True, slots=True)
class GeneratorShape:
    """What a generator's weights must look like."""

    latent_dim: int
    widths: tuple[int, ...]  # channels at 4x4, 8x8, ... size/2 x size/2
    channels: int  # of the pictures: 3 or 1
    biases: tuple[bool, ...]  # whether each transposed convolution, from the first to the last, has one
    extra: int = 0  # 3x3 convolutions, each with batch norm and ReLU, after every width

    @property
    def size(self) -> int:
        """The pictures' side in px: every width after the first doubles 4x4, and so does the last layer."""
        return int(2 ** (len(self.widths) + 2))


class Generator(nn.Module):
    """z (n, latent_dim) -> pictures (n, channels, size, size) in [-1, 1]."""

    def __init__(self, shape: GeneratorShape) -> None:
        super().__init__()
        self.shape = shape
        self.size, self.channels, self.latent_dim = shape.size, shape.channels, shape.latent_dim
        wide, (first, *others, last) = shape.widths, shape.biases
        layers: list[nn.Module] = [
            nn.ConvTranspose2d(shape.latent_dim, wide[0], 4, 1, 0, bias=first),
            *_refined(wide[0], shape.extra),
        ]
        for (before, after), bias in zip(pairwise(wide), others, strict=True):
            layers += [
                nn.ConvTranspose2d(before, after, 4, 2, 1, bias=bias),
                *_refined(after, shape.extra),
            ]
        layers += [nn.ConvTranspose2d(wide[-1], shape.channels, 4, 2, 1, bias=last), nn.Tanh()]
        self.layers = nn.Sequential(*layers)

    def forward(self, z: Tensor) -> Tensor:
        pictures: Tensor = self.layers(z[:, :, None, None])
        return pictures


def _refined(channels: int, extra: int) -> list[nn.Module]:
    """What follows a transposed convolution: batch norm, ReLU, and 3x3 convolutions with theirs."""
    layers: list[nn.Module] = [nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]
    for _ in range(extra):
        layers += [
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
        ]
    return layers


class Discriminator(nn.Module):
    """Pictures (n, channels, size, size) -> scores (n,); the sigmoid of the tutorial belongs to the loss."""

    def __init__(
        self,
        size: int,
        channels: int,
        features: int,
        *,
        batch_norm: bool = True,
        spectral_norm: bool = False,
        dropout: float = 0.0,
    ) -> None:
        """Without batch norm every convolution has a bias, which batch norm's shift made needless."""
        super().__init__()
        self.dropout = dropout
        wide = widths(size, features)[::-1]
        bias = not batch_norm
        layers: list[nn.Module] = [
            nn.Conv2d(channels, wide[0], 4, 2, 1, bias=bias),
            nn.LeakyReLU(0.2, inplace=True),
        ]
        for before, after in pairwise(wide):
            layers.append(nn.Conv2d(before, after, 4, 2, 1, bias=bias))
            if batch_norm:
                layers.append(nn.BatchNorm2d(after))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
        layers.append(nn.Conv2d(wide[-1], 1, 4, 1, 0, bias=bias))
        if spectral_norm:
            for layer in layers:
                if isinstance(layer, nn.Conv2d):
                    normalise(layer)
        self.layers = nn.Sequential(*layers)

    def forward(self, pictures: Tensor, draws: DeviceDraws | None = None) -> Tensor:
        """Dropout follows every activation if its draws are given, that is, while training."""
        if draws is None or not self.dropout:
            scores: Tensor = self.layers(pictures)
            return scores.flatten()
        seen, keep = pictures, 1 - self.dropout
        for index, layer in enumerate(self.layers):
            seen = layer(seen)
            if isinstance(layer, nn.LeakyReLU):
                kept = draws.kept(f"dropout {index}", seen.shape[1:], keep)
                seen = seen * kept.to(seen.dtype).div_(keep)
        return seen.flatten()


def build_generator(config: Config) -> Generator:
    return Generator(generator_shape(config))


def generator_shape(config: Config) -> GeneratorShape:
    wide = tuple(widths(config.size, config.g_features))
    biases = (config.g_biases,) * (len(wide) + 1)
    return GeneratorShape(config.latent_dim, wide, config.channels, biases, config.g_extra)


def build_discriminator(config: Config) -> Discriminator:
    return Discriminator(
        config.size,
        config.channels,
        config.d_features,
        batch_norm=config.d_batch_norm,
        spectral_norm=config.d_spectral_norm,
        dropout=config.d_dropout,
    )


@torch.no_grad()
def initialise(network: nn.Module, generator: torch.Generator) -> None:
    """Weights normal(0, .02), batch norm scales normal(1, .02), biases 0 (Radford et al. 2016)."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(own_weight(layer), 0.0, 0.02, generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02, generator=generator)
            nn.init.zeros_(layer.bias)
    start(network, generator)


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """average <- decay * average + (1 - decay) * network, batch norm statistics included.

    Early on the decay is held to (1 + step) / (10 + step), so that the first faces are not the initial noise.
    """
    decay = min(decay, (1 + step) / (10 + step))
    pairs = list(zip(average.state_dict().values(), network.state_dict().values(), strict=True))
    floats = [pair for pair in pairs if pair[0].is_floating_point()]
    torch._foreach_lerp_([mean for mean, _ in floats], [value for _, value in floats], 1 - decay)
    for mean, value in pairs:
        if not mean.is_floating_point():
            mean.copy_(value)


def weights_digest(weights: Mapping[str, Tensor]) -> str:
    """16 hex digits that name these weights, whatever file they lie in: a generator's state_dict().

    Batch norm's count of batches is left out, since it changes no picture.
    """
    total = hashlib.sha256()
    for name in sorted(weights):
        if not name.endswith("num_batches_tracked"):
            values = weights[name].detach().cpu().float().contiguous().numpy()
            total.update(f"{name} {values.shape} ".encode())
            total.update(values.astype("<f4", copy=False).tobytes())
    return total.hexdigest()[:16]

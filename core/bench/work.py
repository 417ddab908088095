"""The arithmetic that a step cannot do without, from the layers alone, whoever computes it."""

from torch import nn

from core.config import Config
from core.models import build_discriminator, build_generator


def flop_per_picture(config: Config) -> float:
    """Floating-point operations of one step of both networks, for each picture of its batch.

    A convolution's pass forward, its weights' gradients and its input's gradients take the same work. D's
    update needs G forward once, and D forward and both gradients for real and fake, without those of the
    pictures; G's update needs D forward, the gradients of D's inputs alone, and both of G's. 2.3e9 for the
    tutorial's networks at 64 px.
    """
    d, g = _products(build_discriminator(config), config.size), _products(build_generator(config), 1)
    first_d, first_g = d[0], g[0]
    d_update = sum(g) + 2 * (3 * sum(d) - first_d)
    g_update = 2 * sum(d) + 2 * sum(g) - first_g
    return 2.0 * (d_update + g_update)


def _products(network: nn.Module, side: int) -> list[int]:
    """Multiplications of every layer forward, for one picture; `side` is that of the first layer's input."""
    found = []
    for layer in network.modules():
        if isinstance(layer, nn.ConvTranspose2d):
            found.append(layer.weight.numel() * side * side)
            side = (side - 1) * layer.stride[0] - 2 * int(layer.padding[0]) + layer.kernel_size[0]
        elif isinstance(layer, nn.Conv2d):
            side = (side + 2 * int(layer.padding[0]) - layer.kernel_size[0]) // layer.stride[0] + 1
            found.append(layer.weight.numel() * side * side)
    return found

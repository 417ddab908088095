"""What happens to pictures on their way to the discriminator, in batches and on the device.

Pictures are (n, c, s, s) in [-1, 1], so 0 is mid-grey. All of it is differentiable, since the generator
learns through it.
"""

import torch
from torch import Tensor

from core.config import Config
from core.device_draws import DeviceDraws


def vary(pictures: Tensor, config: Config, draws: DeviceDraws) -> Tensor:
    """Real pictures mirrored and with other brightness and contrast, as the config says."""
    if config.flip:
        pictures = mirror(pictures, draws)
    if config.jitter:
        pictures = jitter(pictures, config.jitter, draws)
    return pictures


def mirror(pictures: Tensor, draws: DeviceDraws) -> Tensor:
    """About half of the pictures, left and right swapped."""
    swapped = draws.uniform("flip", 1) < 0.5
    return torch.where(swapped[:, :, None, None], pictures.flip(3), pictures)


def jitter(pictures: Tensor, share: float, draws: DeviceDraws) -> Tensor:
    """Brightness, then contrast, times 1 - share .. 1 + share, held to what pixels can show.

    As torchvision's ColorJitter, whose contrast is about the picture's mean grey; here the mean of all its
    numbers.
    """
    bright, contrast = (1 + share * (2 * draws.uniform("jitter", 2) - 1))[:, :, None, None, None].unbind(1)
    shown = ((pictures + 1) / 2 * bright).clamp(0, 1)
    mean = shown.mean((1, 2, 3), keepdim=True)
    return ((shown - mean) * contrast + mean).clamp(0, 1) * 2 - 1


def diffaugment(pictures: Tensor, config: Config, draws: DeviceDraws) -> Tensor:
    """What real and generated pictures alike go through (DiffAugment, Zhao et al. 2020, arXiv:2006.10738)."""
    if config.augment_color:
        pictures = recolour(pictures, draws)
    if config.augment_translation:
        pictures = translate(pictures, draws)
    if config.augment_cutout:
        pictures = cut_out(pictures, draws)
    return pictures


def recolour(pictures: Tensor, draws: DeviceDraws) -> Tensor:
    """Each picture's brightness plus -.5 .. .5, its saturation times 0 .. 2, its contrast times .5 .. 1.5."""
    bright, vivid, contrast = draws.uniform("colour", 3)[:, :, None, None, None].unbind(1)
    pictures = pictures + (bright - 0.5)
    grey = pictures.mean(1, keepdim=True)
    pictures = (pictures - grey) * (2 * vivid) + grey
    mean = pictures.mean((1, 2, 3), keepdim=True)
    return (pictures - mean) * (0.5 + contrast) + mean


def translate(pictures: Tensor, draws: DeviceDraws) -> Tensor:
    """Shifted by whole pixels, at most an eighth of the side each way; what comes in is mid-grey."""
    size = pictures.shape[-1]
    reach = round(size / 8)
    places = torch.arange(size, device=pictures.device)
    shifts = (draws.uniform("translation", 2) * (2 * reach + 1)).floor().long() - reach
    down, across = (places - shifts[:, :, None]).unbind(1)  # (n, size): where each line comes from
    for axis, sources in ((2, down), (3, across)):
        inside = (sources >= 0) & (sources < size)
        shape = (-1, 1, size, 1) if axis == 2 else (-1, 1, 1, size)
        index = sources.clamp(0, size - 1).view(shape).expand_as(pictures)
        pictures = pictures.gather(axis, index) * inside.view(shape)
    return pictures


def cut_out(pictures: Tensor, draws: DeviceDraws) -> Tensor:
    """A square of half the side becomes mid-grey; its centre is anywhere, so it may reach over the border."""
    size = pictures.shape[-1]
    side = round(size / 2)
    places = torch.arange(size, device=pictures.device)
    corners = (draws.uniform("cutout", 2) * (size + 1 - side % 2)).floor()[:, :, None] - side // 2
    down, across = ((places >= corners) & (places < corners + side)).unbind(1)
    covered = down[:, None, :, None] & across[:, None, None, :]
    return pictures.masked_fill(covered, 0)

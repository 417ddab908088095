"""Generators as tutorials write them: modules of their own, with no code of this program."""

import torch
from torch import Tensor, nn


def row(
    latent: int, widths: list[int], channels: int, biases: list[bool], *, affine: bool = True
) -> nn.Sequential:
    layers: list[nn.Module] = []
    before = latent
    for index, wide in enumerate(widths):
        step = (4, 1, 0) if index == 0 else (4, 2, 1)
        layers += [
            nn.ConvTranspose2d(before, wide, *step, bias=biases[index]),
            nn.BatchNorm2d(wide, affine=affine),
            nn.ReLU(True),
        ]
        before = wide
    return nn.Sequential(*layers, nn.ConvTranspose2d(before, channels, 4, 2, 1, bias=biases[-1]), nn.Tanh())


class MainGenerator(nn.Module):
    """Keys main.0.weight..., as in pytorch/examples."""

    def __init__(
        self,
        latent: int = 20,
        widths: tuple[int, ...] = (32, 16, 8, 8),
        channels: int = 3,
        biases: tuple[bool, ...] | None = None,
        affine: bool = True,
        attribute: str = "main",
    ) -> None:
        super().__init__()
        self.attribute, self.latent = attribute, latent
        wanted = list(biases or (False,) * (len(widths) + 1))
        setattr(self, attribute, row(latent, list(widths), channels, wanted, affine=affine))

    def forward(self, z: Tensor) -> Tensor:
        pictures: Tensor = getattr(self, self.attribute)(z)
        return pictures


class NamedGenerator(nn.Module):
    """Keys first.weight, norm1.weight...: every layer an attribute, the norms after the convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.ConvTranspose2d(12, 16, 4, 1, 0)
        self.up1 = nn.ConvTranspose2d(16, 8, 4, 2, 1)
        self.last = nn.ConvTranspose2d(8, 1, 4, 2, 1)
        self.norm1, self.norm2 = nn.BatchNorm2d(16), nn.BatchNorm2d(8)
        self.latent = 12

    def forward(self, z: Tensor) -> Tensor:
        hidden = torch.relu(self.norm1(self.first(z)))
        return torch.tanh(self.last(torch.relu(self.norm2(self.up1(hidden)))))


class Discriminator(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(3, 8, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2),
            nn.Conv2d(8, 16, 4, 2, 1, bias=False),
            nn.BatchNorm2d(16),
            nn.LeakyReLU(0.2),
            nn.Conv2d(16, 32, 4, 2, 1, bias=False),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(0.2),
            nn.Conv2d(32, 1, 4, 1, 0, bias=False),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.main(pictures)
        return logits.flatten()


def train(generator: nn.Module, steps: int = 3, seed: int = 0) -> torch.optim.Optimizer:
    """A few real steps, so that weights, running statistics and optimiser state are none of the defaults.

    The weights begin larger than DCGAN's, so that such small networks draw more than grey.
    """
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, each in generator.named_parameters():
            each.normal_(0.5 if each.ndim == 1 and "weight" in name else 0.0, 0.3)
    optimiser = torch.optim.Adam(generator.parameters(), lr=0.002)
    for _ in range(steps):
        pictures = generator(torch.randn(8, generator.latent, 1, 1))
        target = torch.linspace(-1, 1, pictures.shape[-1]).expand_as(pictures)
        optimiser.zero_grad()
        (pictures - target).square().mean().backward()
        optimiser.step()
    return optimiser

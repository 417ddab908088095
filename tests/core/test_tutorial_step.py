"""One step of ours against one step written as the PyTorch DCGAN tutorial writes it."""

import pytest
import torch
from torch import Tensor, nn

from core.config import Config
from core.step import update
from core.trainee import Trainee

NZ, NGF, NDF, NC = 100, 64, 64, 3


def tutorial_generator() -> nn.Sequential:
    return nn.Sequential(
        nn.ConvTranspose2d(NZ, NGF * 8, 4, 1, 0, bias=False), nn.BatchNorm2d(NGF * 8), nn.ReLU(True),
        nn.ConvTranspose2d(NGF * 8, NGF * 4, 4, 2, 1, bias=False), nn.BatchNorm2d(NGF * 4), nn.ReLU(True),
        nn.ConvTranspose2d(NGF * 4, NGF * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(NGF * 2), nn.ReLU(True),
        nn.ConvTranspose2d(NGF * 2, NGF, 4, 2, 1, bias=False), nn.BatchNorm2d(NGF), nn.ReLU(True),
        nn.ConvTranspose2d(NGF, NC, 4, 2, 1, bias=False), nn.Tanh(),
    )  # fmt: skip


def tutorial_discriminator() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(NC, NDF, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True),
        nn.Conv2d(NDF, NDF * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(NDF * 2), nn.LeakyReLU(0.2, True),
        nn.Conv2d(NDF * 2, NDF * 4, 4, 2, 1, bias=False), nn.BatchNorm2d(NDF * 4), nn.LeakyReLU(0.2, True),
        nn.Conv2d(NDF * 4, NDF * 8, 4, 2, 1, bias=False), nn.BatchNorm2d(NDF * 8), nn.LeakyReLU(0.2, True),
        nn.Conv2d(NDF * 8, 1, 4, 1, 0, bias=False), nn.Sigmoid(),
    )  # fmt: skip


def tutorial_step(net_g: nn.Module, net_d: nn.Module, real: Tensor, noise: Tensor) -> list[float]:
    criterion = nn.BCELoss()
    optimizer_d = torch.optim.Adam(net_d.parameters(), lr=2e-4, betas=(0.5, 0.999))
    optimizer_g = torch.optim.Adam(net_g.parameters(), lr=2e-4, betas=(0.5, 0.999))
    net_d.zero_grad()
    label = torch.full((len(real),), 1.0, dtype=real.dtype)
    output = net_d(real).view(-1)
    err_d_real = criterion(output, label)
    err_d_real.backward()
    d_x = output.mean().item()
    fake = net_g(noise[:, :, None, None])
    label.fill_(0.0)
    output = net_d(fake.detach()).view(-1)
    err_d_fake = criterion(output, label)
    err_d_fake.backward()
    d_g_z1 = output.mean().item()
    optimizer_d.step()
    net_g.zero_grad()
    label.fill_(1.0)
    output = net_d(fake).view(-1)
    err_g = criterion(output, label)
    err_g.backward()
    optimizer_g.step()
    return [(err_d_real + err_d_fake).item(), err_g.item(), d_x, d_g_z1, output.mean().item()]


def step_both(
    seed: int, dtype: torch.dtype, layout: torch.memory_format, printed: float
) -> list[tuple[str, Tensor]]:
    """One step of each program from the same weights, pictures and z: how far apart each tensor ends.

    The numbers that the tutorial prints have to agree within `printed`, relative to each.
    """
    trainee = Trainee(Config(seed=seed), torch.device("cpu"))
    net_g, net_d = tutorial_generator().to(dtype), tutorial_discriminator().to(dtype)
    pairs = ((trainee.generator, net_g), (trainee.discriminator, net_d))
    for ours, theirs in pairs:
        theirs.load_state_dict(dict(zip(theirs.state_dict(), ours.state_dict().values(), strict=True)))
        ours.to(dtype=dtype, memory_format=layout)
    random = torch.Generator().manual_seed(seed)
    real = (torch.rand(16, NC, 64, 64, generator=random) * 2 - 1).to(dtype)
    noise = torch.randn(16, NZ, generator=random).to(dtype)

    numbers = update(trainee, real, noise, 1).tolist()
    expected = tutorial_step(net_g, net_d, real, noise)

    assert numbers[: len(expected)] == pytest.approx(expected, rel=printed, abs=1e-5)
    return [
        (name, (mine - literal).abs())
        for ours, theirs in pairs
        for mine, (name, literal) in zip(ours.state_dict().values(), theirs.state_dict().items(), strict=True)
    ]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_step_is_the_tutorials(seed: int) -> None:
    """In float64 nothing hides a difference: every weight and statistic agrees far within 1e-5."""
    for name, difference in step_both(seed, torch.float64, torch.channels_last, 1e-6):
        assert difference.max() < 1e-8, name


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("layout", "share", "printed"),
    [(torch.contiguous_format, 1e-4, 1e-5), (torch.channels_last, 3e-2, 1e-3)],
    ids=["nchw", "nhwc"],
)
def test_in_float32_weights_agree_but_for_signs_of_nothing(
    seed: int, layout: torch.memory_format, share: float, printed: float
) -> None:
    """Within 1e-5, but for weights whose gradient is zero up to rounding.

    Adam's first step is lr * g / (|g| + eps): the sign of g alone. Where rounding decides that sign, two
    correct programs end up to 2 lr apart; another layout sums in another order, so there are more of those.
    """
    differences = torch.cat(
        [difference.flatten().double() for _, difference in step_both(seed, torch.float32, layout, printed)]
    )
    assert differences.max() <= 4.1e-4
    assert (differences > 1e-5).double().mean() <= share

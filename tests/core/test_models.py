import pytest
import torch
from torch import nn

from core.config import Config
from core.models import build_discriminator, build_generator, initialise, update_average


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_tutorials_parameter_counts() -> None:
    assert count(build_generator(Config())) == 3_576_704
    assert count(build_discriminator(Config())) == 2_765_568


@pytest.mark.parametrize("size", [32, 64, 128, 256])
@pytest.mark.parametrize("color", ["rgb", "grey"])
def test_every_size_and_colour(size: int, color: str) -> None:
    config = Config(size=size, color=color, latent_dim=7, g_features=4, d_features=6)
    pictures = build_generator(config)(torch.randn(2, 7))
    assert pictures.shape == (2, config.channels, size, size)
    assert pictures.abs().max() <= 1
    assert build_discriminator(config)(pictures).shape == (2,)


def test_initialisation_follows_the_paper() -> None:
    network = build_generator(Config())
    initialise(network, torch.Generator().manual_seed(0))
    for layer in network.modules():
        if isinstance(layer, nn.ConvTranspose2d):
            assert abs(layer.weight.std().item() - 0.02) < 0.002
        elif isinstance(layer, nn.BatchNorm2d):
            assert abs(layer.weight.mean().item() - 1) < 0.02
            assert not layer.bias.any()


def test_the_average_follows_weights_and_statistics() -> None:
    config = Config(size=32, g_features=4)
    network, average = build_generator(config), build_generator(config)
    before = average.layers[0].weight.clone()
    network(torch.randn(8, 100))
    update_average(average, network, 0.9, step=10_000)
    expected = 0.9 * before + 0.1 * network.layers[0].weight
    assert torch.allclose(average.layers[0].weight, expected, atol=1e-7)
    assert torch.allclose(average.layers[1].running_mean, 0.1 * network.layers[1].running_mean, atol=1e-7)
    update_average(average, network, 0.0, step=10_000)
    for mean, value in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        assert torch.allclose(mean, value)

import pytest
import torch
from torch import nn

from core.config import Config
from core.device_draws import DeviceDraws
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


def test_extra_convolutions_keep_the_size_and_stand_behind_every_width() -> None:
    plain, refined = (build_generator(Config(size=32, g_features=4, g_extra=extra)) for extra in (0, 1))
    assert refined(torch.randn(2, 100)).shape == plain(torch.randn(2, 100)).shape == (2, 3, 32, 32)
    wide = [16, 8, 4]
    assert count(refined) - count(plain) == sum(9 * each * each + 2 * each for each in wide)
    kinds = [type(layer) for layer in refined.layers]
    assert kinds[:6] == [nn.ConvTranspose2d, nn.BatchNorm2d, nn.ReLU, nn.Conv2d, nn.BatchNorm2d, nn.ReLU]
    assert kinds[-2:] == [nn.ConvTranspose2d, nn.Tanh]


def test_biases_are_the_generators_and_begin_at_nothing() -> None:
    torch.manual_seed(0)
    network = build_generator(Config(size=32, g_features=4, g_biases=True))
    initialise(network, torch.Generator().manual_seed(0))
    biases = [layer.bias for layer in network.layers if isinstance(layer, nn.ConvTranspose2d)]
    assert len(biases) == 4
    assert not any(bias.any() for bias in biases)


def test_a_discriminator_without_batch_norm_judges_each_picture_by_itself() -> None:
    pictures = torch.randn(6, 3, 32, 32)
    for batch_norm in (True, False):
        network = build_discriminator(Config(size=32, d_features=4, d_batch_norm=batch_norm)).train()
        initialise(network, torch.Generator().manual_seed(0))
        alone, together = network(pictures[:2]), network(pictures)[:2]
        assert torch.allclose(alone, together, atol=1e-6) is not batch_norm
        assert any(isinstance(layer, nn.BatchNorm2d) for layer in network.modules()) is batch_norm
        assert (network.layers[0].bias is None) is batch_norm


def test_dropout_leaves_out_its_share_only_where_draws_are_given() -> None:
    network = build_discriminator(Config(size=32, d_features=16, d_dropout=0.5))
    plain = build_discriminator(Config(size=32, d_features=16))
    plain.load_state_dict(network.state_dict())
    pictures = torch.rand(8, 3, 32, 32)
    draws = DeviceDraws(0, "real 0", 1, 0, 8, 8, torch.device("cpu"))
    assert torch.equal(network(pictures), plain(pictures))
    assert torch.equal(network(pictures, draws), network(pictures, draws))
    assert not torch.equal(network(pictures, draws), plain(pictures))
    assert torch.equal(plain(pictures, draws), plain(pictures))
    seen: list[torch.Tensor] = []
    network.layers[2].register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0].detach()))
    network(pictures, draws)
    network(pictures)
    dropped, whole = seen
    kept = dropped != 0
    assert 0.45 < kept.float().mean() < 0.55
    assert torch.allclose(dropped[kept], 2 * whole[kept])

from copy import deepcopy

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from core.config import Config
from core.models import build_discriminator, initialise
from core.spectral_norm import follow, normalise, own_weight, start

NORMALISED = Config(size=32, d_features=8, d_spectral_norm=True, d_batch_norm=False)


def _layer() -> nn.Conv2d:
    torch.manual_seed(0)
    layer = nn.Conv2d(6, 10, 4, 2, 1)
    normalise(layer)
    start(layer, torch.Generator().manual_seed(1))
    return layer


def _sigmas(network: nn.Module) -> list[float]:
    return [
        torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item()
        for layer in network.modules()
        if isinstance(layer, nn.Conv2d)
    ]


def test_the_largest_singular_value_becomes_one() -> None:
    layer = _layer()
    for _ in range(50):
        follow(layer)
    exact = torch.linalg.matrix_norm(own_weight(layer).flatten(1), 2)
    assert torch.allclose(layer.weight, own_weight(layer) / exact, rtol=1e-4)


def test_weight_and_gradient_are_those_of_torchs_own() -> None:
    ours = _layer()
    theirs = nn.Conv2d(6, 10, 4, 2, 1)
    theirs.load_state_dict({"weight": own_weight(ours).detach(), "bias": ours.bias.detach()})
    parametrizations.spectral_norm(theirs, n_power_iterations=200)
    pictures = torch.randn(3, 6, 8, 8)
    for _ in range(200):
        follow(ours)
    for layer in (ours, theirs):
        layer(pictures).square().mean().backward()
    assert torch.allclose(ours.weight, theirs.weight, atol=1e-5)
    original = theirs.parametrizations.weight.original
    assert torch.allclose(own_weight(ours).grad, original.grad, atol=1e-5)


def test_one_iteration_an_update_follows_the_weights() -> None:
    network = build_discriminator(NORMALISED)
    initialise(network, torch.Generator().manual_seed(0))
    assert all(0.9 < sigma < 1.1 for sigma in _sigmas(network))
    with torch.no_grad():
        for layer in network.layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.normal_(own_weight(layer), generator=torch.Generator().manual_seed(1))
    assert not any(0.9 < sigma < 1.1 for sigma in _sigmas(network)), "not followed yet"
    for _ in range(20):
        follow(network)
    assert all(0.9 < sigma < 1.1 for sigma in _sigmas(network))


def test_a_forward_pass_changes_nothing() -> None:
    """Torch's own turns its iteration at each, so a batch in two parts would be another batch."""
    network = build_discriminator(NORMALISED).train()
    before = deepcopy(network.state_dict())
    network(torch.randn(4, 3, 32, 32))
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_the_start_is_a_function_of_the_seed() -> None:
    states = []
    for noise in (1, 2):
        torch.manual_seed(noise)
        network = build_discriminator(NORMALISED)
        initialise(network, torch.Generator().manual_seed(5))
        states.append(network.state_dict())
    for name, value in states[0].items():
        assert torch.equal(value, states[1][name]), name
    assert any(name.endswith("weight.0.u") for name in states[0])


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_states_and_copies_hold_it(layout: torch.memory_format) -> None:
    network = build_discriminator(NORMALISED).to(memory_format=layout)
    initialise(network, torch.Generator().manual_seed(0))
    follow(network)
    other = build_discriminator(NORMALISED)
    other.load_state_dict(network.state_dict())
    pictures = torch.randn(4, 3, 32, 32)
    for each in (other, deepcopy(network), deepcopy(network).eval()):
        assert torch.allclose(each(pictures), network(pictures), atol=1e-6)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_norm_is_taken_in_full_precision(layout: torch.memory_format) -> None:
    """In bf16, of three digits, a sigma of thousands of terms would be off by a percent.

    Which products autocast rounds differs by device: more of them on a GPU.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    layer = _layer().to(device, memory_format=layout)
    weight, pictures = layer.weight.detach(), torch.randn(2, 6, 8, 8, device=device)
    exact = layer(pictures)
    with torch.autocast(device, torch.bfloat16):
        assert torch.equal(layer.weight, weight)
        rounded = layer(pictures)
    assert rounded.dtype == torch.bfloat16
    assert torch.allclose(rounded.float(), exact, atol=0.02 * exact.abs().max().item())

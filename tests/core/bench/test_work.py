import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from core.bench import tutorial
from core.bench.work import flop_per_picture
from core.config import Config


def test_the_tutorials_step_takes_two_billion_operations_a_picture() -> None:
    assert flop_per_picture(Config()) == pytest.approx(2.3e9, rel=0.02)


@pytest.mark.parametrize("size", [32, 64])
def test_it_is_what_torch_counts(size: int) -> None:
    config = Config(size=size, g_features=4, d_features=8, latent_dim=6)
    g = tutorial.generator(size, 6, 4)
    d = tutorial.discriminator(size, 8)
    count = 3
    with FlopCounterMode(display=False) as counter:
        fake = g(torch.randn(count, 6, 1, 1))
        (d(torch.zeros(count, 3, size, size)).sum() + d(fake.detach()).sum()).backward()
        d.requires_grad_(False)
        d(fake).sum().backward()
    assert flop_per_picture(config) == pytest.approx(counter.get_total_flops() / count, rel=1e-6)

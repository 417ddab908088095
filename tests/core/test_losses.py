import torch
from torch import nn

from core.losses import discriminator_bce, generator_bce


def test_the_sigmoid_is_folded_in() -> None:
    real, fake = torch.randn(2, 64, generator=torch.Generator().manual_seed(0))
    bce = nn.BCELoss()
    ones, zeros = torch.ones(64), torch.zeros(64)
    expected = bce(real.sigmoid(), ones) + bce(fake.sigmoid(), zeros)
    assert torch.allclose(discriminator_bce(real, fake), expected, atol=1e-6)
    assert torch.allclose(generator_bce(fake), bce(fake.sigmoid(), ones), atol=1e-6)


def test_far_logits_stay_finite_and_keep_their_gradient() -> None:
    far = torch.full((4,), -200.0, requires_grad=True)
    loss = generator_bce(far)
    loss.backward()
    assert loss.item() == 200.0
    assert torch.allclose(far.grad, torch.full((4,), -0.25))

import math
from functools import partial

import pytest
import torch
from torch import Tensor, nn

from core.losses import (
    discriminator_bce,
    discriminator_loss,
    generator_bce,
    generator_loss,
    gradient_penalty,
    probabilities,
    r1_penalty,
)

PAIR = torch.randn(2, 64, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_the_sigmoid_is_folded_in() -> None:
    real, fake = torch.randn(2, 64, generator=torch.Generator().manual_seed(0))
    bce = nn.BCELoss()
    ones, zeros = torch.ones(64), torch.zeros(64)
    expected = bce(real.sigmoid(), ones) + bce(fake.sigmoid(), zeros)
    assert torch.allclose(discriminator_bce(real, fake), expected, atol=1e-6)
    assert torch.allclose(generator_bce(fake), bce(fake.sigmoid(), ones), atol=1e-6)


def test_far_scores_stay_finite_and_keep_their_gradient() -> None:
    far = torch.full((4,), -200.0, requires_grad=True)
    loss = generator_bce(far)
    loss.backward()
    assert loss.item() == 200.0
    assert torch.allclose(far.grad, torch.full((4,), -0.25))


@pytest.mark.parametrize("labels", [(1.0, 0.0), (0.9, 0.0), (1.0, 0.1), (0.9, 0.1)])
def test_smoothed_labels_are_those_of_cross_entropy(labels: tuple[float, float]) -> None:
    bce = nn.BCELoss()
    expected = sum(
        bce(scores.sigmoid(), torch.full_like(scores, label))
        for scores, label in zip(PAIR, labels, strict=True)
    )
    assert discriminator_loss("bce", *PAIR, *labels).item() == pytest.approx(expected.item(), rel=1e-9)


def test_each_loss_is_its_formula() -> None:
    real, fake = PAIR.tolist()

    def mean(terms: list[float]) -> float:
        return sum(terms) / len(terms)

    expected = {
        "lsgan": (
            mean([(each - 0.9) ** 2 for each in real]) / 2 + mean([(each - 0.1) ** 2 for each in fake]) / 2,
            mean([(each - 1) ** 2 for each in fake]) / 2,
        ),
        "hinge": (
            mean([max(0, 1 - each) for each in real]) + mean([max(0, 1 + each) for each in fake]),
            -mean(fake),
        ),
        "wgan-gp": (mean(fake) - mean(real), -mean(fake)),
        "bce": (
            mean(
                [
                    -0.9 * math.log(1 / (1 + math.exp(-e))) - 0.1 * math.log(1 / (1 + math.exp(e)))
                    for e in real
                ]
            )
            + mean(
                [
                    -0.1 * math.log(1 / (1 + math.exp(-e))) - 0.9 * math.log(1 / (1 + math.exp(e)))
                    for e in fake
                ]
            ),
            mean([math.log(1 + math.exp(-each)) for each in fake]),
        ),
    }
    for loss, (d_loss, g_loss) in expected.items():
        assert discriminator_loss(loss, *PAIR, 0.9, 0.1).item() == pytest.approx(d_loss, rel=1e-9), loss
        assert generator_loss(loss, PAIR[1]).item() == pytest.approx(g_loss, rel=1e-9), loss


@pytest.mark.parametrize("loss", ["bce", "lsgan", "hinge", "wgan-gp"])
def test_each_loss_has_the_gradient_of_its_values(loss: str) -> None:
    real, fake = (each[:6].clone().requires_grad_() for each in PAIR)
    assert torch.autograd.gradcheck(partial(discriminator_loss, loss), (real, fake))
    assert torch.autograd.gradcheck(partial(generator_loss, loss), (fake,))
    better = discriminator_loss(loss, real + 0.1, fake - 0.1)
    assert better < discriminator_loss(loss, real, fake), "real up, fake down"
    assert generator_loss(loss, fake + 0.1) < generator_loss(loss, fake), "fake up"


@pytest.mark.parametrize("loss", ["bce", "lsgan", "hinge", "wgan-gp"])
def test_probabilities_are_sure_on_the_right_side(loss: str) -> None:
    target = {"bce": 4.0, "lsgan": 1.0, "hinge": 1.0, "wgan-gp": 4.0}[loss]
    low, middle, high = probabilities(loss, torch.tensor([0.0 if loss == "lsgan" else -target, 0.5, target]))
    assert 0 <= low < 0.05
    assert 0.95 < high <= 1
    assert 0.5 <= middle < 0.8
    assert probabilities("wgan-gp", torch.tensor(7.0), centre=7.0) == 0.5


# A small critic whose slopes can be written down: D(x) = sum over units of v * tanh(w . x + b).
W, B, V = (
    torch.randn(shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64) / 2
    for shape in ((5, 12), (5,), (5,))
)


def critic(w: Tensor, b: Tensor, v: Tensor, pictures: Tensor) -> Tensor:
    return torch.tanh(pictures.flatten(1) @ w.T + b) @ v


def slopes_by_hand(w: Tensor, b: Tensor, v: Tensor, pictures: Tensor) -> Tensor:
    """dD/dx = sum of v * (1 - tanh^2) * w, (n, 12), an expression without autograd.grad."""
    return (v * (1 - torch.tanh(pictures.flatten(1) @ w.T + b) ** 2)) @ w


def pictures(seed: int) -> Tensor:
    return torch.randn((4, 3, 2, 2), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_r1_is_the_double_backward_done_by_hand() -> None:
    real = pictures(0)
    ours = [each.clone().requires_grad_() for each in (W, B, V)]
    penalty = r1_penalty(partial(critic, *ours), real)
    penalty.backward()
    theirs = [each.clone().requires_grad_() for each in (W, B, V)]
    expected = (slopes_by_hand(*theirs, real) ** 2).sum(1).mean() / 2
    expected.backward()
    assert penalty.item() == pytest.approx(expected.item(), rel=1e-9)
    for mine, hand in zip(ours, theirs, strict=True):
        assert torch.allclose(mine.grad, hand.grad, rtol=1e-9)
    assert not real.requires_grad


def test_the_gradient_penalty_is_the_double_backward_done_by_hand() -> None:
    # The penalty takes float32 pictures, as training's are.
    real, fake = pictures(1).float(), pictures(2).float()
    share = torch.rand((4, 1, 1, 1), generator=torch.Generator().manual_seed(4))
    ours = [each.clone().float().requires_grad_() for each in (W, B, V)]
    penalty = gradient_penalty(partial(critic, *ours), real, fake, share)
    penalty.backward()
    theirs = [each.clone().requires_grad_() for each in (W, B, V)]
    between = (share * real + (1 - share) * fake).double()
    expected = (((slopes_by_hand(*theirs, between) ** 2).sum(1).sqrt() - 1) ** 2).mean()
    expected.backward()
    assert penalty.item() == pytest.approx(expected.item(), rel=1e-5)
    for mine, hand in zip(ours, theirs, strict=True):
        assert torch.allclose(mine.grad, hand.grad.float(), rtol=1e-4, atol=1e-6)


def test_penalties_are_computed_in_float32_whatever_training_is() -> None:
    layer = nn.Conv2d(3, 8, 4, 2, 1)
    seen = []

    def narrow(x: Tensor) -> Tensor:
        seen.append(layer(x).dtype)
        return layer(x).square().mean((1, 2, 3))

    with torch.autocast("cpu", torch.bfloat16):
        penalty = r1_penalty(narrow, torch.randn(2, 3, 8, 8).bfloat16())
    assert seen == [torch.float32]
    assert penalty.dtype == torch.float32

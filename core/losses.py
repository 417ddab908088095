"""Adversarial losses and penalties on scores, one function each; a score is what D gives, without a sigmoid.

Scores are (n,), losses scalars. Labels are what D is told of real and of generated pictures: 1 and 0, or
smoothed, `real_label` alone (one-sided, Salimans et al. 2016, arXiv:1606.03498, section 3.4) or both.
"""

from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Loss = Literal["bce", "lsgan", "hinge", "wgan-gp"]
Critic = Callable[[Tensor], Tensor]  # pictures (n, c, s, s) -> scores (n,)


def discriminator_loss(
    loss: Loss, real: Tensor, fake: Tensor, real_label: float = 1.0, fake_label: float = 0.0
) -> Tensor:
    """D's loss, without penalties. Labels act on "bce" and "lsgan"; the others know none."""
    match loss:
        case "bce":
            return discriminator_bce(real, fake, real_label, fake_label)
        case "lsgan":
            return discriminator_lsgan(real, fake, real_label, fake_label)
        case "hinge":
            return discriminator_hinge(real, fake)
        case "wgan-gp":
            return discriminator_wasserstein(real, fake)


def generator_loss(loss: Loss, fake: Tensor) -> Tensor:
    """G's loss: its pictures are to be taken for real, whatever D's labels are."""
    match loss:
        case "bce":
            return generator_bce(fake)
        case "lsgan":
            return generator_lsgan(fake)
        case "hinge" | "wgan-gp":
            return generator_linear(fake)


def discriminator_bce(real: Tensor, fake: Tensor, real_label: float = 1.0, fake_label: float = 0.0) -> Tensor:
    """-mean log D(x) - mean log(1 - D(G(z))), D the sigmoid of the score (Goodfellow et al. 2014,
    arXiv:1406.2661). With labels a and b: -mean[a log D(x) + (1 - a) log(1 - D(x))] - mean[b log D(G(z)) +
    (1 - b) log(1 - D(G(z)))].
    """
    total = F.softplus(-real).mean() + F.softplus(fake).mean()
    if real_label < 1:
        total = total + (1 - real_label) * real.mean()
    if fake_label > 0:
        total = total - fake_label * fake.mean()
    return total


def generator_bce(fake: Tensor) -> Tensor:
    """-mean log D(G(z)), the non-saturating loss (Goodfellow et al. 2014, section 3)."""
    return F.softplus(-fake).mean()


def discriminator_lsgan(
    real: Tensor, fake: Tensor, real_label: float = 1.0, fake_label: float = 0.0
) -> Tensor:
    """mean (D(x) - a)^2 / 2 + mean (D(G(z)) - b)^2 / 2 with labels a and b (Mao et al. 2017,
    arXiv:1611.04076, equation 9).
    """
    return ((real - real_label).square().mean() + (fake - fake_label).square().mean()) / 2


def generator_lsgan(fake: Tensor) -> Tensor:
    """mean (D(G(z)) - 1)^2 / 2 (Mao et al. 2017, equation 9)."""
    return (fake - 1).square().mean() / 2


def discriminator_hinge(real: Tensor, fake: Tensor) -> Tensor:
    """mean max(0, 1 - D(x)) + mean max(0, 1 + D(G(z))) (Lim and Ye 2017, arXiv:1705.02894; Miyato et al.
    2018, arXiv:1802.05957, equation 16).
    """
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


def discriminator_wasserstein(real: Tensor, fake: Tensor) -> Tensor:
    """mean D(G(z)) - mean D(x), the negative of the estimated distance (Arjovsky et al. 2017,
    arXiv:1701.07875).
    """
    return fake.mean() - real.mean()


def generator_linear(fake: Tensor) -> Tensor:
    """-mean D(G(z)): the generator's side of the hinge and of the Wasserstein loss."""
    return -fake.mean()


def r1_penalty(critic: Critic, real: Tensor) -> Tensor:
    """mean |dD(x)/dx|^2 / 2 over real pictures, to be weighted by gamma (Mescheder et al. 2018,
    arXiv:1801.04406, equation 9).
    """
    return _slopes(critic, real).square().sum(1).mean() / 2


def gradient_penalty(critic: Critic, real: Tensor, fake: Tensor, share: Tensor) -> Tensor:
    """mean (|dD(y)/dy| - 1)^2 at y = share * real + (1 - share) * fake, to be weighted by lambda (Gulrajani
    et al. 2017, arXiv:1704.00028, equation 3).

    share: (n, 1, 1, 1) uniform in 0..1.
    """
    between = share * real.float() + (1 - share) * fake.float()
    steepness: Tensor = torch.linalg.vector_norm(_slopes(critic, between), dim=1)
    return (steepness - 1).square().mean()


def probabilities(loss: Loss, scores: Tensor, centre: Tensor | float = 0.0) -> Tensor:
    """How surely D takes each picture for real, in 0..1, for curves; above .5 it takes it for real.

    "bce": the sigmoid. "lsgan": the score itself, which at D's best is that probability (Mao et al. 2017),
    held to 0..1. "hinge": where the score stands between the margins -1 and 1. "wgan-gp": a critic's scores
    have no zero, so the sigmoid of their distance from `centre`, for instance from the middle between real
    and generated.
    """
    match loss:
        case "bce":
            return scores.sigmoid()
        case "lsgan":
            return scores.clamp(0, 1)
        case "hinge":
            return ((scores + 1) / 2).clamp(0, 1)
        case "wgan-gp":
            return (scores - centre).sigmoid()


def _slopes(critic: Critic, pictures: Tensor) -> Tensor:
    """dD/dx at each picture, (n, c * s * s), itself differentiable.

    In float32 whatever the training's precision is: a squared gradient has no room in bf16's 8 bits.
    """
    with torch.autocast(pictures.device.type, enabled=False):
        at = pictures.detach()
        at = (at.float() if at.dtype == torch.bfloat16 else at).requires_grad_()
        (slopes,) = torch.autograd.grad(critic(at).sum(), at, create_graph=True)
        return slopes.flatten(1)

"""Adversarial losses on logits, one function each."""

import torch.nn.functional as F
from torch import Tensor


def discriminator_bce(real: Tensor, fake: Tensor) -> Tensor:
    """-mean log D(x) - mean log(1 - D(G(z))), from logits (n,) (Goodfellow et al. 2014, arXiv:1406.2661)."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def generator_bce(fake: Tensor) -> Tensor:
    """-mean log D(G(z)), the non-saturating loss, from logits (n,) (Goodfellow et al. 2014, section 3)."""
    return F.softplus(-fake).mean()

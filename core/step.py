"""One step of both networks: the mathematics of training, without its story (`core.loop`)."""

import numpy as np
import torch
from torch import Tensor, nn

from core.losses import discriminator_bce, generator_bce
from core.trainee import Trainee

NUMBERS = (  # what `update` gives, by the names of `core.events.Step`
    "d_loss",
    "g_loss",
    "d_real",
    "d_fake_before",
    "d_fake_after",
    "d_real_accuracy",
    "d_fake_accuracy",
    "d_grad_norm",
    "g_grad_norm",
)


def update(trainee: Trainee, real: Tensor, z: Tensor, step: int) -> Tensor:
    """One step of both networks: real (n, c, s, s) in [-1, 1], z (n, latent_dim).

    Gives NUMBERS as one tensor on the device. Computes what the PyTorch DCGAN tutorial's step computes, with
    the sigmoid folded into the loss.
    """
    generator, discriminator = trainee.generator, trainee.discriminator

    # Discriminator: real up, fake down. Two passes, so that batch norm sees each kind by itself.
    fake = generator(z)
    real_logits = _full(discriminator(real))
    fake_logits = _full(discriminator(fake.detach()))
    d_loss = discriminator_bce(real_logits, fake_logits)
    trainee.d_optimiser.zero_grad()
    d_loss.backward()  # type: ignore[no-untyped-call]
    d_norm = _gradient_norm(discriminator)
    trainee.d_optimiser.step()

    # Generator: fool the discriminator, whose own gradients are not needed (a fifth of the step's work).
    discriminator.requires_grad_(False)
    fooled_logits = _full(discriminator(fake))
    g_loss = generator_bce(fooled_logits)
    trainee.g_optimiser.zero_grad()
    g_loss.backward()  # type: ignore[no-untyped-call]
    g_norm = _gradient_norm(generator)
    trainee.g_optimiser.step()
    discriminator.requires_grad_(True)

    with torch.no_grad():
        means = [logits.sigmoid().mean() for logits in (real_logits, fake_logits, fooled_logits)]
        right = [(real_logits > 0).float().mean(), (fake_logits < 0).float().mean()]
        return torch.stack([d_loss, g_loss, *means, *right, d_norm, g_norm])


def _gradient_norm(network: nn.Module) -> Tensor:
    """The Euclidean norm of all of a network's gradients, a scalar."""
    gradients = [each.grad for each in network.parameters() if each.grad is not None]
    norm: Tensor = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
    return norm


def _full(logits: Tensor) -> Tensor:
    """bf16 has 8 bits of precision, too few for a loss."""
    return logits.float() if logits.dtype == torch.bfloat16 else logits


def to_tensor(pictures: np.ndarray, device: torch.device) -> Tensor:
    """uint8 (n, s, s, c) -> float32 (n, c, s, s) in [-1, 1], channels_last, on the device."""
    return torch.from_numpy(pictures).to(device).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)

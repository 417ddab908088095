"""One step of both networks: the mathematics of training, without its story (`core.loop`)."""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import nan

import numpy as np
import torch
from torch import Tensor, nn

from core import strength
from core.augment import diffaugment, vary
from core.config import Config
from core.device_draws import DeviceDraws, Tape
from core.losses import (
    discriminator_loss,
    generator_loss,
    gradient_penalty,
    probabilities,
    r1_penalty,
)
from core.spectral_norm import follow
from core.trainee import Trainee
from core.wide.world import ALONE, World

NUMBERS = (  # what `update` gives first, by the names of `core.events.Step`
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
R1_EVERY = 16  # updates of D: the penalty is costly and changes slowly (Karras et al. 2020, arXiv:1912.04958)


def update(
    trainee: Trainee,
    real: Tensor,
    z: Tensor,
    step: int,
    parts: int = 1,
    world: World = ALONE,
    tape: Tape | None = None,
) -> Tensor:
    """One step of both networks, the batch of n pictures computed in so many parts, gradients added up.

    real: (d_updates * n, c, s, s) in [-1, 1], z: (d_updates * n, latent_dim); every update of the
    discriminator takes the next n of each.

    Gives one tensor on the device: NUMBERS, then D's n verdicts on the real pictures and n on generated ones
    before its (last) update, as probabilities, or for the Wasserstein loss as raw scores. Losses are without
    penalties, and where the discriminator does not learn (`learns`) d_grad_norm is NaN. With the default
    settings it computes what the PyTorch DCGAN tutorial's step computes, the sigmoid folded into the loss.

    Where several processes train, the pictures are this one's rows of the batch, all learn from all
    gradients, and what is given is that of the whole batch once it is added up over the processes.

    A picture's random draws depend neither on `parts` nor on processes; batch norm sees each part by itself.
    Its running statistics become the mean over the processes, so that these stay equal.

    tape: where the step looks for its uniform draws, if it is recorded.
    """
    config = trainee.config
    batch = _Batch(trainee, step, parts, world, tape)
    reals, latents = torch.split(real, batch.own), torch.split(z, batch.own)
    if learns(config, step):
        for number, (pictures, latent) in enumerate(zip(reals, latents, strict=True)):
            judged = _teach_discriminator(batch, pictures, latent, number)
    else:
        judged = _ask_discriminator(batch, reals[-1])
    g_loss, fooled, g_norm = _teach_generator(batch, latents[-1], judged.pictures)

    with torch.no_grad():
        fake = fooled if judged.fake is None else judged.fake
        centre = (judged.real.mean() + fake.mean()) / 2
        if config.loss == "wgan-gp":
            world.add_up([centre.mul_(batch.weight)])
        sure = [probabilities(config.loss, scores, centre) for scores in (judged.real, fake, fooled)]
        d_loss = judged.loss
        if d_loss is None:
            labels = config.real_label, config.fake_label
            d_loss = batch.weight * discriminator_loss(config.loss, judged.real, fake, *labels)
        right = [(sure[0] > 0.5).float().mean(), (sure[1] < 0.5).float().mean()]
        means = [each.mean() for each in sure]
        shares = batch.weight * torch.stack([*means, *right, judged.norm, g_norm])
        verdicts = sure[:2] if config.loss != "wgan-gp" else [judged.real, fake]
        return torch.cat([torch.stack([d_loss, g_loss]), shares, *map(batch.among_all, verdicts)])


def learns(config: Config, step: int) -> bool:
    """Whether the discriminator learns in a step.

    In those that d_every divides, as log_every divides those that are logged: so some of them are both, and
    with the usual numbers all that are logged.
    """
    return step % config.d_every == 0


def kind(config: Config, step: int) -> tuple[bool, ...]:
    """What a step does beside what every step under these settings does: whether D learns, and in which of
    its updates the R1 penalty is due.
    """
    if not learns(config, step):
        return (False,)
    return True, *(_is_r1_due(config, step, number) for number in range(config.d_updates))


def _is_r1_due(config: Config, step: int, number: int) -> bool:
    updates = (step // config.d_every - 1) * config.d_updates + number  # before this one
    return bool(config.r1) and updates % R1_EVERY == 0


@dataclass(frozen=True, slots=True)
class _Judged:
    """What D made of real and generated pictures."""

    real: Tensor  # scores, (n,)
    norm: Tensor  # of D's gradients, NaN if it did not learn
    fake: Tensor | None = None  # scores, if it was asked
    loss: Tensor | None = None
    pictures: Tensor | None = None  # the generated ones, if the generator can still learn through them


class _Batch:
    """This process's rows of a step's batch in parts, and what every pass over them needs."""

    def __init__(self, trainee: Trainee, step: int, parts: int, world: World, tape: Tape | None) -> None:
        self.trainee, self.step, self.world, self.tape = trainee, step, world, tape
        self.count = trainee.config.batch_size
        rows = world.rows(self.count)
        self.first, self.own = rows.start, rows.stop - rows.start
        edges = np.linspace(0, self.own, min(parts, self.own) + 1).round().astype(int).tolist()
        self.parts = [slice(first, last) for first, last in pairwise(edges)]
        self.weight = self.own / self.count
        self.noise = strength.noise(trainee.config, step)

    def share(self, part: slice) -> float:
        """Of the whole batch, in 0..1."""
        return float(part.stop - part.start) / self.count

    def among_all(self, verdicts: Tensor) -> Tensor:
        """This process's, (own,), in their rows of the batch, (count,); all others are 0."""
        return nn.functional.pad(verdicts, (self.first, self.count - self.first - self.own))

    def draws(self, purpose: str, part: slice, device: torch.device) -> DeviceDraws:
        seed, first, last = self.trainee.config.seed, self.first + part.start, self.first + part.stop
        return DeviceDraws(seed, purpose, self.step, first, last, self.count, device, self.tape)

    def seen(self, pictures: Tensor, draws: DeviceDraws) -> Tensor:
        """Pictures, real or generated, as they come before D."""
        if self.trainee.diffaugments:
            pictures = diffaugment(pictures, self.trainee.config, draws)
        if self.noise:
            pictures = pictures + self.noise * draws.normal("noise", pictures.shape[1:])
        return pictures


def _teach_discriminator(batch: _Batch, real: Tensor, z: Tensor, number: int) -> _Judged:
    """Real up, fake down. Two passes, so that batch norm sees each kind by itself."""
    trainee, config = batch.trainee, batch.trainee.config
    discriminator = trainee.discriminator
    whole = len(batch.parts) == 1 and number == config.d_updates - 1
    follow(discriminator)
    trainee.d_optimiser.zero_grad()
    losses, reals, fakes = [], [], []
    for part in batch.parts:
        at_real = batch.draws(f"real {number}", part, real.device)
        at_fake = batch.draws(f"fake {number}", part, real.device)
        with torch.set_grad_enabled(whole):  # the generator's pass is used twice if it fits into memory
            made = trainee.generator(z[part])
        real_seen = batch.seen(vary(real[part], config, at_real), at_real)
        fake_seen = batch.seen(made.detach(), at_fake)
        real_scores = _full(discriminator(real_seen, at_real))
        fake_scores = _full(discriminator(fake_seen, at_fake))
        loss = discriminator_loss(config.loss, real_scores, fake_scores, config.real_label, config.fake_label)
        total, critic = loss, partial(discriminator, draws=at_real)
        if config.loss == "wgan-gp" and config.gp:
            mix = at_real.uniform("gradient penalty", 1)[:, :, None, None]
            penalty = gradient_penalty(critic, real_seen, fake_seen, mix)
            total = total + config.gp * penalty
        if _is_r1_due(config, batch.step, number):
            penalty = r1_penalty(critic, real_seen)
            total = total + config.r1 * R1_EVERY * penalty
        (batch.share(part) * total).backward()  # type: ignore[no-untyped-call]
        losses.append(batch.share(part) * loss.detach())
        reals.append(real_scores.detach())
        fakes.append(fake_scores.detach())
    batch.world.add_up(_gradients(discriminator))
    norm = _gradient_norm(discriminator)
    _change_weights(trainee.d_optimiser)
    pictures = made if whole else None
    return _Judged(torch.cat(reals), norm, torch.cat(fakes), torch.stack(losses).sum(), pictures)


@torch.no_grad()
def _ask_discriminator(batch: _Batch, real: Tensor) -> _Judged:
    """What D makes of real pictures in a step that it does not learn in."""
    scores = []
    for part in batch.parts:
        draws = batch.draws("real 0", part, real.device)
        pictures = batch.seen(vary(real[part], batch.trainee.config, draws), draws)
        scores.append(_full(batch.trainee.discriminator(pictures, draws)))
    return _Judged(torch.cat(scores), torch.full((), nan, device=real.device))


def _teach_generator(batch: _Batch, z: Tensor, made: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """Fool the discriminator: the loss, D's scores and the norm of the generator's gradients.

    D's own gradients are not needed, a fifth of the step's work.
    """
    trainee = batch.trainee
    trainee.discriminator.requires_grad_(False)
    trainee.g_optimiser.zero_grad()
    losses, fooled = [], []
    for part in batch.parts:
        draws = batch.draws("generator", part, z.device)
        pictures = trainee.generator(z[part]) if made is None else made
        scores = _full(trainee.discriminator(batch.seen(pictures, draws), draws))
        loss = batch.share(part) * generator_loss(trainee.config.loss, scores)
        loss.backward()  # type: ignore[no-untyped-call]
        losses.append(loss.detach())
        fooled.append(scores.detach())
    batch.world.add_up(_gradients(trainee.generator) + _statistics(batch))
    norm = _gradient_norm(trainee.generator)
    _change_weights(trainee.g_optimiser)
    trainee.discriminator.requires_grad_(True)
    return torch.stack(losses).sum(), torch.cat(fooled), norm


def _change_weights(optimiser: torch.optim.Adam) -> None:
    """An optimiser's step. Autocast would go on with the bf16 copies of the weights as they were."""
    optimiser.step()
    torch.clear_autocast_cache()


def _gradient_norm(network: nn.Module) -> Tensor:
    """The Euclidean norm of all of a network's gradients, a scalar."""
    norm: Tensor = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(_gradients(network))))
    return norm


def _gradients(network: nn.Module) -> list[Tensor]:
    return [each.grad for each in network.parameters() if each.grad is not None]


@torch.no_grad()
def _statistics(batch: _Batch) -> list[Tensor]:
    """This process's part of what batch norm keeps of the batches: both networks' running statistics."""
    if batch.world.size == 1:
        return []
    layers = [*batch.trainee.generator.modules(), *batch.trainee.discriminator.modules()]
    kept = [each for layer in layers if isinstance(layer, nn.BatchNorm2d) for each in layer.buffers()]
    running = [each for each in kept if each.is_floating_point()]  # the count of batches is equal anyway
    torch._foreach_mul_(running, batch.weight)
    return running


def _full(scores: Tensor) -> Tensor:
    """bf16 has 8 bits of precision, too few for a loss."""
    return scores.float() if scores.dtype == torch.bfloat16 else scores

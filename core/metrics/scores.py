"""How the discriminator judges real and generated pictures, as two histograms."""

from collections.abc import Iterator
from copy import deepcopy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from core.config import Config
from core.data.feed import to_tensor
from core.events import ScoreHistogram
from core.losses import probabilities
from core.models import Discriminator, Generator

_BINS = 20


def score_histogram(
    config: Config,
    generator: Generator,
    discriminator: Discriminator,
    real: NDArray[np.uint8],
    z: NDArray[np.float32],
) -> ScoreHistogram:
    """D's verdicts on real (n, s, s, c) uint8 and on G(z), z (n, latent_dim), both networks as training uses
    them: in batches, each with its own batch norm statistics, as the curves of D(x) and D(G(z)) have them.
    With the running statistics instead, which mix real and generated pictures, D(x) of a trained run was .59
    where training saw .84. Dropout and noise are left out. Both networks stay as they are.

    Edges are probabilities, or a critic's raw scores for the Wasserstein loss.
    """
    drawing, judging = _as_in_training(generator), _as_in_training(discriminator)
    device = next(discriminator.parameters()).device
    size = min(config.batch_size, len(real))
    on_real, on_fake = [], []
    with torch.no_grad(), torch.autocast(device.type, enabled=False):
        for at in _batches(len(real), size):
            on_real.append(judging(to_tensor(np.array(real[at]), device)))
            on_fake.append(judging(drawing(torch.from_numpy(z[at]).to(device))))
    scores = _shown(config, torch.cat(on_real)), _shown(config, torch.cat(on_fake))
    low, high = (0.0, 1.0) if config.loss != "wgan-gp" else _range(scores)
    edges = np.linspace(low, high, _BINS + 1)
    counts = [np.histogram(each.clip(low, high), edges)[0] for each in scores]
    return ScoreHistogram(*(tuple(each.tolist()) for each in (edges, *counts)))


def _as_in_training(network: nn.Module) -> nn.Module:
    """A copy whose batch norm takes each batch's own statistics; all else is as for evaluation."""
    copied = deepcopy(network).eval().requires_grad_(False)
    for layer in copied.modules():
        if isinstance(layer, _BatchNorm):
            layer.train()
    return copied


def _batches(count: int, size: int) -> Iterator[slice]:
    """Whole batches only: the statistics of a small rest would be others."""
    for first in range(0, count - size + 1, size):
        yield slice(first, first + size)


def _shown(config: Config, scores: Tensor) -> NDArray[np.float64]:
    if config.loss != "wgan-gp":
        scores = probabilities(config.loss, scores)
    shown: NDArray[np.float64] = np.nan_to_num(scores.cpu().double().numpy())
    return shown


def _range(scores: tuple[NDArray[np.float64], ...]) -> tuple[float, float]:
    """The least and the highest score; never empty."""
    every = np.concatenate(scores)
    low, high = float(every.min()), float(every.max())
    return (low, high) if low < high else (low - 0.5, high + 0.5)

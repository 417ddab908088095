"""Directions of the latent space that change a face in one respect, found in the generator alone.

Both ways look at what the first layer makes of z, since all that follows is drawn from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core import draws
from core.directions.direction import Direction, unit

if TYPE_CHECKING:
    from torch import Tensor

    from core.models import Generator

# A direction whose share is below this is rounding: a generator that ignores its z has no others.
_LEAST_SHARE = 1e-9


def principal(generator: Generator, count: int = 10, samples: int = 4096, seed: int = 0) -> list[Direction]:
    """GANSpace (Haerkoenen et al. 2020, arXiv:2004.02546), the strongest first; at most latent_dim.

    The principal components of the first layer's activations, after batch norm and ReLU, of `samples` random
    z, each carried back to z by least squares. `strength` is its share of the activations' variance. The
    number of largest size in a direction is positive, so that a generator always gives the same sliders.
    """
    import torch

    drawn = draws.normal(seed, "principal", 0, samples, generator.latent_dim)
    with torch.inference_mode():
        z = torch.from_numpy(drawn)
        affine, shift = _first_step(generator)
        activations = torch.addmm(shift, z, affine).relu_()  # 134 MB for 4,096 z and 64 features
        mean = activations.mean(0)
        activations -= mean
        variance = float(torch.linalg.vector_norm(activations, dtype=torch.float64)) ** 2
        if variance <= _LEAST_SHARE * samples * float(mean.double().square().sum()):
            return []  # it draws one face whatever z is
        # Where each row lies on the components is u * s of the decomposition. It is not made of the whole
        # activations but of how they follow z, where nearly all of their variance is: the first ten then
        # agree with the exact ones to a cosine of .999, and take 1 s instead of a minute.
        basis = torch.linalg.qr(activations.T @ z).Q
        u, s, _ = torch.linalg.svd(activations @ basis, full_matrices=False)
        shares = s.double().square() / variance
        # Columns of u are not correlated: least squares is a division a column, which `unit` undoes.
        back = (z.T @ u).T.numpy()
    return [
        Direction(f"Principal {number + 1}", "principal", _signed(back[number]), float(shares[number]))
        for number in range(min(count, len(back)))
        if shares[number] > _LEAST_SHARE and back[number].any()
    ]


def closed_form(generator: Generator, count: int = 10) -> list[Direction]:
    """SeFa (Shen & Zhou 2021, arXiv:2007.06600), the strongest first; at most latent_dim.

    The eigenvectors of A^T A, A being the first affine step from z: the first layer's weights and, as it
    is affine too when a face is drawn, the batch norm's scale. `strength` is an eigenvalue's share of their
    sum. Signs as in `principal`.
    """
    import torch

    with torch.inference_mode():
        affine = _first_step(generator)[0].double()
        values, vectors = torch.linalg.eigh(affine @ affine.T)  # ascending
    total = float(values.sum())
    if total == 0:
        return []
    strongest = [
        (float(values[index]) / total, vectors[:, index].numpy()) for index in range(-1, -len(values) - 1, -1)
    ]
    return [
        Direction(f"Closed form {number}", "closed-form", _signed(vector), share)
        for number, (share, vector) in enumerate(strongest[:count], start=1)
        if share > _LEAST_SHARE
    ]


def _first_step(generator: Generator) -> tuple[Tensor, Tensor]:
    """What z goes through before the first ReLU, as z @ A + b: (latent_dim, 16 * channels), (16 * channels,).

    On the CPU and float32. One product of matrices, as a transposed convolution of 1 x 1 takes four times as
    long for the same numbers.
    """
    import torch

    first, norm = generator.layers[0], generator.layers[1]
    assert isinstance(first, torch.nn.ConvTranspose2d)
    assert isinstance(norm, torch.nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    before = 0 if first.bias is None else first.bias
    shift = norm.bias + (before - norm.running_mean) * scale
    affine = (first.weight * scale[:, None, None]).flatten(1)
    return affine.float().cpu().contiguous(), shift.repeat_interleave(16).float().cpu()


def _signed(vector: NDArray[np.floating]) -> NDArray[np.float32]:
    """At length 1, turned so that its number of largest size is positive."""
    return unit(vector if vector[np.argmax(np.abs(vector))] > 0 else -vector)

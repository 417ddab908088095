"""Density and coverage: how many generated pictures lie amid real ones, and how many real ones are reached.

Naeem et al. 2020, "Reliable fidelity and diversity metrics for generative models" (arXiv:2002.09797). Two
samples of one distribution have an expected density of 1 and an expected coverage of about 1 - 1/2^k, which
is .969 for k = 5.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

NEAREST = 5  # the paper's choice of k for real data
_BLOCK_BYTES = 32 << 20
_EQUAL = 1e-12  # of the squared lengths: a squared distance below is rounding


def neighbour_radii(real: Tensor, nearest: int = NEAREST) -> Tensor:
    """Squared distance from each of real (n, d) float64 to its k-th nearest other one, (n,); n exceeds k."""
    # Each is its own nearest, at 0; with duplicates it does not matter which of them is itself.
    radii = [block.kthvalue(nearest + 1, dim=1).values for _, block in _squares(real, real)]
    return torch.cat(radii)


def density_and_coverage(
    real: Tensor, radii: Tensor, fake: Tensor, nearest: int = NEAREST
) -> tuple[float, float]:
    """Density (0 and up, 1 is ideal) and coverage (0..1, higher is better) of fake (m, d), as published.

    radii: `neighbour_radii` of real with the same `nearest`. A picture on the very edge of a ball is outside.
    """
    hits, reached = 0, 0
    for rows, block in _squares(real, fake):
        inside = block < radii[rows, None]
        hits += int(inside.sum())
        reached += int(inside.any(1).sum())
    return hits / (nearest * len(fake)), reached / len(real)


def _squares(a: Tensor, b: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Squared distances between a (n, d) and b (m, d), some rows of (n, m) at a time."""
    a_lengths, b_lengths = a.square().sum(1), b.square().sum(1)
    count = max(1, _BLOCK_BYTES // (b.element_size() * len(b)))
    for first in range(0, len(a), count):
        rows = slice(first, min(first + count, len(a)))
        lengths = a_lengths[rows, None] + b_lengths
        squares = torch.addmm(lengths, a[rows], b.T, alpha=-2)
        yield rows, squares.masked_fill_(squares < _EQUAL * lengths, 0)

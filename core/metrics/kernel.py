"""KID, the kernel distance of Binkowski et al. 2018, "Demystifying MMD GANs" (arXiv:1801.01401)."""

import torch
from torch import Tensor

_BLOCK_BYTES = 32 << 20


def kernel_distance(real: Tensor, fake: Tensor) -> float:
    """The unbiased estimate of the squared MMD between real (n, d) and fake (m, d), with the cubic kernel
    (x.y / d + 1)^3; about 0, and as often below, when both are of one distribution.

    Published on Inception's features; a value is comparable only to others on the same features. All pairs
    count at once: the paper's mean over subsets has the same expectation and more variance.
    """
    n, m = len(real), len(fake)
    within = _off_diagonal(real) / (n * (n - 1)) + _off_diagonal(fake) / (m * (m - 1))
    return within - 2 * _kernel_sum(real, fake) / (n * m)


def _off_diagonal(a: Tensor) -> float:
    itself = (a.square().sum(1) / a.shape[1] + 1) ** 3
    return _kernel_sum(a, a) - float(itself.sum())


def _kernel_sum(a: Tensor, b: Tensor) -> float:
    rows = max(1, _BLOCK_BYTES // (b.element_size() * len(b)))
    total = torch.zeros((), dtype=torch.float64)
    for first in range(0, len(a), rows):
        total += (
            torch.addmm(total.new_ones(()), a[first : first + rows], b.T, alpha=1 / a.shape[1]).pow_(3).sum()
        )
    return float(total)

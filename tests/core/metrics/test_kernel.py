import numpy as np
import pytest
import torch
from torch import Tensor

from core.metrics import kernel
from core.metrics.kernel import kernel_distance


def _normal(seed: int, count: int, dimension: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((count, dimension)))


def _by_definition(real: Tensor, fake: Tensor) -> float:
    def k(x: Tensor, y: Tensor) -> float:
        return (float(x @ y) / len(x) + 1) ** 3

    def within(some: Tensor) -> float:
        pairs = [k(x, y) for i, x in enumerate(some) for j, y in enumerate(some) if i != j]
        return sum(pairs) / len(pairs)

    between = [k(x, y) for x in real for y in fake]
    return within(real) + within(fake) - 2 * sum(between) / len(between)


def test_it_is_the_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    real, fake = _normal(0, 20, 6), _normal(1, 13, 6) * 1.5 + 0.3
    assert kernel_distance(real, fake) == pytest.approx(_by_definition(real, fake))
    monkeypatch.setattr(kernel, "_BLOCK_BYTES", 3 * 8 * 13)  # three rows at a time
    assert kernel_distance(real, fake) == pytest.approx(_by_definition(real, fake))


def test_it_is_unbiased() -> None:
    """Two samples of one distribution are on average 0 apart, and as often below: no square would be."""
    found = [kernel_distance(_normal(2 * i, 40, 5), _normal(2 * i + 1, 40, 5)) for i in range(200)]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(len(found))
    assert min(found) < 0 < max(found)


def test_it_grows_with_the_difference() -> None:
    real, fake = _normal(0, 300, 8), _normal(1, 300, 8)
    assert kernel_distance(real, fake) < kernel_distance(real, fake + 0.5) < kernel_distance(real, fake + 1)

import numpy as np
import pytest
import torch
from torch import Tensor

from core.metrics import manifold
from core.metrics.manifold import density_and_coverage, neighbour_radii


def _normal(seed: int, count: int, dimension: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((count, dimension)))


def _measure(real: Tensor, fake: Tensor, nearest: int = 5) -> tuple[float, float]:
    return density_and_coverage(real, neighbour_radii(real, nearest), fake, nearest)


def _by_definition(real: Tensor, fake: Tensor, nearest: int) -> tuple[float, float]:
    """The two formulas of the paper, pair by pair."""
    radii = [sorted(float((x - other).norm()) for other in real)[nearest] for x in real]
    inside = [[float((x - y).norm()) < radius for y in fake] for x, radius in zip(real, radii, strict=True)]
    density = sum(map(sum, inside)) / (nearest * len(fake))
    return density, sum(map(any, inside)) / len(real)


@pytest.mark.parametrize(("count", "others", "dimension", "nearest"), [(20, 30, 3, 1), (40, 25, 8, 5)])
def test_it_is_the_definition(
    monkeypatch: pytest.MonkeyPatch, count: int, others: int, dimension: int, nearest: int
) -> None:
    real, fake = _normal(0, count, dimension), _normal(1, others, dimension) * 0.8
    assert _measure(real, fake, nearest) == pytest.approx(_by_definition(real, fake, nearest))
    monkeypatch.setattr(manifold, "_BLOCK_BYTES", 7 * 8 * others)  # seven rows at a time
    assert _measure(real, fake, nearest) == pytest.approx(_by_definition(real, fake, nearest))


def test_the_published_example() -> None:
    """Two sets of N(0, I), k = 5: the authors give density 1.0555 and coverage .9735 at 10,000 x 1,000.

    Both expectations hardly depend on the count; 3,000 x 256 takes a second.
    """
    density, coverage = _measure(_normal(0, 3000, 256), _normal(1, 3000, 256))
    assert density == pytest.approx(1.06, abs=0.08)
    assert coverage == pytest.approx(0.97, abs=0.015)


def test_dropped_modes_cost_coverage_and_not_density() -> None:
    real, other = _normal(0, 600, 16), _normal(1, 600, 16)
    density, coverage = _measure(real, other[np.arange(600) % 60])
    assert coverage < 0.5
    assert density > 0.7


def test_far_pictures_cost_both_and_an_edge_is_outside() -> None:
    real = _normal(0, 100, 4)
    assert _measure(real, real + 100) == (0.0, 0.0)
    line = torch.arange(12, dtype=torch.float64)[:, None]
    assert _measure(line, torch.tensor([[-1.0]], dtype=torch.float64), 1) == (0.0, 0.0)


def test_equal_pictures_have_no_ball_to_be_in() -> None:
    """As published: among six equal pictures the fifth neighbour is at 0, and nothing is nearer."""
    real = torch.full((12, 8), 0.1, dtype=torch.float64)
    assert _measure(real, real.clone()) == (0.0, 0.0)

import numpy as np
import pytest
import torch

from core import draws
from core.directions.direction import Direction, unit
from core.directions.unsupervised import closed_form, principal
from core.errors import ShapeError
from core.latent import z_of_seed
from core.models import Generator, GeneratorShape


def generator(latent_dim: int = 12, *, bias: bool = False) -> Generator:
    """One whose batch norm has statistics of its own, as after training."""
    torch.manual_seed(0)
    made = Generator(GeneratorShape(latent_dim, (16, 8, 8), 3, (bias,) * 4))
    made.train()
    for _ in range(20):
        made(torch.randn(64, latent_dim))
    with torch.no_grad():
        made.layers[1].weight.uniform_(0.5, 2)
        made.layers[1].bias.normal_()
    return made.eval().requires_grad_(False)


def activations(made: Generator, z: np.ndarray) -> np.ndarray:
    return made.layers[:3](torch.from_numpy(z)[:, :, None, None]).flatten(1).double().numpy()


@pytest.mark.parametrize("bias", [False, True])
def test_principal_directions_are_those_of_the_whole_decomposition(bias: bool) -> None:
    made = generator(bias=bias)
    found = principal(made, 3, samples=2000)
    z = draws.normal(0, "principal", 0, 2000, 12)
    rows = activations(made, z)
    rows -= rows.mean(0)
    u, s, _ = np.linalg.svd(rows, full_matrices=False)
    for number, each in enumerate(found):
        assert each.strength == pytest.approx(s[number] ** 2 / (s**2).sum(), rel=1e-2)
        along = np.linalg.lstsq(u[:, number : number + 1], z, rcond=None)[0][0]
        assert abs(each.vector @ along) / np.linalg.norm(along) > 0.99
    assert [each.strength for each in found] == sorted((each.strength for each in found), reverse=True)


def test_closed_form_directions_move_the_first_layer_most() -> None:
    made = generator()
    found = closed_form(made, 12)
    step = made.layers[:2]
    moved = []
    for each in found:
        ends = torch.from_numpy(np.stack([each.vector, -each.vector]))[:, :, None, None]
        one, other = step(ends).flatten(1)
        moved.append(float((one - other).norm() ** 2))
    assert moved == sorted(moved, reverse=True)
    shares = np.array(moved) / sum(moved)
    np.testing.assert_allclose([each.strength for each in found], shares, rtol=1e-3)
    vectors = np.stack([each.vector for each in found])
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(12), atol=1e-5)


@pytest.mark.parametrize("find", [principal, closed_form])
def test_the_same_generator_gives_the_same_sliders(find) -> None:  # type: ignore[no-untyped-def]
    one, other = find(generator(), 5), find(generator(), 5)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a.vector, b.vector)
        assert np.linalg.norm(a.vector) == pytest.approx(1, abs=1e-6)
        assert a.vector.dtype == np.float32
        assert a.vector[np.argmax(np.abs(a.vector))] > 0
    assert len({each.name for each in one}) == 5


@pytest.mark.parametrize("find", [principal, closed_form])
def test_there_are_no_more_directions_than_numbers_in_z(find) -> None:  # type: ignore[no-untyped-def]
    assert len(find(generator(3), 10)) == 3
    assert len(find(generator(1), 10)) == 1


@pytest.mark.parametrize("find", [principal, closed_form])
def test_a_generator_that_ignores_z_has_none(find) -> None:  # type: ignore[no-untyped-def]
    made = generator()
    made.layers[0].weight.zero_()
    assert find(made) == []
    made = generator()
    made.layers[0].weight[4:] = 0  # only four of twelve numbers matter
    found = find(made, 4)
    assert len(found) == 4
    assert all(np.abs(each.vector[4:]).max() < 0.05 for each in found)


def test_the_closed_form_has_no_more_directions_than_matter() -> None:
    made = generator()
    made.layers[0].weight[4:] = 0
    assert len(closed_form(made, 10)) == 4


def test_better_than_chance_is_a_matter_of_the_interval() -> None:
    vector = unit([1, 0])
    assert Direction("a", "principal", vector, 0.1).better_than_chance is None
    for low, better in ((0.5, False), (0.51, True)):
        made = Direction("a", "attribute", vector, None, 0.6, (low, 0.7), 100)
        assert made.better_than_chance is better


def test_a_vector_without_direction_is_refused() -> None:
    for numbers in ([0, 0], [np.nan, 1], [np.inf, 1]):
        with pytest.raises(ShapeError):
            unit(numbers)
    kept = unit(z_of_seed(0, 5)[0])
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 1

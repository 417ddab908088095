import numpy as np
import pytest

from core.arithmetic import CENTRE, combine, neighbourhood
from core.errors import ShapeError
from core.latent import z_of_seed


def test_terms_are_means_of_any_number_of_faces() -> None:
    a, b, c = z_of_seed(0, 8, 3), z_of_seed(1, 8, 1), z_of_seed(2, 8, 2)
    result = combine(a, b, c)
    assert (result.shape, result.dtype) == ((8,), np.float32)
    np.testing.assert_allclose(result, a.mean(0) - b[0] + c.mean(0), atol=1e-6)


def test_a_term_without_a_face_is_named() -> None:
    z = z_of_seed(0, 8)
    with pytest.raises(ShapeError, match="B needs at least one face"):
        combine(z, z[:0], z)
    with pytest.raises(ShapeError, match="different latent sizes"):
        combine(z, z, z_of_seed(0, 9))


def test_around_a_face_are_eight_like_it() -> None:
    z = z_of_seed(0, 100)[0]
    nine = neighbourhood(z, seed=5)
    assert (nine.shape, nine.dtype) == ((9, 100), np.float32)
    np.testing.assert_array_equal(nine[CENTRE], z)
    noise = np.delete(nine, CENTRE, axis=0) - z
    assert np.abs(noise).max() <= 0.25 + 1e-6
    assert noise.min() < -0.24 < 0.24 < noise.max(), "uniform, up to the spread"
    assert len(np.unique(noise[:, 0])) == 8
    np.testing.assert_array_equal(nine, neighbourhood(z, seed=5))
    assert not np.array_equal(nine, neighbourhood(z, seed=6))
    np.testing.assert_array_equal(neighbourhood(z, spread=0), np.tile(z, (9, 1)))


def test_the_neighbourhood_is_that_of_one_face() -> None:
    with pytest.raises(ShapeError, match="one latent vector"):
        neighbourhood(z_of_seed(0, 8, 2))

import threading
from itertools import pairwise
from math import pi, sin

import numpy as np
import pytest
import torch

from core import latent
from core.errors import ShapeError
from core.models import Generator, GeneratorShape


def _generator(channels: int = 3) -> Generator:
    torch.manual_seed(0)
    return Generator(GeneratorShape(10, (16, 8, 4), channels, (False,) * 4)).eval()


def _angle(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a.astype(float), b.astype(float)
    return float(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1)))


def test_a_seed_always_gives_the_same_vectors_whatever_the_count() -> None:
    three = latent.z_of_seed(7, 100, 3)
    assert three.shape == (3, 100)
    assert three.dtype == np.float32
    np.testing.assert_array_equal(latent.z_of_seed(7, 100, 1), three[:1])
    assert not np.array_equal(latent.z_of_seed(8, 100), three[:1])


def test_slerp_is_shoemakes_formula_for_vectors_of_one_length() -> None:
    a, b = latent.z_of_seed(1, 100, 2)
    b *= np.linalg.norm(a) / np.linalg.norm(b)
    angle = _angle(a, b)
    for t in (0.0, 0.2, 0.5, 0.9, 1.0):
        expected = (sin((1 - t) * angle) * a + sin(t * angle) * b) / sin(angle)
        np.testing.assert_allclose(latent.slerp(a, b, t), expected, atol=1e-5)


def test_slerp_turns_evenly_and_changes_the_length_evenly() -> None:
    a, b = latent.z_of_seed(2, 64, 2)
    b *= 1.5
    stops = latent.slerp(a, b, np.linspace(0, 1, 5))
    np.testing.assert_allclose(stops[[0, -1]], [a, b], atol=1e-5)
    steps = [_angle(one, two) for one, two in pairwise(stops)]
    np.testing.assert_allclose(steps, steps[0], rtol=1e-3)
    np.testing.assert_allclose(np.diff(np.linalg.norm(stops, axis=1), n=2), 0, atol=1e-4)


@pytest.mark.parametrize("tilt", [0.0, 1e-12, 1e-7, 1e-4])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_slerp_holds_near_parallel_and_opposite_directions(tilt: float, sign: float) -> None:
    a, other = latent.z_of_seed(3, 50, 2).astype(np.float64)
    b = 1.3 * (sign * a + tilt * other)
    stops = latent.slerp(a, b, np.linspace(0, 1, 9))
    assert np.isfinite(stops).all()
    np.testing.assert_allclose(stops[[0, -1]], [a, b], atol=1e-5)
    steps = [_angle(one, two) for one, two in pairwise(stops)]
    np.testing.assert_allclose(steps, 0 if sign > 0 else pi / 8, atol=1e-3)


def test_slerp_from_nothing_is_straight() -> None:
    nothing, b = np.zeros(4), np.ones(4)
    np.testing.assert_allclose(latent.slerp(nothing, b, 0.25), 0.25 * b)


def test_vectors_of_different_lengths_have_no_way_between_them() -> None:
    with pytest.raises(ShapeError):
        latent.lerp(np.ones(3), np.ones(4), 0.5)


@pytest.mark.parametrize("channels", [3, 1])
def test_decode_gives_rgb_pictures_whatever_the_batch(channels: int) -> None:
    generator, z = _generator(channels), latent.z_of_seed(0, 10, 5)
    pictures = latent.decode(generator, z, batch=2)
    assert pictures.shape == (5, 32, 32, 3)
    assert pictures.dtype == np.uint8
    exact = (generator(torch.from_numpy(z)).detach().permute(0, 2, 3, 1).numpy() + 1) * 127.5
    assert np.abs(pictures - exact).max() <= 0.51
    if channels == 1:
        assert (pictures == pictures[..., :1]).all()


def test_decode_works_in_another_thread_and_leaves_no_graph() -> None:
    generator, z = _generator(), latent.z_of_seed(0, 10, 2)
    found: list[np.ndarray] = []
    worker = threading.Thread(target=lambda: found.append(latent.decode(generator, z)))
    worker.start()
    worker.join()
    np.testing.assert_array_equal(found[0], latent.decode(generator, z))
    assert all(parameter.grad is None for parameter in generator.parameters())


def test_decode_names_the_length_it_needs() -> None:
    with pytest.raises(ShapeError, match="10 numbers"):
        latent.decode(_generator(), latent.z_of_seed(0, 11))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_pictures_do_not_depend_on_the_batch_or_the_cores(threads: int) -> None:
    torch.manual_seed(0)
    generator = Generator(GeneratorShape(100, (192, 96, 48, 24), 3, (False,) * 5)).eval()
    z = latent.z_of_seed(0, 100, 70)
    before = torch.get_num_threads()
    one_by_one = np.concatenate([latent.decode(generator, each[None]) for each in z])
    torch.set_num_threads(threads)
    try:
        for batch in (3, 16, 64):
            np.testing.assert_array_equal(latent.decode(generator, z, batch), one_by_one)
        np.testing.assert_array_equal(latent.decode(generator, z[:5]), one_by_one[:5])
    finally:
        torch.set_num_threads(before)


def test_many_vectors_are_held_at_once_as_each_is_alone() -> None:
    z = latent.z_of_seed(0, 8, 12)
    along = latent.z_of_seed(1, 8, 2)
    values = np.array([1.5, -0.5])
    held = latent.hold(z.reshape(3, 4, 8), along, values)
    assert (held.shape, held.dtype) == ((3, 4, 8), np.float32)
    np.testing.assert_allclose(held @ along.T, np.broadcast_to(values, (3, 4, 2)), atol=1e-5)
    for many, one in zip(held.reshape(12, 8), z, strict=True):
        np.testing.assert_allclose(many, latent.hold(one, along, values), atol=1e-6)

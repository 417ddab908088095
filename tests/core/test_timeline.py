import numpy as np
import pytest

from core.errors import ShapeError
from core.latent import z_of_seed
from core.timeline import Timeline


def _angles(way: np.ndarray) -> np.ndarray:
    """Between neighbours, in radians."""
    units = way / np.linalg.norm(way, axis=1, keepdims=True)
    return np.arccos((units[1:] * units[:-1]).sum(1).clip(-1, 1))


@pytest.mark.parametrize("interpolation", ["spherical", "linear"])
@pytest.mark.parametrize("loop", [False, True])
def test_the_pace_is_even_across_short_and_long_legs(interpolation: str, loop: bool) -> None:
    a, b = z_of_seed(0, 100, 2)
    keyframes = np.stack([a, a + 0.1 * b, b, 1.4 * a])  # a short leg, two long ones
    way = Timeline(keyframes, 4.0, interpolation, loop).frames(60)
    assert way.shape == (240, 100)
    assert way.dtype == np.float32
    if loop:
        way = np.concatenate([way, way[:1]])
    distances = np.linalg.norm(np.diff(way, axis=0), axis=1)
    assert distances.max() / np.median(distances) < 1.01
    # where a corner is cut the straight line between two frames is shorter than the way
    assert np.sort(distances)[4] / np.median(distances) > 0.99


def test_spherical_legs_take_time_by_their_angle() -> None:
    radius = 10 * np.stack([np.cos([0, 0.5, 2.0]), np.sin([0, 0.5, 2.0])], 1).astype(np.float32)
    timeline = Timeline(radius, 8.0)
    np.testing.assert_allclose(timeline.stops, [0, 2, 8], atol=1e-3)
    np.testing.assert_allclose(_angles(timeline.frames(10)), 2 / 79, rtol=0.02)


def test_linear_legs_take_time_by_their_distance() -> None:
    timeline = Timeline(np.array([[0, 0], [1, 0], [1, 3]], np.float32), 2.0, "linear")
    np.testing.assert_allclose(timeline.stops, [0, 0.5, 2], atol=1e-6)
    np.testing.assert_allclose(timeline.at(0.25), [0.5, 0], atol=1e-6)
    np.testing.assert_allclose(timeline.at([[0.5], [1.0]]), [[[1, 0]], [[1, 1]]], atol=1e-6)


@pytest.mark.parametrize("loop", [False, True])
def test_each_keyframe_is_reached_at_its_stop(loop: bool) -> None:
    keyframes = z_of_seed(3, 100, 5)
    timeline = Timeline(keyframes, 7.0, loop=loop)
    np.testing.assert_allclose(timeline.at(timeline.stops), keyframes, atol=2e-5)
    assert timeline.stops[0] == 0
    if not loop:
        assert timeline.stops[-1] == pytest.approx(7.0)
    else:
        assert timeline.stops[-1] < 7.0


def test_a_way_ends_at_its_last_face_and_a_loop_before_its_first() -> None:
    keyframes = z_of_seed(1, 16, 3)
    way = Timeline(keyframes, 2.0).frames(30)
    np.testing.assert_allclose(way[[0, -1]], keyframes[[0, -1]], atol=1e-5)
    looped = Timeline(keyframes, 2.0, loop=True).frames(30)
    assert len(way) == len(looped) == 60
    assert np.linalg.norm(looped[-1] - looped[0]) == pytest.approx(
        np.linalg.norm(looped[1] - looped[0]), rel=0.01
    )


def test_time_is_held_at_the_ends_and_goes_round_in_a_loop() -> None:
    keyframes = z_of_seed(1, 16, 3)
    open_way, loop = Timeline(keyframes, 2.0), Timeline(keyframes, 2.0, loop=True)
    np.testing.assert_allclose(open_way.at([-1.0, 99.0]), keyframes[[0, -1]], atol=1e-5)
    np.testing.assert_allclose(loop.at([2.5, -1.5]), loop.at([0.5, 0.5]), atol=1e-5)


@pytest.mark.parametrize("loop", [False, True])
def test_one_face_stands_still(loop: bool) -> None:
    z = z_of_seed(0, 16)
    timeline = Timeline(z, 1.0, loop=loop)
    np.testing.assert_array_equal(timeline.frames(5), z.repeat(5, 0))
    np.testing.assert_array_equal(timeline.stops, [0])
    still = Timeline(z.repeat(3, 0), 3.0, loop=loop)
    np.testing.assert_array_equal(still.at(1.0), z[0])
    np.testing.assert_allclose(still.stops, [0, 1, 2] if loop else [0, 1.5, 3])


def test_equal_neighbours_take_no_time() -> None:
    a, b = z_of_seed(0, 16, 2)
    timeline = Timeline(np.stack([a, a, b, b]), 2.0)
    np.testing.assert_allclose(timeline.stops, [0, 0, 2, 2])
    np.testing.assert_allclose(timeline.at([0, 2]), [a, b], atol=1e-5)


def test_one_direction_of_two_lengths_is_walked_too() -> None:
    z = z_of_seed(0, 16)[0]
    way = Timeline(np.stack([z, np.float32(0.5) * z]), 1.0).frames(11)
    np.testing.assert_allclose(way, np.linspace(1, 0.5, 11)[:, None] * z, atol=1e-5)


def test_the_number_of_frames_is_rounded() -> None:
    z = z_of_seed(0, 16, 2)
    assert len(Timeline(z, 8.0).frames(29.97)) == 240
    assert len(Timeline(z, 0.01).frames(10)) == 1


def test_a_timeline_without_faces_has_no_stops_and_no_frames() -> None:
    empty = Timeline(np.empty((0, 16), np.float32), 1.0)
    assert len(empty.stops) == 0
    with pytest.raises(ShapeError, match="at least one face"):
        empty.frames(30)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_a_time_that_is_none_is_refused(seconds: float) -> None:
    with pytest.raises(ShapeError, match="seconds"):
        Timeline(z_of_seed(0, 16, 2), seconds)


def test_faces_that_are_none_are_refused() -> None:
    with pytest.raises(ShapeError, match="finite"):
        Timeline(np.full((2, 4), np.nan, np.float32), 1.0)
    with pytest.raises(ShapeError, match="one length"):
        Timeline(z_of_seed(0, 16)[0], 1.0)

import numpy as np
import pytest

from core.data.batches import Batches
from core.errors import ConfigError


def numbered(count: int) -> np.ndarray:
    """Pictures that tell their index in the left column and its double in the right one."""
    pictures = np.zeros((count, 2, 2, 3), np.uint8)
    pictures[:, :, 0] = np.arange(count)[:, None, None]
    pictures[:, :, 1] = 2 * np.arange(count)[:, None, None]
    return pictures


def test_an_epoch_shows_no_picture_twice() -> None:
    batches = Batches(numbered(50), 8, seed=1)
    assert batches.steps_per_epoch == 6
    first = [int(i) for step in range(1, 7) for i in batches.batch(step)[:, 0, 0, 0]]
    second = [int(i) for step in range(7, 13) for i in batches.batch(step)[:, 0, 0, 0]]
    assert len(set(first)) == len(set(second)) == 48
    assert first != second
    assert [batches.epoch(step) for step in (1, 6, 7)] == [1, 1, 2]


def test_a_batch_does_not_depend_on_the_steps_before_it() -> None:
    straight = Batches(numbered(50), 8, seed=1)
    steps = [straight.batch(step) for step in range(1, 20)]
    jumping = Batches(numbered(50), 8, seed=1)
    for step in (19, 3, 11, 7):
        assert np.array_equal(jumping.batch(step), steps[step - 1])


def test_further_updates_see_other_pictures_and_leave_the_first_ones_alone() -> None:
    batches = Batches(numbered(50), 8, seed=1)
    for step in (1, 6, 7, 20):
        three = batches.batch(step, updates=3)
        assert three.shape == (24, 2, 2, 3)
        assert np.array_equal(three[:8], batches.batch(step))
        assert np.array_equal(three[:16], Batches(numbered(50), 8, seed=1).batch(step, updates=2))
        parts = [set(part[:, 0, 0, 0].tolist()) for part in np.split(three, 3)]
        assert len(parts[0]) == len(parts[1]) == len(parts[2]) == 8
        assert parts[0] != parts[1] != parts[2]
    second = [int(i) for step in range(1, 7) for i in batches.batch(step, updates=2)[8:, 0, 0, 0]]
    assert len(set(second)) == 48


def test_a_batch_is_a_copy() -> None:
    pictures = numbered(50)
    Batches(pictures, 8, seed=0).batch(1)[:] = 255
    assert np.array_equal(pictures, numbered(50))


def test_too_few_pictures_name_the_remedy() -> None:
    with pytest.raises(ConfigError, match=r"64 pictures are needed, 12 were found. Lower batch_size"):
        Batches(numbered(12), 64, seed=0)

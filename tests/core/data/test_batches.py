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
    batches = Batches(numbered(50), 8, seed=1, flip=False)
    assert batches.steps_per_epoch == 6
    first = [int(i) for step in range(1, 7) for i in batches.batch(step)[:, 0, 0, 0]]
    second = [int(i) for step in range(7, 13) for i in batches.batch(step)[:, 0, 0, 0]]
    assert len(set(first)) == len(set(second)) == 48
    assert first != second
    assert [batches.epoch(step) for step in (1, 6, 7)] == [1, 1, 2]


def test_a_batch_does_not_depend_on_the_steps_before_it() -> None:
    straight = Batches(numbered(50), 8, seed=1, flip=True)
    steps = [straight.batch(step) for step in range(1, 20)]
    jumping = Batches(numbered(50), 8, seed=1, flip=True)
    for step in (19, 3, 11, 7):
        assert np.array_equal(jumping.batch(step), steps[step - 1])


def test_flipping_mirrors_about_half_and_leaves_the_source_alone() -> None:
    pictures = numbered(100)
    batch = Batches(pictures, 100, seed=0, flip=True).batch(1)
    mirrored = batch[:, 0, 0, 0] > batch[:, 0, 1, 0]
    assert 30 < mirrored.sum() < 70
    assert np.array_equal(pictures, numbered(100))


def test_too_few_pictures_name_the_remedy() -> None:
    with pytest.raises(ConfigError, match=r"64 pictures are needed, 12 were found. Lower batch_size"):
        Batches(numbered(12), 64, seed=0, flip=False)

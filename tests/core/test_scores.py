import numpy as np
import pytest

from core.losses import Loss
from core.scores import score_histogram

REAL, FAKE = np.array([2.5, 0.1, -0.2, 0.9, 40.0]), np.array([-3.0, 0.4, -0.9, 0.0, -60.0])


@pytest.mark.parametrize("loss", ["bce", "lsgan", "hinge", "wgan-gp"])
def test_every_picture_is_counted_once(loss: Loss) -> None:
    found = score_histogram(loss, REAL, FAKE)
    assert len(found.edges) == len(found.real) + 1 == len(found.fake) + 1
    assert sum(found.real) == sum(found.fake) == 5
    if loss == "wgan-gp":
        assert (found.edges[0], found.edges[-1]) == (-60.0, 40.0)
        assert (found.fake[0], found.real[-1]) == (1, 1)
    else:
        assert (found.edges[0], found.edges[-1]) == (0.0, 1.0)


def test_it_is_of_probabilities() -> None:
    found = score_histogram("bce", REAL, FAKE)
    sure = 1 / (1 + np.exp(-REAL))
    np.testing.assert_array_equal(np.histogram(sure, found.edges)[0], found.real)


def test_equal_scores_and_such_as_are_no_numbers_can_be_drawn() -> None:
    flat = score_histogram("wgan-gp", np.ones(2), np.ones(2))
    assert flat.edges[0] < 1 < flat.edges[-1]
    assert sum(score_histogram("bce", np.array([np.nan]), np.array([np.inf])).real) == 1

import numpy as np
import pytest

from core.events import ScoreHistogram
from core.scores import BINS, add_up, score_histogram

REAL, FAKE = np.array([0.9, 0.1, 1.0, 0.55, 0.91]), np.array([0.0, 0.4, 0.2, 0.0, 0.96])


def test_probabilities_are_counted_from_0_to_1() -> None:
    found = score_histogram(REAL, FAKE)
    assert (found.low, found.high) == (0.0, 1.0)
    edges = np.linspace(0, 1, BINS + 1)
    np.testing.assert_array_equal(np.histogram(REAL, edges)[0], found.real)
    np.testing.assert_array_equal(np.histogram(FAKE, edges)[0], found.fake)


def test_a_critics_scores_are_counted_from_the_least_to_the_highest() -> None:
    found = score_histogram(100 * REAL, -30 * FAKE, critic=True)
    assert (found.low, found.high) == pytest.approx((-28.8, 100.0))
    assert (found.fake[0], found.real[-1]) == (1, 1)
    assert sum(found.real) == sum(found.fake) == 5


def test_equal_scores_can_be_drawn() -> None:
    flat = score_histogram(np.ones(2), np.ones(2), critic=True)
    assert flat.low < 1 < flat.high
    assert sum(flat.real) == sum(flat.fake) == 2


def test_batches_add_up_to_what_all_at_once_would_be() -> None:
    batches = [score_histogram(REAL[at : at + 1], FAKE[at : at + 1]) for at in range(5)]
    assert add_up(batches) == score_histogram(REAL, FAKE)


def test_scores_of_different_ranges_add_up_to_within_a_bin() -> None:
    narrow = ScoreHistogram(0.0, 1.0, (3, 1), (0, 4))
    wide = ScoreHistogram(-10.0, 10.0, (2, 0), (1, 1))
    found = add_up([narrow, wide])
    assert (found.low, found.high) == (-10.0, 10.0)
    assert (sum(found.real), sum(found.fake)) == (6, 6)
    assert (found.real[10], found.fake[10], found.real[5], found.fake[15]) == (4, 4, 2, 1)


def test_histograms_of_another_number_of_bins_add_up_too() -> None:
    found = add_up([ScoreHistogram(0.0, 1.0, (3, 1), (0, 4)), score_histogram(REAL, FAKE)])
    assert (sum(found.real), sum(found.fake)) == (9, 9)

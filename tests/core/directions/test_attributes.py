import numpy as np
import pytest

from core.directions.attributes import balanced_accuracy, learn
from core.directions.direction import unit
from core.errors import StudioError
from core.latent import z_of_seed


@pytest.mark.parametrize(("count", "likeness"), [(300, 0.75), (2000, 0.95)])
@pytest.mark.parametrize("share", [0.5, 0.15])
def test_the_direction_behind_the_answers_is_found(count: int, likeness: float, share: float) -> None:
    z, true = z_of_seed(1, 100, count), unit(z_of_seed(2, 100)[0])
    along = z @ true + 0.3 * z_of_seed(3, 1, count)[:, 0]
    found = learn(z, along > np.quantile(along, 1 - share), "glasses")
    assert found.vector @ true > likeness
    assert found.better_than_chance
    assert (found.name, found.kind, found.examples) == ("glasses", "attribute", count)
    assert found.accuracy is not None
    assert found.interval is not None
    assert found.interval[0] < found.accuracy < found.interval[1]


def test_the_accuracy_is_of_faces_that_were_not_learned_from() -> None:
    # With 100 numbers and 60 answers a line that is right about all of them exists whatever they are.
    accuracies, alarms = [], 0
    for seed in range(20):
        answers = np.random.default_rng(seed).random(60) < 0.5
        found = learn(z_of_seed(seed, 100, 60), answers, "nothing")
        accuracies.append(found.accuracy)
        alarms += bool(found.better_than_chance)
    assert np.mean(accuracies) == pytest.approx(0.5, abs=0.05)
    assert alarms <= 3


def test_equal_answers_give_an_equal_direction() -> None:
    z, answers = z_of_seed(1, 20, 50), np.arange(50) % 3 == 0
    one, other = learn(z, answers, "a"), learn(z, answers.tolist(), "a")
    np.testing.assert_array_equal(one.vector, other.vector)
    assert one.accuracy == other.accuracy


def test_too_few_of_either_answer_are_refused_with_their_counts() -> None:
    for yes in (0, 4, 16, 20):
        with pytest.raises(StudioError, match=f"{yes} yes and {20 - yes} no"):
            learn(z_of_seed(1, 10, 20), np.arange(20) < yes, "a")
    assert learn(z_of_seed(1, 10, 20), np.arange(20) < 5, "a").examples == 20


def test_both_answers_weigh_the_same() -> None:
    yes = np.arange(1000) < 10
    accuracy, (low, high) = balanced_accuracy(yes, np.zeros(1000, bool))
    assert accuracy == 0.5
    assert low < 0.5 < high
    perfect, (low, high) = balanced_accuracy(yes, yes)
    assert perfect == high == 1
    assert 0.8 < low < 0.9  # ten right of ten may be luck: Wilson's interval begins at .72, half of it counts

"""Two processes over gloo: a step is that of one, and a run is one run, whatever happens to it."""

from typing import Any

import pytest

from core.data.cache import PictureCache
from core.step import NUMBERS
from tests.core.wide.pair import done_by_two
from tests.core.wide.shared_runs import SHORT, all_shared
from tests.core.wide.shared_steps import EXACT, NEAR

pytestmark = pytest.mark.timeout(600)  # two programs do all of it before the first test
HELD = [*EXACT, "plain, in 2 parts"]  # whose generator's batch norm holds still


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, cartoons: PictureCache) -> dict[str, Any]:
    given: dict[str, Any] = done_by_two(all_shared, tmp_path_factory.mktemp("pair"))
    return given


@pytest.mark.parametrize("case", [*HELD, *NEAR])
def test_all_processes_hold_the_same_bits(found: dict[str, Any], case: str) -> None:
    assert found["steps"][case]["same"]


@pytest.mark.parametrize("case", HELD)
def test_two_processes_learn_what_one_learns(found: dict[str, Any], case: str) -> None:
    apart = found["steps"][case]
    assert max(apart["gradients apart"]) < 1e-4
    assert apart["average apart"] < 1e-6


@pytest.mark.parametrize("case", HELD)
def test_numbers_are_those_of_the_whole_batch(found: dict[str, Any], case: str) -> None:
    two, one = found["steps"][case]["two"], found["steps"][case]["one"]
    scores = [f"score {number}" for number in range(len(one) - len(NUMBERS))]
    assert len(scores) >= 14
    for name, shared, single in zip([*NUMBERS, *scores], two, one, strict=True):
        assert shared == pytest.approx(single, rel=1e-4, abs=1e-5, nan_ok=True), name


@pytest.mark.parametrize("case", NEAR)
def test_with_batch_norm_two_processes_are_near(found: dict[str, Any], case: str) -> None:
    """Each process has its own statistics, so the step is another one, in much the same direction."""
    apart = found["steps"][case]
    assert apart["likeness"][0] > 0.8
    assert apart["likeness"][1] > 0.5
    assert max(apart["gradients apart"]) > 1e-3


def test_a_shared_run_resumes_bit_for_bit(found: dict[str, Any]) -> None:
    assert found["resumed"] == found["straight"]


def test_knobs_and_returns_reach_every_process(found: dict[str, Any]) -> None:
    assert found["returns"] == [3]
    assert found["turned"] == found["turned like it"] != found["straight"]


@pytest.mark.parametrize("seed", SHORT, ids=lambda seed: str(SHORT[seed]))
def test_batches_are_cut_for_all_when_one_is_short_of_memory(found: dict[str, Any], seed: int) -> None:
    assert found[f"short {seed}"] == {"cuts": [[1, 2]], "step": 12}


def test_another_number_of_processes_goes_on(found: dict[str, Any]) -> None:
    assert found["fewer, then more"] == 12
    assert found["processes"] == [2]
    losses = found["numbers"]
    assert losses["fewer"][:6] == losses["straight"][:6]
    assert len(losses["fewer"]) == 12


def test_two_processes_follow_one(found: dict[str, Any]) -> None:
    """Batch norm over four pictures is not that over eight; still they tell nearly the same story."""
    losses = found["numbers"]
    assert losses["straight"] == pytest.approx(losses["single"], rel=0.1)
    assert losses["straight"] != losses["single"]

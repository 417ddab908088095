import json
from dataclasses import replace
from math import isnan
from pathlib import Path

import pytest

from core.config import Config
from core.data.cache import PictureCache
from core.events import ScoreHistogram, Step
from core.steps import row_of, step_of
from tests.core.running import new_run, run_until

STEP = Step(7, 2, 1.5, 100.0, 1.0, 2.0, 0.6, 0.4, 0.3, 0.8, 0.7, 2.0, 5.0, 2e-4, 2e-4, 900.0)
SCORED = replace(STEP, scores=ScoreHistogram(0.0, 1.0, (1, 3), (4, 0)))


@pytest.mark.parametrize("step", [STEP, SCORED])
def test_a_step_comes_back_from_its_line(step: Step) -> None:
    assert step_of(json.loads(json.dumps(row_of(step)))) == step


def test_what_a_line_does_not_say() -> None:
    old = row_of(STEP)
    del old["memory_mib"]
    found = step_of(old | {"g_loss": None})
    assert found is not None
    assert isnan(found.memory_mib)
    assert isnan(found.g_loss)
    assert step_of({"step": 7}) is None


@pytest.mark.parametrize(
    "scores",
    [
        None,
        [],
        {"low": 0, "high": 1, "real": [1]},
        {"low": 0, "high": 1, "real": [1], "fake": [1, 2]},
        {"low": 0, "high": 1, "real": [], "fake": []},
        {"low": 0, "high": 1, "real": ["many"], "fake": [1]},
        {"low": 0, "high": 1, "real": [-1], "fake": [1]},
        {"low": 1, "high": 1, "real": [1], "fake": [1]},
        {"low": None, "high": 1, "real": [1], "fake": [1]},
        {"low": 0, "high": 1, "real": 3, "fake": 3},
    ],
)
def test_histograms_that_cannot_be_drawn_are_none(scores: object) -> None:
    found = step_of(row_of(SCORED) | {"scores": scores})
    assert found == STEP


def test_a_run_keeps_how_the_discriminator_judged_each_logged_batch(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run = new_run(tmp_path / "run", tiny.replace(log_every=3), cartoons)
    told = {event.step: event.scores for event in run_until(run, cartoons) if isinstance(event, Step)}
    assert list(told) == [3, 6, 9, 12]
    for scores in told.values():
        assert scores is not None
        assert sum(scores.real) == sum(scores.fake) == tiny.batch_size
    kept = [step_of(row) for row in run.metrics()]
    assert [each.scores for each in kept if each is not None] == list(told.values())

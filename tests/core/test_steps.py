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
    assert step_of(row_of(STEP) | {"seconds": "long"}) is None
    assert step_of(row_of(STEP) | {"epoch": None}) is None


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
        {"low": "a", "high": "b", "real": [1], "fake": [1]},
        {"low": [0], "high": [1], "real": [1], "fake": [1]},
        {"low": -1e999, "high": 1, "real": [1], "fake": [1]},
        {"low": -1e308, "high": 1e308, "real": [1], "fake": [1]},
        {"low": 0, "high": 1, "real": [float("nan")], "fake": [1]},
        {"low": 0, "high": 1, "real": [1.5], "fake": [1]},
        {"low": 0, "high": 1, "real": [True], "fake": [1]},
        {"low": 0, "high": 1, "real": 3, "fake": 3},
    ],
)
def test_histograms_that_cannot_be_drawn_are_none(scores: object) -> None:
    found = step_of(row_of(SCORED) | {"scores": scores})
    assert found == STEP


@pytest.mark.parametrize("loss", ["bce", "wgan-gp"])
def test_a_run_keeps_how_the_discriminator_judged_its_batches(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, loss: str
) -> None:
    run = new_run(tmp_path / "run", tiny.replace(loss=loss, duration=30, log_every=5), cartoons)
    told = {event.step: event.scores for event in run_until(run, cartoons) if isinstance(event, Step)}
    assert [step for step, scores in told.items() if scores is not None] == [10, 20, 30]
    for scores in filter(None, told.values()):
        assert sum(scores.real) == sum(scores.fake) == tiny.batch_size
        assert ((scores.low, scores.high) == (0.0, 1.0)) == (loss == "bce")
    kept = [step_of(row) for row in run.metrics()]
    assert [each.scores for each in kept if each is not None] == list(told.values())

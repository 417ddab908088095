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
SCORED = replace(STEP, scores=ScoreHistogram((0.0, 0.5, 1.0), (1, 3), (4, 0)))


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
        {"edges": [0, 1], "real": [1]},
        {"edges": [0, 1], "real": [1], "fake": [1, 2]},
        {"edges": [0], "real": [], "fake": []},
        {"edges": [0, 1], "real": ["many"], "fake": [1]},
        {"edges": 3, "real": 3, "fake": 3},
    ],
)
def test_histograms_that_cannot_be_drawn_are_none(scores: object) -> None:
    found = step_of(row_of(SCORED) | {"scores": scores})
    assert found == STEP


def test_a_run_has_histograms_of_every_epoch_and_grid(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    """44 pictures in batches of 8: epochs end at steps 5, 10 and 15."""
    config = tiny.replace(duration=16, log_every=2, sample_every=8, checkpoint_every=16)
    run = new_run(tmp_path / "run", config, cartoons)
    told = {event.step: event.scores for event in run_until(run, cartoons) if isinstance(event, Step)}
    assert {step for step, scores in told.items() if scores is not None} == {6, 8, 10, 16}
    for scores in told.values():
        assert scores is None or sum(scores.real) == sum(scores.fake) == 8
    assert {row["step"] for row in run.metrics() if "scores" in row} == {6, 8, 10, 16}

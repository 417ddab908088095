import json
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from core import checkpoints, generators, retention, runs
from core.checkpoints import Checkpoint
from core.config import Config
from core.models import build_generator
from core.runs import Run

SMALL = Config(size=32, latent_dim=8, g_features=4, keep_checkpoints=3, keep_generators=4)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return runs.create(tmp_path / "run", SMALL, source="cartoons:8", source_digest="0" * 64)


def _save(run: Run, step: int) -> dict[str, torch.Tensor]:
    weights = build_generator(SMALL).state_dict()
    tensors = {f"EMA/{name}": tensor for name, tensor in weights.items()} | {"D/rest": torch.ones(9)}
    checkpoints.save(run.checkpoint_folder, Checkpoint(step, 0.0, SMALL, tensors))
    retention.prune(run)
    return weights


def test_the_newest_stay_whole_and_of_older_ones_the_generator(run: Run) -> None:
    weights = {step: _save(run, step) for step in range(1, 7)}
    assert [step for step, _ in run.checkpoints()] == [4, 5, 6]
    assert [step for step, _ in run.earlier_generators()] == [1, 2, 3]
    assert [step for step, _ in run.generators()] == [1, 2, 3, 4, 5, 6]
    for step, path in run.generators():
        kept = generators.load(path).state_dict()
        assert all(torch.equal(kept[name], tensor) for name, tensor in weights[step].items())
        assert generators.read_facts(path).step == step


def test_earlier_generators_are_thinned_evenly(run: Run) -> None:
    for step in range(1, 41):
        _save(run, step)
    steps = [step for step, _ in run.earlier_generators()]
    assert len(steps) == 4
    assert steps[0] == 1
    assert steps[-1] == 37
    gaps = [after - before for before, after in pairwise(steps)]
    assert max(gaps) <= 3 * min(gaps), steps


def test_none_are_kept_where_none_are_wanted(run: Run) -> None:
    run = runs.change(run, SMALL.replace(keep_generators=0))
    for step in range(1, 7):
        _save(run, step)
    assert [step for step, _ in run.generators()] == [4, 5, 6]


def test_a_damaged_checkpoint_does_not_stop_the_pruning(run: Run) -> None:
    _save(run, 1)
    run.checkpoints()[0][1].write_bytes(b"torn")
    for step in range(2, 6):
        _save(run, step)
    assert [step for step, _ in run.generators()] == [2, 3, 4, 5]


def test_a_file_that_is_open_elsewhere_is_deleted_the_next_time(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows nothing can be deleted that is open. Elsewhere no file says no to an administrator, as whom
    tests may run, so Path.unlink says it here.
    """
    unlink = Path.unlink
    held = [("ckpt", 2), ("gen", 1)]

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if any(path.name.startswith(f"{kind}-{step:09d}-") for kind, step in held):
            raise PermissionError(13, "The process cannot access the file", str(path))
        unlink(path, missing_ok)

    run = runs.change(run, SMALL.replace(keep_generators=1))
    monkeypatch.setattr(Path, "unlink", refuse)
    for step in range(1, 8):
        _save(run, step)
    assert [step for step, _ in run.checkpoints()] == [2, 5, 6, 7]
    assert 1 in [step for step, _ in run.earlier_generators()]
    held.clear()
    retention.prune(run)
    assert [step for step, _ in run.checkpoints()] == [5, 6, 7]
    assert len(run.earlier_generators()) == 1


def test_the_best_checkpoint_stays_whole_until_another_is_better(run: Run) -> None:
    def mark(step: int) -> None:
        path = dict(run.checkpoints())[step]
        (run.folder / "best.json").write_text(json.dumps({"step": step, "checkpoint": path.name}))

    run = runs.change(run, SMALL.replace(keep_generators=9))
    _save(run, 1)
    _save(run, 2)
    mark(2)
    for step in range(3, 9):
        _save(run, step)
        run = runs.open_run(run.folder)  # it is not remembered but written down
    assert [step for step, _ in run.checkpoints()] == [2, 6, 7, 8]
    assert run.best_checkpoint() == run.checkpoints()[0]
    mark(8)
    _save(run, 9)
    assert [step for step, _ in run.checkpoints()] == [7, 8, 9]
    assert 2 in [step for step, _ in run.earlier_generators()]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"checkpoint": 3}', '{"checkpoint": "../run.json"}'])
def test_a_damaged_mark_marks_nothing(run: Run, text: str) -> None:
    _save(run, 1)
    (run.folder / "best.json").write_text(text)
    assert run.best_checkpoint() is None
    retention.prune(run)

"""A run's numbers as curves, read back from what they were exported to."""

import csv
import json
import os
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from core import runs
from core.config import Config
from core.curves import NUMBERS, Curves, read_curves, save_csv
from core.data.cache import PictureCache
from core.errors import Cancelled, StudioError
from core.events import Measured
from core.loop import train
from core.runs import Run
from core.tensorboard import save_events

BY_NAME = {each.name: each for each in NUMBERS}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, cartoons: PictureCache) -> Run:
    """Twelve steps that were really trained, and measures at two of them."""
    config = Config(
        size=32, latent_dim=8, g_features=4, d_features=4, batch_size=8, duration=12, duration_unit="steps"
    )
    folder = tmp_path_factory.mktemp("curves") / "a run"
    made = runs.create(folder, config, source="cartoons:44", source_digest=cartoons.digest)
    for _ in train(made, cartoons, device="cpu"):
        pass
    (made.folder / "measures.jsonl").write_text("".join(_measure(step, step / 20) for step in (6, 12)))
    return made


def _measure(step: int, coverage: float) -> str:
    made = Measured(step, 1, 64, coverage, 1.5, 0.25, 0.9, 1.0, 0.0, None, best=False)
    return json.dumps(asdict(made)) + "\n"


def _tables(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_curves_hold_what_was_logged_and_measured(run: Run) -> None:
    curves, rows = read_curves(run), run.metrics()
    assert curves.steps.tolist() == list(range(1, 13))
    assert curves.columns["g_loss"].tolist() == [row["g_loss"] for row in rows]
    steps, coverage = curves.line("coverage")
    assert (steps.tolist(), coverage.tolist()) == ([6, 12], [0.3, 0.6])
    assert "scores" not in curves.columns
    assert "fid" not in curves.columns
    assert curves.line("fid")[0].size == 0
    best = curves.best(BY_NAME["coverage"])
    assert best is not None
    assert (best.value, best.step, best.seconds) == (0.6, 12, rows[-1]["seconds"])
    assert curves.best(BY_NAME["g_loss"]) is None


def test_a_csv_reads_back_as_the_same_numbers(run: Run, tmp_path: Path) -> None:
    curves = read_curves(run)
    assert save_csv(tmp_path / "made" / "curves.csv", [("x", curves)], named=False) == 12
    table = _tables(tmp_path / "made" / "curves.csv")
    assert list(table[0]) == ["step", *curves.columns]
    for name, values in curves.columns.items():
        read = np.array([float(row[name]) if row[name] else np.nan for row in table])
        np.testing.assert_array_equal(read, values, name)
    assert table[0]["coverage"] == ""
    assert table[0]["step"] == "1"
    assert table[0]["epoch"] == "1"


def test_runs_with_different_numbers_share_a_table(run: Run, tmp_path: Path) -> None:
    old = Curves(np.array([5]), {"d_loss": np.array([0.5])})
    save_csv(tmp_path / "both.csv", [("new", read_curves(run)), ("old, bare", old)])
    *_, last = _tables(tmp_path / "both.csv")
    assert (last["run"], last["step"], last["d_loss"]) == ("old, bare", "5", "0.5")
    assert last["coverage"] == last["seconds"] == ""


def test_tensorboard_reads_every_number_at_its_step_and_time(run: Run, tmp_path: Path) -> None:
    curves = read_curves(run)
    path = save_events(tmp_path, run, curves)
    assert save_events(tmp_path, run, curves) == path  # in its place, not twice beside each other
    assert [each.name for each in tmp_path.iterdir()] == ["a run"]
    read = EventAccumulator(str(path.parent))
    read.Reload()
    assert {"loss/d_loss", "score/d_real", "quality/coverage", "more/epoch"} <= set(read.Tags()["scalars"])
    losses = read.Scalars("loss/g_loss")
    assert [each.step for each in losses] == curves.steps.tolist()
    np.testing.assert_allclose([each.value for each in losses], curves.columns["g_loss"], rtol=1e-6)
    times = np.array([each.wall_time for each in losses])
    np.testing.assert_allclose(np.diff(times), np.diff(curves.seconds), atol=1e-5)
    assert [(each.step, round(each.value, 6)) for each in read.Scalars("quality/coverage")] == [
        (6, 0.3),
        (12, 0.6),
    ]


def test_a_cancelled_export_leaves_nothing(run: Run, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        save_events(tmp_path, run, read_curves(run), cancelled=lambda: True)
    assert not [each for each in tmp_path.rglob("*") if each.is_file()]


def test_a_place_that_cannot_be_written_is_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StudioError, match="could not be written"):
        save_events(tmp_path / "file", run, read_curves(run))
    with pytest.raises(StudioError, match="could not be written"):
        save_csv(tmp_path / "file" / "x.csv", [("x", read_curves(run))])


def test_what_no_version_of_ours_wrote_is_passed_over(run: Run, tmp_path: Path) -> None:
    strange = runs.create(tmp_path / "strange", run.config, source="cartoons:44", source_digest="0")
    (strange.folder / "metrics" / "000001.jsonl").write_text(
        '{"step": 1, "d_loss": "high", "g_loss": 1e999, "=cmd()": 3, "d_real": 1' + "0" * 400 + "}\n"
        '{"step": 2, "d_loss": NaN, "g_loss": 2.5}\n'
        '{"step": -4, "d_loss": 1}\n{"step": 1' + "0" * 30 + ', "d_loss": 1}\n'
    )
    curves = read_curves(strange)
    assert curves.steps.tolist() == [1, 2]
    assert list(curves.columns) == ["g_loss"]
    assert curves.line("g_loss")[1].tolist() == [2.5]
    assert not np.isfinite(curves.seconds).any()
    assert curves.step_after(10) == 0


@pytest.mark.skipif(os.name == "nt" or not os.geteuid(), reason="needs a file that one may not read")
def test_numbers_that_may_not_be_read_are_a_sentence(run: Run) -> None:
    measures = run.folder / "measures.jsonl"
    measures.chmod(0)
    try:
        with pytest.raises(StudioError, match="cannot be read"):
            read_curves(run)
    finally:
        measures.chmod(0o600)


def test_a_moment_is_its_last_measure_or_the_mean_before_it() -> None:
    steps = np.arange(1, 201)
    coverage = np.where(steps % 50 == 0, steps / 1000, np.nan)
    curves = Curves(steps, {"d_loss": steps.astype(float), "coverage": coverage, "seconds": steps / 2})
    assert curves.at(BY_NAME["coverage"], 149) == 0.1
    assert curves.at(BY_NAME["coverage"], 49) is None
    assert curves.at(BY_NAME["d_loss"], 100) == np.arange(95, 101).mean()
    assert curves.at(BY_NAME["d_loss"], 1) == 1
    assert curves.step_after(50.2) == 100
    assert curves.step_after(1e9) == 200

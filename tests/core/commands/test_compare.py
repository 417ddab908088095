import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from core.cli import run_command

Call = Callable[..., tuple[int, dict[str, object], str]]


@pytest.fixture
def other(trained: Path, tmp_path: Path) -> Path:
    """The same run with another seed written into it, and a measure."""
    folder = tmp_path / "other"
    shutil.copytree(trained, folder)
    about = json.loads((folder / "run.json").read_text())
    about["config"]["seed"] = 7
    (folder / "run.json").write_text(json.dumps(about))
    (folder / "measures.jsonl").write_text('{"step": 4, "epoch": 1, "coverage": 0.25, "best": true}\n')
    return folder


def test_two_runs_are_compared(call: Call, trained: Path, other: Path, tmp_path: Path) -> None:
    status, facts, _ = call("compare", trained, other, "--csv", tmp_path / "out" / "both.csv")
    assert status == 0
    assert facts["differences"] == [{"setting": "seed", "label": "Seed", "values": [0, 7]}]
    first, second = facts["runs"]  # type: ignore[misc]
    assert (first["title"], second["title"]) == ("run", "other")
    assert first["step"] == facts["common"]["step"] == 6  # type: ignore[index]
    assert first["state"] == "finished"
    assert first["numbers"]["d_loss"] == second["numbers"]["d_loss"]
    assert first["numbers"]["d_loss"]["best"] is None
    assert "coverage" not in first["numbers"]
    assert second["numbers"]["coverage"]["best"]["step"] == 4
    with (tmp_path / "out" / "both.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["run"] for row in rows] == ["run"] * 6 + ["other"] * 6
    assert rows[9]["coverage"] == "0.25"


def test_a_comparison_reads_well(capsys: pytest.CaptureFixture[str], trained: Path, other: Path) -> None:
    assert run_command(["compare", str(trained), str(other)]) == 0
    text = capsys.readouterr().out
    lines = [line.split() for line in text.splitlines()]
    assert ["run", "other"] in lines
    assert ["Seed", "0", "7"] in lines
    assert ["Coverage", "–", "0.25", "at", "step", "4"] in lines
    assert "At step 6, which all have reached" in text


def test_a_comparison_needs_two_runs_that_are_there(
    call: Call, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        run_command(["compare", str(trained)])
    assert left.value.code == 2
    assert "two runs or more" in capsys.readouterr().err
    status, facts, err = call("compare", trained, tmp_path / "gone")
    assert status == 1
    assert "holds no run" in err
    assert err.count("\n") == 1
    assert facts["error"] in err  # type: ignore[operator]


def test_the_curves_of_a_run_as_a_table_and_for_tensorboard(
    call: Call, trained: Path, tmp_path: Path
) -> None:
    status, facts, _ = call("export", "--run", trained, "--curves", "--out", tmp_path / "curves.csv")
    assert (status, facts["steps"]) == (0, 6)
    with (tmp_path / "curves.csv").open(newline="") as file:
        assert [row["step"] for row in csv.DictReader(file)] == [str(step) for step in range(1, 7)]
    status, facts, _ = call("export", "--run", trained, "--curves", "--out", tmp_path / "board")
    assert status == 0
    read = EventAccumulator(str(tmp_path / "board" / "run"))
    read.Reload()
    assert [each.step for each in read.Scalars("loss/d_loss")] == list(range(1, 7))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--run", "R", "--out", "x.csv"),
        ("--run", "R", "--out", "x.png", "--curves"),
        ("--run", "R", "--out", "x.csv", "--curves", "--training"),
        ("--generator", "G", "--out", "x.csv", "--curves"),
    ],
)
def test_curves_are_asked_for_in_one_way(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        run_command(["export", *arguments])
    assert left.value.code == 2
    assert "curves" in capsys.readouterr().err

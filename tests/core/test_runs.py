import json
import subprocess
import sys
from pathlib import Path

import pytest

from core import runs
from core.config import Config
from core.errors import RunError
from core.journal import Journal

ROOT = Path(__file__).parents[2]


def make(folder: Path) -> runs.Run:
    return runs.create(folder, Config(), source="cartoons:44", source_digest="ab" * 16, preset="tutorial")


def test_a_created_run_opens_again(tmp_path: Path) -> None:
    run = make(tmp_path / "a run")
    assert runs.open_run(tmp_path / "a run") == run
    data = json.loads((run.folder / "run.json").read_text())
    assert data["schema"] == 1
    assert data["config"]["batch_size"] == 128
    assert "torch" in data["environment"]
    with pytest.raises(RunError, match="already holds a run"):
        make(run.folder)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "holds no run"),
        ("", "is damaged"),
        ("[]", "is damaged"),
        ('{"schema": 99}', "newer version"),
        ('{"schema": 1}', "is damaged"),
    ],
)
def test_a_folder_without_a_readable_run(tmp_path: Path, content: str | None, words: str) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    if content is not None:
        (folder / "run.json").write_text(content)
    with pytest.raises(RunError, match=words):
        runs.open_run(folder)
    assert runs.list_runs(tmp_path) == []


def test_a_resume_overrides_the_steps_that_it_repeats(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    first = Journal(run.folder)
    for step in range(1, 8):
        first.metrics({"step": step, "epoch": 1, "d_loss": 1.0})
    second = Journal(run.folder)
    for step in range(5, 7):
        second.metrics({"step": step, "epoch": 1, "d_loss": 2.0})
    assert [(row["step"], row["d_loss"]) for row in run.metrics()] == [
        (1, 1.0), (2, 1.0), (3, 1.0), (4, 1.0), (5, 2.0), (6, 2.0),
    ]  # fmt: skip
    assert [path.name for path in sorted((run.folder / "metrics").iterdir())] == [
        "000001.jsonl",
        "000002.jsonl",
    ]


def test_a_torn_last_line_is_skipped_and_swallows_nothing(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    journal = Journal(run.folder)
    journal.event("started", 0)
    with (run.folder / "events.jsonl").open("a") as file:
        file.write('{"time": "2026-01-01", "st')
    assert [row["event"] for row in run.events()] == ["started"]
    journal.event("finished", 9)
    assert [row["event"] for row in run.events()] == ["started", "finished"]


def test_the_state_tells_what_happened_last(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    journal = Journal(run.folder)
    assert runs.summarise(run).state == "new"
    journal.event("started", 0)
    assert runs.summarise(run).state == "interrupted"
    with runs.locked(run):
        assert runs.summarise(run).state == "running"
    journal.metrics({"step": 40, "epoch": 3})
    journal.event("stopped", 41)
    summary = runs.summarise(run)
    assert (summary.state, summary.step, summary.epoch) == ("stopped", 41, 3)


def test_runs_are_listed_last_written_first(tmp_path: Path) -> None:
    import os

    for index, name in enumerate(("one", "two", "three")):
        run = make(tmp_path / name)
        os.utime(run.folder / "run.json", (index, index))
    (tmp_path / "no run").mkdir()
    damaged = make(tmp_path / "damaged")
    (damaged.folder / "events.jsonl").write_text('{"step": 3}\n')
    assert [summary.run.name for summary in runs.list_runs(tmp_path)] == ["three", "two", "one"]
    assert runs.list_runs(tmp_path / "missing") == []


def test_a_second_program_cannot_write_the_same_run(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    attempt = (
        "import sys; from pathlib import Path; from core import runs\n"
        "run = runs.open_run(Path(sys.argv[1])); print(runs.is_running(run))\n"
        "with runs.locked(run): print('inside')"
    )

    def try_it() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", attempt, str(run.folder)], cwd=ROOT, capture_output=True, text=True
        )

    with runs.locked(run):
        refused = try_it()
        assert refused.stdout == "True\n"
        assert "is being trained by another program" in refused.stderr
        with pytest.raises(RunError), runs.locked(run):
            pass
    assert try_it().stdout == "False\ninside\n"


def test_settings_change_for_a_resume_but_the_networks_stay(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    changed = runs.change(run, run.config.replace(g_lr=1e-4))
    assert runs.open_run(run.folder) == changed
    assert changed.config.g_lr == 1e-4
    for name in ("g_features", "batch_size"):
        with pytest.raises(RunError, match=f"{name} cannot change"):
            runs.change(run, run.config.replace(**{name: 32}))


def test_a_new_folder_name_is_unused_and_says_what_is_in_it(tmp_path: Path) -> None:
    first = runs.new_run_folder(tmp_path, "my/faces: 1 (4,096)", "quick")
    assert first.name.endswith("my faces 1 quick")
    first.mkdir()
    assert runs.new_run_folder(tmp_path, "my/faces: 1", "quick").name == f"{first.name} 2"

import json
from pathlib import Path

import pytest

from core import knobs, runs
from core.cli import run_command
from core.control import Control
from core.data.prepare import prepare
from core.data.sources import open_source
from core.events import Step
from core.loop import train
from tests.core.running import assert_same, final_tensors, numbers

TINY = [
    *("--data", "cartoons:44", "--device", "cpu", "--preset", "quick"),
    *("--set", "size=32", "--set", "latent_dim=16", "--set", "g_features=8", "--set", "d_features=8"),
    *("--set", "batch_size=8", "--set", "sample_count=16", "--set", "log_every=1"),
]


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, object], str]:
    """Exit status, the JSON object, standard error."""
    status = run_command(["train", *map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    return status, json.loads(out), err


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> runs.Run:
    """Eight steps, with knobs turned after the second and, on a resume, after the sixth; it may return."""
    folder = tmp_path_factory.mktemp("train") / "original"
    assert run_command(["train", "--run", str(folder), *TINY, "--steps", "1", "--watchdog", "return"]) == 0
    run = runs.open_run(folder)
    run = runs.change(run, run.config.replace(duration=6))
    control = Control()
    cache = prepare(open_source("cartoons:44"), size=32)
    for event in train(run, cache, device="cpu", control=control):
        if isinstance(event, Step) and event.step == 2:
            control.change({"d_updates": 2, "noise": 0.1})
    resume = ["--resume", "--steps", "8", "--set", "g_lr=0.0001", "--set", "noise=0.2"]
    assert run_command(["train", "--run", str(folder), *resume]) == 0
    return runs.open_run(folder)


def test_settings_of_a_resume_are_knobs_of_its_first_step(turned: runs.Run) -> None:
    assert knobs.history(turned.events()) == [
        (3, {"d_updates": 2, "noise": 0.1}),
        (7, {"g_lr": 1e-4, "noise": 0.2}),
    ]
    assert turned.config.noise == 0
    assert [row["g_lr"] for row in turned.metrics()] == [5e-4] * 6 + [1e-4] * 2


def test_a_repetition_equals_its_original(
    turned: runs.Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, facts, err = call(capsys, "--repeat", turned.folder, "--run", tmp_path / "again")
    assert status == 0
    assert facts["status"] == "finished"
    again = runs.open_run(tmp_path / "again")
    assert_same(final_tensors(again), final_tensors(turned))
    assert numbers(again) == numbers(turned)
    assert knobs.history(again.events()) == knobs.history(turned.events())
    assert (again.preset, again.config.watchdog) == ("quick", "warn")
    assert again.config == turned.config.replace(watchdog="warn")
    assert "Step 7: g_lr = 0.0001, noise = 0.2 from here on" in err


def test_a_repetition_says_what_it_cannot_repeat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    original = tmp_path / "original"
    call(capsys, "--run", original, *TINY, "--steps", 2, "--set", "precision=float32")
    _, _, err = call(capsys, "--repeat", original, "--run", tmp_path / "same")
    assert "bit for bit" not in err
    call(capsys, "--run", original, "--resume", "--steps", 3, "--set", "precision=bf16")
    call(capsys, "--run", original, "--resume", "--steps", 4, "--data", "cartoons:45")
    status, _, err = call(capsys, "--repeat", original, "--run", tmp_path / "again")
    assert status == 0
    assert "original went on with other precision and pictures when it was resumed." in err
    assert "not the same bit for bit" in err


def test_a_folder_is_no_run_before_it_has_the_knobs_that_it_repeats(
    turned: runs.Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "again"
    (folder / "events.jsonl").mkdir(parents=True)  # so that the knobs cannot be written
    assert call(capsys, "--repeat", turned.folder, "--run", folder)[0] == 1
    assert not (folder / "run.json").exists()


def test_a_repetition_may_differ_where_it_is_told_to(
    turned: runs.Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, facts, _ = call(
        capsys, "--repeat", turned.folder, "--run", tmp_path / "other", "--seed", 5, "--steps", 4
    )
    assert (status, facts["step"]) == (0, 4)
    assert runs.open_run(tmp_path / "other").config.seed == 5
    assert numbers(runs.open_run(tmp_path / "other")) != numbers(turned)[:4]


@pytest.mark.parametrize("watchdog", ["off", "warn", "return"])
def test_the_watchdog_is_a_setting_of_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], watchdog: str
) -> None:
    status, facts, _ = call(capsys, "--run", tmp_path / "run", *TINY, "--steps", 2, "--watchdog", watchdog)
    assert status == 0
    assert facts["best"] is None
    assert runs.open_run(tmp_path / "run").config.watchdog == watchdog


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--resume", "--repeat", "elsewhere"], "are for new runs"),
        (["--repeat", "elsewhere", "--preset", "quick"], "--preset cannot go with --repeat"),
        (["--watchdog", "bark"], "invalid choice: 'bark'"),
    ],
)
def test_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        run_command(["train", "--run", str(tmp_path), *arguments])
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


def test_a_resume_refuses_a_knob_out_of_range(turned: runs.Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run_command(["train", "--run", str(turned.folder), "--resume", "--set", "g_lr=3"])
    assert "g_lr: 3 is too large" in capsys.readouterr().err


def test_measures_and_verdicts_have_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measured = ["--set", "measure_every=2", "--set", "measure_count=64", "--data", "cartoons:160"]
    status, facts, err = call(capsys, "--run", tmp_path / "run", *TINY, "--steps", 2, *measured)
    assert status == 0
    assert "Step 2: coverage " in err
    assert "the best so far" in err
    best = runs.open_run(tmp_path / "run").best_checkpoint()
    assert best is not None
    assert facts["best"] == str(best[1]) == facts["checkpoint"]

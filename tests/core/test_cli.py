import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from core.cli import run_command
from core.latent import z_of_seed
from core.sheets import read_sheet

ROOT = Path(__file__).parents[2]
TINY = [
    *("--data", "cartoons:44", "--device", "cpu", "--preset", "quick"),
    *("--set", "size=32", "--set", "latent_dim=16", "--set", "g_features=8", "--set", "d_features=8"),
    *("--set", "batch_size=8", "--set", "sample_count=16"),
]


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, object], str]:
    """Exit status, the JSON object, standard error."""
    status = run_command([*map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    assert out.count("\n") == 1, "exactly one JSON object"
    return status, json.loads(out), err


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "run"
    assert run_command(["train", "--run", str(folder), *TINY, "--steps", "6"]) == 0
    return folder


def test_prepare_reports_what_it_found(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for index in range(3):
        Image.new("RGB", (40, 50), (80 * index, 0, 0)).save(tmp_path / f"{index}.png")
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8\xff\xe0 torn")
    status, facts, _ = call(capsys, "prepare", "--data", tmp_path, "--size", 32)
    assert status == 0
    assert facts["images"] == 3
    assert facts["duplicates"] == 0
    assert [entry["path"] for entry in facts["skipped"]] == ["torn.jpg"]
    assert facts["skipped"][0]["reason"]
    assert Path(facts["cache"]).is_dir()
    assert facts["seconds"] >= 0


def test_train_then_resume(capsys: pytest.CaptureFixture[str], trained: Path) -> None:
    status, facts, _ = call(capsys, "train", "--run", trained, "--resume", "--steps", 9)
    assert status == 0
    assert {name: facts[name] for name in ("run", "step", "epoch", "device", "status")} == {
        "run": str(trained),
        "step": 9,
        "epoch": 2,
        "device": "cpu",
        "status": "finished",
    }
    assert Path(facts["checkpoint"]).is_file()
    assert facts["images_per_s"] > 0
    status, facts, err = call(capsys, "train", "--run", trained, "--resume")
    assert status == 1
    assert (facts["status"], facts["step"], facts["epoch"]) == ("failed", 9, 2)
    assert Path(facts["checkpoint"]).is_file()
    assert {"run", "images_per_s", "seconds", "device", "error"} <= facts.keys()
    assert "already trained for 9 steps" in err
    assert err.count("\n") == 1


def test_minutes_end_a_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, facts, _ = call(capsys, "train", "--run", tmp_path / "run", *TINY, "--minutes", 0.01)
    assert status == 0
    assert facts["status"] == "finished"
    assert 0.6 <= facts["seconds"] < 10


def test_too_few_pictures_leave_no_run_behind(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "run"
    status, facts, err = call(capsys, "train", "--run", folder, *TINY, "--set", "batch_size=64")
    assert status == 1
    assert facts["status"] == "failed"
    assert "64 pictures are needed, 44 were found" in err
    assert not folder.exists()


def test_a_new_run_does_not_overwrite_an_old_one(capsys: pytest.CaptureFixture[str], trained: Path) -> None:
    status, _, err = call(capsys, "train", "--run", trained, *TINY, "--steps", 2)
    assert status == 1
    assert "Add --resume" in err


def test_sample_writes_what_the_suffix_says(
    capsys: pytest.CaptureFixture[str], trained: Path, tmp_path: Path
) -> None:
    common = ("sample", "--run", trained, "--count", 6, "--seed", 3, "--out")
    assert call(capsys, *common, tmp_path / "sheet.png")[0] == 0
    assert call(capsys, *common, tmp_path / "faces.npy")[0] == 0
    status, facts, _ = call(capsys, *common, tmp_path / "faces")
    assert status == 0
    array = np.load(tmp_path / "faces.npy")
    assert (array.shape, array.dtype) == ((6, 3, 32, 32), np.uint8)
    alone = read_sheet(tmp_path / "faces" / "0004.png")
    assert np.array_equal(alone.z, z_of_seed(3, 16, 6)[4:5])
    assert alone.digest == read_sheet(tmp_path / "sheet.png").digest != ""
    single = [np.asarray(Image.open(path)) for path in sorted((tmp_path / "faces").iterdir())]
    assert np.array_equal(np.stack(single), array.transpose(0, 2, 3, 1))
    assert np.array_equal(read_sheet(tmp_path / "sheet.png").z, z_of_seed(3, 16, 6))
    assert call(capsys, "sample", "--generator", facts["checkpoint"], "--count", 9, "--seed", 3, "--out",
                tmp_path / "more.npy")[0] == 0  # fmt: skip
    assert np.array_equal(np.load(tmp_path / "more.npy")[:6], array), "face i does not depend on the count"


def test_runs_and_presets_are_listed(capsys: pytest.CaptureFixture[str], trained: Path) -> None:
    _, facts, _ = call(capsys, "runs", trained.parent)
    assert [(row["run"], row["state"]) for row in facts["runs"]] == [(str(trained), "finished")]
    _, facts, _ = call(capsys, "presets")
    assert {"name", "title", "about", "settings"} == set(facts["presets"][0])


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--run", "x"],
        ["train", "--run", "x", "--data", "cartoons:44", "--set", "colour=1"],
        ["train", "--run", "x", "--data", "cartoons:44", "--set", "size"],
        ["train", "--run", "x", "--data", "cartoons:44", "--preset", "nope"],
        ["train", "--run", "x", "--data", "cartoons:44", "--device", "tpu"],
        ["train", "--run", "x", "--data", "cartoons:44", "--steps", "1", "--epochs", "1"],
        ["sample", "--run", "x"],
        ["sample", "--run", "x", "--out", "faces.gif"],
        ["paint"],
    ],
)
def test_wrong_usage_exits_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run_command(arguments)
    assert caught.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["prepare", "--data", "/no/such/folder"],
        ["train", "--resume", "--run", "/no/such/run"],
        ["sample", "--run", "/no/such/run", "--out", "x.png"],
        ["sample", "--generator", "pyproject.toml", "--out", "x.png"],
    ],
)
def test_a_failure_is_one_line_and_exits_1(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    status, facts, err = call(capsys, *arguments)
    assert status == 1
    assert facts["error"] == err.strip()
    assert err.count("\n") == 1


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("prepare", "train", "sample", "runs", "presets"):
        with pytest.raises(SystemExit) as caught:
            run_command([name, "--help"])
        assert caught.value.code == 0
        assert "usage:" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a POSIX signal")
def test_ctrl_c_saves_and_exits_130(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    child = subprocess.Popen(
        [sys.executable, "main.py", "train", "--run", folder, *TINY, "--steps", "100000", "--json",
         "--set", "checkpoint_every=5"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stderr is not None
    for line in child.stderr:
        if "Saved" in line:
            child.send_signal(signal.SIGINT)
            break
    out, _ = child.communicate(timeout=60)
    facts = json.loads(out)
    assert child.returncode == 130
    assert facts["status"] == "stopped"
    assert Path(facts["checkpoint"]).is_file()
    assert f"ckpt-{facts['step']:09d}" in facts["checkpoint"]


def test_core_works_where_there_is_no_qt(tmp_path: Path) -> None:
    """A Python that cannot import Qt prepares, trains and samples."""
    program = (
        "import sys\n"
        "for name in ('PySide6', 'shiboken6', 'pyqtgraph', 'studio'): sys.modules[name] = None\n"
        "import main\n"
        "for line in sys.stdin:\n"
        "    sys.argv = ['main.py', *line.split('|')[:-1]]\n"
        "    assert main.main() == 0\n"
    )
    commands = [
        ["train", "--run", str(tmp_path / "run"), *TINY, "--steps", "2"],
        ["sample", "--run", str(tmp_path / "run"), "--count", "2", "--out", str(tmp_path / "sheet.png")],
        ["runs", str(tmp_path)],
        ["presets"],
    ]
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, input="".join("|".join(command) + "|\n" for command in commands),
        capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "sheet.png").is_file()


def test_without_a_display_one_line_names_train() -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux can lack a display")
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "main.py"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "train" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_refused_import_names_the_layers(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.safetensors"
    save_file({f"main.{at}.weight": torch.zeros(8, 8, 5, 5) for at in (0, 3, 6)}, theirs)
    command = ("import", theirs, "--out", tmp_path / "ours.safetensors")
    status, facts, err = call(capsys, *command)
    assert status == 1
    assert err == f"{facts['error']}\n", "one line"
    assert len(facts["details"]) >= 3
    err = call(capsys, *command, "--debug")[2]
    assert all(detail in err for detail in facts["details"])

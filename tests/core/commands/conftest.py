import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.cli import run_command

Call = Callable[..., tuple[int, dict[str, object], str]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of six steps with three checkpoints and four grids of 16 faces of 32 px."""
    folder = tmp_path_factory.mktemp("commands") / "run"
    arguments = [
        "train",
        "--run",
        str(folder),
        "--data",
        "cartoons:44",
        "--device",
        "cpu",
        "--preset",
        "quick",
    ]
    settings = ["size=32", "latent_dim=16", "g_features=8", "d_features=8", "batch_size=8", "sample_count=16"]
    for setting in (*settings, "checkpoint_every=2", "sample_every=2", "log_every=1"):
        arguments += ["--set", setting]
    assert run_command([*arguments, "--steps", "6"]) == 0
    return folder


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs a command with --json: exit status, the JSON object, standard error."""

    def run(*arguments: object) -> tuple[int, dict[str, object], str]:
        status = run_command([*map(str, arguments), "--json"])
        out, err = capsys.readouterr()
        assert out.count("\n") == 1, "exactly one JSON object"
        return status, json.loads(out), err

    return run

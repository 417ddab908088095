from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from core import checkpoints
from core.cli import run_command
from core.data.prepared import find_prepared
from core.metrics import inception
from core.metrics.measuring import Measurer
from core.runs import open_run
from core.trainee import Trainee

Call = Callable[..., tuple[int, dict[str, object], str]]


@pytest.fixture(autouse=True)
def no_inception(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever was once downloaded on this computer."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


def test_it_measures_what_the_training_measures(call: Call, trained: Path) -> None:
    status, facts, _ = call("evaluate", "--run", trained, "--device", "cpu")
    assert status == 0
    assert facts["step"] == 6
    assert (facts["count"], facts["images"]) == (22, 44)
    assert facts["extractor"] == "random convolutions 32-64-128, seed 0"
    assert facts["fid"] is None
    run = open_run(trained)
    cache = find_prepared(run.source_digest)
    assert cache is not None
    trainee = Trainee(run.config, torch.device("cpu"))
    newest = checkpoints.latest(run.checkpoint_folder)
    assert newest is not None
    trainee.load(checkpoints.load(newest).tensors)
    measured = Measurer(run.config, cache, torch.device("cpu")).measure(trainee.average, 6, 1)
    assert (facts["coverage"], facts["density"]) == (measured.coverage, measured.density)
    assert facts["kid"] == pytest.approx(measured.kid)
    real = {"coverage": measured.real_coverage, "density": measured.real_density, "kid": measured.real_kid}
    assert facts["real"] == pytest.approx(real)


def test_any_step_and_other_pictures(call: Call, trained: Path) -> None:
    _, facts, _ = call("evaluate", "--run", trained, "--step", 2, "--data", "cartoons:60", "--count", 20)
    assert (facts["step"], facts["count"], facts["images"]) == (2, 20, 60)
    status, facts, err = call("evaluate", "--run", trained, "--step", 3)
    assert status == 1
    assert "keeps no generator of step 3. Those kept are: " in err
    assert err.count("\n") == 1


def test_a_generator_alone_needs_pictures(
    call: Call, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = tmp_path / "faces.safetensors"
    call("export", "--run", trained, "--out", alone)
    _, facts, _ = call("evaluate", "--generator", alone, "--data", "cartoons:44")
    _, of_run, _ = call("evaluate", "--run", trained)
    assert {**facts, "seconds": 0, "generator": ""} == {**of_run, "seconds": 0, "generator": ""}
    with pytest.raises(SystemExit) as wrong:
        run_command(["evaluate", "--generator", str(alone)])
    assert wrong.value.code == 2
    assert "--data" in capsys.readouterr().err
    with pytest.raises(SystemExit) as wrong:
        run_command(["evaluate", "--generator", str(alone), "--step", "2", "--data", "cartoons:44"])
    assert wrong.value.code == 2


def test_too_few_pictures_are_one_line(call: Call, trained: Path) -> None:
    status, _, err = call("evaluate", "--run", trained, "--data", "cartoons:8")
    assert status == 1
    assert err == "At least 12 pictures are needed to measure quality, 8 were found. Add pictures.\n"


def test_the_table_for_people(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["evaluate", "--run", str(trained)]) == 0
    words = capsys.readouterr().out
    assert "real against real" in words
    assert "random convolutions" in words
    assert "22 of 44 pictures" in words
    assert "FID" not in words


def test_the_fid_with_weights_that_are_named(
    call: Call, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torchmetrics")
    random = torch.Generator().manual_seed(0)

    def some(name: str, like: torch.Tensor) -> torch.Tensor:
        if like.dim() > 1:
            return torch.randn(like.shape, generator=random) * (2 / like[0].numel()) ** 0.5
        return torch.full(like.shape, float(name.endswith(("bn.weight", "var"))))

    weights = {name: some(name, like) for name, like in inception._build().state_dict().items()}
    path = tmp_path / "weights.pth"
    torch.save(weights, path)
    arguments = ["--run", trained, "--count", 6, "--data", "cartoons:44", "--inception", path]
    status, facts, _ = call("evaluate", *arguments)
    assert status == 0
    fid = facts["fid"]
    assert isinstance(fid, dict)
    assert fid["published_weights"] is False
    assert fid["value"] > fid["real"] > 0
    status, _, err = call("evaluate", "--run", trained, "--inception", trained / "run.json")
    assert status == 1
    assert "run.json is no file of weights" in err

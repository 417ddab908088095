from collections.abc import Callable

import pytest

from core.bench.table import table
from core.cli import run_command

Call = Callable[..., tuple[int, dict[str, object], str]]
TINY = ["size=32", "latent_dim=8", "g_features=4", "d_features=4", "batch_size=4", "log_every=1"]
SETTINGS = [word for setting in TINY for word in ("--set", setting)]


@pytest.mark.timeout(300)
def test_it_compares_with_the_tutorial(call: Call) -> None:
    short = ["--rounds", 1, "--seconds", 0.1, "--warmup", 0, "--workers", 1, "--pictures", 8]
    status, facts, err = call(
        "bench", "--device", "cpu", "--only", "train", "matrix", "--quick", *short, *SETTINGS
    )
    assert (status, err) == (0, "")
    assert facts["ratio"] == pytest.approx(
        facts["images_per_s"] / facts["tutorial_images_per_s"],
        rel=0.01,  # type: ignore[operator]
    )
    assert facts["config"]["g_features"] == 4  # type: ignore[index]
    assert facts["pictures"] == 8
    shown = table(facts)
    for words in ("pictures/s, from files", "| ratio (1 round)", "share of the matrix speed"):
        assert words in shown
    assert len({line.count("|") for line in shown.splitlines()[2:]}) == 1


def test_a_wrong_setting_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run_command(["bench", "--set", "loss=hinge"])
    assert ended.value.code == 2
    assert "loss cannot be changed in a comparison with the tutorial" in capsys.readouterr().err


def test_too_few_pictures_for_a_batch(call: Call) -> None:
    status, _, err = call(
        "bench", "--only", "matrix", "--pictures", 2, "--device", "cpu", "--data", "cartoons:2", *SETTINGS
    )
    assert status == 1
    assert "batch_size: 4 pictures are needed, 2 were found" in err

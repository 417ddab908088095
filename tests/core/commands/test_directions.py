import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import checkpoints, generators
from core.directions.unsupervised import closed_form, principal
from core.keepsakes.store import read_directions
from core.latent import z_of_seed
from core.sheets import read_sheet

Call = Callable[..., tuple[int, dict[str, object], str]]


def test_directions_are_told_written_and_drawn(call: Call, trained: Path, tmp_path: Path) -> None:
    out, sheet = tmp_path / "found.json", tmp_path / "found.png"
    status, facts, _ = call(
        "directions", "--run", trained, "--principal", 3, "--closed-form", 2, "--out", out, "--sheet", sheet
    )
    assert status == 0
    path = checkpoints.latest(trained / "checkpoints")
    assert path is not None
    generator = generators.load(path)
    expected = [*principal(generator, 3), *closed_form(generator, 2)]
    assert [(each["name"], each["strength"]) for each in facts["directions"]] == [
        (each.name, each.strength) for each in expected
    ]
    assert facts["digest"] == generators.digest(generator)
    written = read_directions(out, latent_dim=16)
    np.testing.assert_array_equal([each.vector for each in written], [each.vector for each in expected])
    drawn = read_sheet(sheet)
    assert (drawn.rows, drawn.columns, drawn.digest) == (5, 7, facts["digest"])
    along = drawn.z.reshape(5, 7, 16)
    for row, each in zip(along, expected, strict=True):
        np.testing.assert_allclose(row @ each.vector, [-3, -2, -1, 0, 1, 2, 3], atol=1e-5)
        np.testing.assert_allclose(np.diff(row, axis=0), np.tile(each.vector, (6, 1)), atol=1e-5)
        rest = z_of_seed(0, 16)[0] - row[3]
        np.testing.assert_allclose(rest, (rest @ each.vector) * each.vector, atol=1e-5)


def test_without_a_wish_ten_principal_directions_are_found(call: Call, trained: Path) -> None:
    status, facts, _ = call("directions", "--run", trained)
    assert status == 0
    assert [each["name"] for each in facts["directions"]] == [f"Principal {n}" for n in range(1, 11)]


def test_labels_need_a_run_and_must_be_there(call: Call, trained: Path, tmp_path: Path) -> None:
    status, facts, _ = call("directions", "--run", trained, "--label", "wings")
    assert status == 1
    assert "no label wings. Choose from: black hair" in str(facts["error"])
    path = checkpoints.latest(trained / "checkpoints")
    assert path is not None
    alone = tmp_path / "alone.safetensors"
    generators.save(alone, generators.load(path), name="alone")
    status, facts, _ = call("directions", "--generator", alone, "--label", "glasses")
    assert status == 1
    assert "Name a run with --run" in str(facts["error"])


def test_a_label_that_cannot_be_learned_is_told_beside_the_others(call: Call, trained: Path) -> None:
    status, facts, _ = call("directions", "--run", trained, "--closed-form", 1, "--label", "moustache")
    assert status == 0
    assert [each["name"] for each in facts["directions"]] == ["Closed form 1"]
    (failed,) = facts["failed"]
    assert failed["label"] == "moustache"
    assert "of the pictures have this label" in failed["reason"]
    status, facts, _ = call("directions", "--run", trained, "--label", "moustache")
    assert status == 1
    assert facts["error"] == failed["reason"]


def test_files_of_another_kind_are_wrong_usage(call: Call, trained: Path, tmp_path: Path) -> None:
    for flag in ("--out", "--sheet"):
        with pytest.raises(SystemExit) as ended:
            call("directions", "--run", trained, flag, tmp_path / "found.txt")
        assert ended.value.code == 2


def test_labels_are_learned_when_the_pictures_are_gone_but_prepared(
    call: Call, trained: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(trained, copy)
    about = copy / "run.json"
    about.write_text(about.read_text().replace("cartoons:44", str(tmp_path / "gone.zip")))
    status, facts, _ = call("directions", "--run", copy, "--closed-form", 1, "--label", "moustache")
    assert status == 0
    assert "of the pictures have this label" in facts["failed"][0]["reason"]

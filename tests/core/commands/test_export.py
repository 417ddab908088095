import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import onnxruntime
import pytest
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save

from core import export, generators, runs
from core.cli import run_command
from core.latent import decode, truncate, z_of_seed
from core.sheets import read_sheet

Call = Callable[..., tuple[int, dict[str, object], str]]
posix = pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends a process on Windows")


def test_a_sheet_and_its_faces_again_bit_for_bit(call: Call, trained: Path, tmp_path: Path) -> None:
    out, again, faces = tmp_path / "sheet.png", tmp_path / "again.png", tmp_path / "faces.npy"
    status, facts, _ = call(
        "export", "--run", trained, "--out", out, "--rows", 2, "--columns", 3, "--spacing", 4, "--scale", 2,
        "--labels", "--seed", 5, "--truncation", 0.7,
    )  # fmt: skip
    assert status == 0
    assert (facts["faces"], facts["rows"], facts["columns"], facts["truncation"]) == (6, 2, 3, 0.7)
    with Image.open(out) as image:
        assert list(image.size) == facts["size_px"]
    generator = generators.load(Path(str(facts["generator"])))
    sheet = read_sheet(out)
    assert sheet.digest == facts["digest"] == generators.digest(generator)
    assert sheet.config == runs.open_run(trained).config.model_dump()
    expected = decode(generator, truncate(z_of_seed(5, 16, 6), 0.7))

    assert call("export", "--run", trained, "--sheet", out, "--out", again)[0] == 0
    assert again.read_bytes() == out.read_bytes()
    assert call("export", "--generator", facts["generator"], "--sheet", out, "--out", faces)[0] == 0
    np.testing.assert_array_equal(np.load(faces).transpose(0, 2, 3, 1), expected)
    larger = call("export", "--run", trained, "--sheet", out, "--scale", 3, "--out", again)[1]
    assert larger["size_px"][0] > facts["size_px"][0]


def test_a_sheet_finds_the_moment_of_the_run_that_made_it(call: Call, trained: Path, tmp_path: Path) -> None:
    steps = runs.open_run(trained).generators()
    assert len(steps) == 3
    oldest, newest = steps[0][1], steps[-1][1]
    _, facts, _ = call("export", "--generator", oldest, "--out", tmp_path / "sheet.png", "--rows", 1)
    _, found, _ = call(
        "export", "--run", trained, "--sheet", tmp_path / "sheet.png", "--out", tmp_path / "a.npy"
    )
    assert found["generator"] == str(oldest)
    status, refused, err = call(
        "export", "--generator", newest, "--sheet", tmp_path / "sheet.png", "--out", tmp_path / "b.npy"
    )
    assert status == 1
    assert str(facts["digest"]) in err
    assert "step 2" in err
    assert err.count("\n") == 1
    assert refused["error"] == err.strip()
    assert not (tmp_path / "b.npy").exists()


def test_a_folder_of_faces_each_of_which_opens_again(call: Call, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "faces"
    _, facts, _ = call("export", "--run", trained, "--out", out, "--rows", 1, "--columns", 3, "--scale", 2)
    assert (facts["faces"], facts["size_px"]) == (3, [64, 64])
    assert [path.name for path in sorted(out.iterdir())] == ["0000.png", "0001.png", "0002.png"]
    np.testing.assert_array_equal(read_sheet(out / "0002.png").z, z_of_seed(0, 16, 3)[2:])


def test_the_generator_alone_and_its_card(call: Call, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "faces.safetensors"
    status, facts, _ = call("export", "--run", trained, "--out", out)
    assert status == 0
    stated = generators.read_facts(out)
    assert stated.digest == facts["digest"]
    assert (stated.step, stated.about["source"], stated.about["preset"]) == (6, "cartoons:44", "quick")
    card = Path(str(facts["card"])).read_text("utf-8")
    assert str(facts["digest"]) in card
    z = z_of_seed(0, 16, 4)
    np.testing.assert_array_equal(
        decode(generators.load(out), z), decode(generators.load(Path(str(facts["generator"]))), z)
    )
    assert call("export", "--generator", out, "--out", tmp_path / "sheet.png")[1]["digest"] == facts["digest"]
    assert call("export", "--generator", out, "--out", tmp_path / "again.safetensors")[0] == 0
    assert generators.read_facts(tmp_path / "again.safetensors") == stated, "a copy keeps where it is from"


def test_onnx_draws_the_same_faces(call: Call, trained: Path, tmp_path: Path) -> None:
    status, facts, _ = call("export", "--run", trained, "--out", tmp_path / "faces.onnx")
    assert status == 0
    assert facts["max_difference"] <= 1e-4
    (pictures,) = onnxruntime.InferenceSession(tmp_path / "faces.onnx").run(None, {"z": z_of_seed(0, 16, 3)})
    generator = generators.load(Path(str(facts["generator"])))
    levels = ((pictures + 1) * 127.5).round().clip(0, 255).astype(np.uint8).transpose(0, 2, 3, 1)
    assert np.abs(levels.astype(int) - decode(generator, z_of_seed(0, 16, 3))).max() <= 1


@pytest.mark.parametrize("suffix", [".mp4", ".webp", ".gif"])
def test_the_training_as_a_film(call: Call, trained: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"training{suffix}"
    status, facts, _ = call("export", "--run", trained, "--training", "--fps", 4, "--scale", 2, "--out", out)
    assert status == 0
    assert (facts["frames"], facts["seconds"], facts["size_px"]) == (4, 1.0, [256, 256])
    if suffix == ".mp4":
        with av.open(str(out)) as container:
            assert len(list(container.decode(video=0))) == 4
    else:
        with Image.open(out) as image:
            assert image.n_frames == 4
    common = ("export", "--run", trained, "--training", "--fps", 4, "--out", out)
    _, facts, _ = call(*common, "--seconds", 0.5, "--face", 3)
    assert (facts["frames"], facts["size_px"]) == (2, [32, 32])
    status, _, err = call(*common, "--face", 16)
    assert status == 1
    assert "from 0 to 15" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--out", "film.mp4"],
        ["--out", "faces.jpg"],
        ["--out", "sheet.png", "--training"],
        ["--out", "sheet.png", "--rows", "0"],
        ["--out", "sheet.png", "--sheet", "other.png", "--seed", "1"],
        ["--out", "film.mp4", "--training", "--seconds", "0"],
        ["--out", "film.gif", "--training", "--fps", "60"],
        ["--out", "sheet.png", "--truncation", "nan"],
        ["--out", "sheet.png", "--truncation", "-1"],
        ["--out", "sheet.png", "--spacing", "-1"],
        ["--out", "sheet.png", "--rows", "10001"],
        [],
    ],
)
def test_wrong_usage_exits_2(
    trained: Path, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        run_command(["export", "--run", str(trained), *arguments])
    assert caught.value.code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_film_of_a_generator_alone_is_wrong_usage(trained: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        run_command(["export", "--generator", "g.safetensors", "--training", "--out", "film.mp4"])
    assert caught.value.code == 2


def test_a_picture_that_is_no_sheet_is_one_line(call: Call, trained: Path, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "photo.png")
    status, _, err = call(
        "export", "--run", trained, "--sheet", tmp_path / "photo.png", "--out", tmp_path / "a.png"
    )
    assert status == 1
    assert "carries no faces" in err


def test_a_card_takes_no_other_files_place(call: Call, trained: Path, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    out = tmp_path / "README.safetensors"
    assert call("export", "--run", trained, "--out", out)[1]["card"] == str(
        tmp_path / "README.safetensors.md"
    )
    assert (tmp_path / "README.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("out", "faces", "sentence"),
    [
        ("x.png", (10_000, 10_000), "10,000 faces at most, not 100,000,000"),
        ("x.npy", (10_000, 10_000), r"GiB of memory, more than 8"),
        ("x.png", (100, 100, "--scale", 20), "megapixels"),
    ],
)
def test_what_is_too_much_is_told_before_it_is_drawn(
    call: Call, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str,
    faces: tuple[object, ...], sentence: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("core.latent.decode", lambda *_: pytest.fail("a face was drawn"))
    rows, columns, *rest = faces
    status, _, err = call(
        "export", "--run", trained, "--out", tmp_path / out, "--rows", rows, "--columns", columns, *rest
    )
    assert status == 1
    assert sentence in err
    status, _, err = call("sample", "--run", trained, "--out", tmp_path / "y.png", "--count", 20_000)
    assert (status, "10,000 faces at most" in err) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_that_does_not_say_its_digest_is_found_by_its_weights(
    call: Call, trained: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(trained, copy)
    oldest = runs.open_run(copy).checkpoints()[0][1]
    assert call("export", "--generator", oldest, "--out", tmp_path / "sheet.png", "--rows", 1)[0] == 0
    tensors = load_file(oldest)
    with safe_open(oldest, "pt") as file:
        facts = json.loads(file.metadata()["studio"])
    del facts["digest"]  # as older versions wrote it
    data = save(tensors, {"studio": json.dumps(facts)})
    oldest.unlink()
    older = oldest.with_name(f"ckpt-000000002-{hashlib.sha256(data).hexdigest()[:16]}.safetensors")
    older.write_bytes(data)
    status, found, _ = call(
        "export", "--run", copy, "--sheet", tmp_path / "sheet.png", "--out", tmp_path / "a.npy"
    )
    assert status == 0
    assert found["generator"] == str(older)


@posix
@pytest.mark.parametrize(
    "arguments",
    [
        ["export", "--out", "sheet.png"],
        ["export", "--out", "faces.npy"],
        ["sample", "--out", "faces"],
        ["sample", "--out", "sheet.png"],
        ["morph", "--seeds", "1,2", "--count", "40", "--out", "strip.png"],
        ["directions", "--principal", "8", "--sheet", "found.png"],
    ],
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_faces_are_drawn_leaves_nothing(
    call: Call, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str],
    number: signal.Signals,
) -> None:  # fmt: skip
    def decode_and_signal(*given: object) -> np.ndarray:
        os.kill(os.getpid(), number)
        return decode(*given)

    monkeypatch.setattr("core.latent.decode", decode_and_signal)
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(number)
    command, *rest = arguments
    status, facts, _ = call(command, "--run", trained, *rest)
    assert (status, facts) == (130, {"error": "Cancelled; nothing was written."})
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(number) is before


@posix
def test_a_signal_while_a_folder_is_filled_leaves_nothing(
    call: Call, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = export.encode_png

    def encode_and_signal(*given: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        encode(*given)

    monkeypatch.setattr(export, "encode_png", encode_and_signal)
    assert call("sample", "--run", trained, "--out", tmp_path / "faces")[0] == 130
    assert list(tmp_path.iterdir()) == []

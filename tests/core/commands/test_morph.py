import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from core import generators
from core.cli import run_command
from core.latent import decode, z_of_seed
from core.sheets import read_sheet
from core.timeline import Timeline

Call = Callable[..., tuple[int, dict[str, object], str]]
ROOT = Path(__file__).parents[3]


def _frames(path: Path) -> np.ndarray:
    if path.suffix == ".mp4":
        with av.open(str(path)) as container:
            return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])
    with Image.open(path) as image:
        shown = []
        for index in range(image.n_frames):
            image.seek(index)
            shown.append(np.asarray(image.convert("RGB")))
        return np.stack(shown)


@pytest.mark.parametrize("suffix", [".mp4", ".webp", ".gif"])
def test_a_film_has_the_stated_frames_and_begins_and_ends_with_its_faces(
    call: Call, trained: Path, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"morph{suffix}"
    status, facts, _ = call(
        "morph", "--run", trained, "--seeds", "1,2,3", "--seconds", 2, "--fps", 15, "--scale", 2, "--out", out
    )
    assert status == 0
    assert (facts["frames"], facts["seconds"], facts["size_px"]) == (30, 2.0, [64, 64])
    shown = _frames(out)
    assert shown.shape == (30, 64, 64, 3)
    generator = generators.load(Path(str(facts["generator"])))
    ends = decode(generator, np.concatenate([z_of_seed(1, 16), z_of_seed(3, 16)]))
    difference = np.abs(shown[[0, -1]].astype(int) - ends.repeat(2, 1).repeat(2, 2))
    assert difference.mean() < 6
    assert list(tmp_path.iterdir()) == [out]


def test_the_faces_of_a_sheet_linear_and_in_a_loop(call: Call, trained: Path, tmp_path: Path) -> None:
    sheet, out = tmp_path / "sheet.png", tmp_path / "morph.webp"
    call("export", "--run", trained, "--out", sheet, "--rows", 1, "--columns", 3, "--truncation", 0.5)
    _, facts, _ = call(
        "morph", "--run", trained, "--sheet", sheet, "--seconds", 1, "--fps", 12, "--linear", "--loop",
        "--scale", 1, "--out", out,
    )  # fmt: skip
    assert (facts["frames"], facts["keyframes"]) == (12, 3)
    way = Timeline(read_sheet(sheet).vectors, 1.0, "linear", loop=True).frames(12)
    np.testing.assert_array_equal(_frames(out), decode(generators.load(Path(str(facts["generator"]))), way))


def test_a_strip_is_a_sheet(call: Call, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "strip.png"
    _, facts, _ = call("morph", "--run", trained, "--seeds", "1,2", "--count", 5, "--scale", 2, "--out", out)
    assert facts["frames"] == 5
    with Image.open(out) as image:
        assert list(image.size) == facts["size_px"] == [5 * 66 + 2, 68]
    z = read_sheet(out).z
    np.testing.assert_allclose(z[[0, -1]], np.concatenate([z_of_seed(1, 16), z_of_seed(2, 16)]), atol=1e-5)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--out", "m.mp4"],
        ["--seeds", "1,two", "--out", "m.mp4"],
        ["--seeds", "", "--out", "m.mp4"],
        ["--seeds", "1", "--sheet", "s.png", "--out", "m.mp4"],
        ["--seeds", "1,2", "--out", "m.mp4", "--seconds", "0"],
        ["--seeds", "1,2", "--out", "m.mp4", "--seconds", "nan"],
        ["--seeds", "1,2", "--out", "m.mp4", "--scale", "1.5"],
        ["--seeds", "1,2"],
        ["--seeds", "1,2", "--out", "m.avi"],
        ["--seeds", "1,2", "--out", "m.gif", "--fps", "60"],
    ],
)
def test_wrong_usage_exits_2(trained: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run_command(["morph", "--run", str(trained), *arguments])
    assert caught.value.code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a POSIX signal")
@pytest.mark.parametrize("suffix", [".mp4", ".webp", ".gif"])
def test_ctrl_c_leaves_nothing_half_written(trained: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"morph{suffix}"
    child = subprocess.Popen(
        [sys.executable, "main.py", "morph", "--run", trained, "--seeds", "1,2", "--seconds", "2000",
         "--fps", "30", "--out", out],
        cwd=ROOT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        while not (parts := list(tmp_path.iterdir())) or not parts[0].stat().st_size:
            with pytest.raises(subprocess.TimeoutExpired):  # it is still at work
                child.wait(0.05)
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=30)
    finally:
        child.kill()
    assert child.returncode == 130
    assert list(tmp_path.iterdir()) == []

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from core.errors import Cancelled, ShapeError, StudioError
from core.films import webp
from core.films.writing import save_film


def _frames(count: int, height: int = 24, width: int = 32) -> np.ndarray:
    """A soft picture whose colours move: (count, height, width, 3) uint8."""
    y, x, t = np.meshgrid(np.arange(height), np.arange(width), np.arange(count), indexing="ij")
    waves = [np.sin(x / 12 + t / 5), np.sin(x / 12 + y / 20 + t / 5), np.sin((x + y) / 15 + t / 4)]
    return (127.5 + 60 * np.stack(waves, -1)).astype(np.uint8).transpose(2, 0, 1, 3)


def _read(path: Path) -> tuple[np.ndarray, float]:
    """Every frame that is in the file, and how long they are shown in seconds."""
    if path.suffix == ".mp4":
        with av.open(str(path)) as container:
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
            return np.stack(frames), container.duration / av.time_base
    with Image.open(path) as image:
        frames, milliseconds = [], 0
        for index in range(image.n_frames):
            image.seek(index)
            frames.append(np.asarray(image.convert("RGB")))
            milliseconds += image.info["duration"]
        return np.stack(frames), milliseconds / 1000


@pytest.mark.parametrize(("suffix", "mean", "most"), [(".gif", 3, 16), (".webp", 0, 0), (".mp4", 2.5, 20)])
def test_a_film_decodes_to_its_frames(tmp_path: Path, suffix: str, mean: float, most: int) -> None:
    frames, out = _frames(31), tmp_path / f"film{suffix}"
    told: list[int] = []
    assert save_film(out, iter(frames), fps=30, scale=2, total=31, progress=told.append) == 31
    shown, seconds = _read(out)
    assert shown.shape == (31, 48, 64, 3)
    difference = np.abs(shown.astype(int) - frames.repeat(2, 1).repeat(2, 2))
    assert difference.mean() <= mean
    assert difference.max() <= most
    assert seconds == pytest.approx(31 / 30, abs=0.006)
    assert told == list(range(1, 32))
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".mp4"])
def test_equal_neighbours_stay_frames_of_their_own(tmp_path: Path, suffix: str) -> None:
    frames = _frames(3)[[0, 0, 0, 1, 1, 2, 2, 2]]
    save_film(tmp_path / f"film{suffix}", frames, fps=25)
    shown, seconds = _read(tmp_path / f"film{suffix}")
    assert len(shown) == 8
    assert seconds == pytest.approx(8 / 25)
    assert np.abs(shown[7].astype(int) - frames[7]).mean() < 3


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".mp4"])
def test_one_frame_is_a_film(tmp_path: Path, suffix: str) -> None:
    assert save_film(tmp_path / f"film{suffix}", _frames(1), fps=10) == 1
    shown, seconds = _read(tmp_path / f"film{suffix}")
    assert len(shown) == 1
    assert seconds == pytest.approx(0.1)


def test_a_gif_of_many_colours_keeps_the_rare_ones(tmp_path: Path) -> None:
    """Some pale blue in a large brown picture, which a median cut turns grey."""
    draw = np.random.default_rng(0)
    noise = draw.normal(0, 25, (256, 256, 1)) + draw.normal(0, 8, (256, 256, 3))
    grid = np.linspace(40, 215, 256)[:, None, None] * (1, 0.8, 0.6) + noise
    y, x = np.mgrid[:16, :16] / 16
    grid[64:80, 64:80] = np.stack([120 + 60 * x, 150 + 50 * y, 200 + 40 * x], -1)
    frame = grid.clip(0, 255).astype(np.uint8)
    save_film(tmp_path / "film.gif", [frame, frame], fps=2)
    shown, _ = _read(tmp_path / "film.gif")
    difference = np.abs(shown[1].astype(int) - frame)
    assert difference.mean() < 4
    assert difference[64:80, 64:80].mean() < 9


def test_an_odd_side_of_an_mp4_gets_the_edge_once_more(tmp_path: Path) -> None:
    frames = _frames(2, 25, 33)
    save_film(tmp_path / "film.mp4", frames, fps=10)
    shown, _ = _read(tmp_path / "film.mp4")
    assert shown.shape == (2, 26, 34, 3)
    assert np.abs(shown[0, 25].astype(int) - shown[0, 24]).mean() < 4


def test_an_mp4_plays_everywhere(tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    save_film(out, _frames(5), fps=29.97)
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == Fraction(2997, 100)
    data = out.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "the index comes first, so that it plays while it loads"


@pytest.mark.parametrize(("suffix", "for_ever"), [(".gif", 0), (".webp", 0)])
def test_a_loop_plays_for_ever(tmp_path: Path, suffix: str, for_ever: int) -> None:
    for loop in (True, False):
        save_film(tmp_path / f"{loop}{suffix}", _frames(2), fps=10, loop=loop)
    with Image.open(tmp_path / f"True{suffix}") as image:
        assert image.info["loop"] == for_ever
    with Image.open(tmp_path / f"False{suffix}") as image:
        assert image.info.get("loop") != for_ever


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".mp4"])
def test_cancelling_leaves_what_was_there(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"film{suffix}"
    out.write_bytes(b"before")
    taken = 0

    def endless() -> Iterator[np.ndarray]:
        nonlocal taken
        while True:
            taken += 1
            yield _frames(1)[0]

    with pytest.raises(Cancelled):
        save_film(out, endless(), fps=10, cancelled=lambda: taken > 3)
    assert taken == 4
    assert out.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".mp4"])
def test_a_fault_in_the_frames_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(ShapeError, match="one size"):
        save_film(tmp_path / f"film{suffix}", [*_frames(2), _frames(1, 8, 8)[0]], fps=10)
    with pytest.raises(ShapeError, match="at least one frame"):
        save_film(tmp_path / f"film{suffix}", [], fps=10)
    with pytest.raises(ShapeError, match="uint8"):
        save_film(tmp_path / f"film{suffix}", [np.zeros((8, 8, 3))], fps=10)
    with pytest.raises(StudioError, match="3 frames instead of 4"):
        save_film(tmp_path / f"film{suffix}", _frames(3), fps=10, total=4)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "fps", "scale", "sentence"),
    [
        ("film.avi", 30, 1, r"\.avi.*\.mp4"),
        ("film", 30, 1, "folder"),
        ("film.mp4", 0, 1, "frames a second"),
        ("film.mp4", float("nan"), 1, "frames a second"),
        ("film.gif", 60, 1, "at most 50"),
        ("film.mp4", 30, 0, "whole number"),
        ("film.webp", 30, 1000, "Lower the scale"),
    ],
)
def test_what_cannot_be_written_is_a_sentence(
    tmp_path: Path, name: str, fps: float, scale: int, sentence: str
) -> None:
    with pytest.raises(StudioError, match=sentence):
        save_film(tmp_path / name, _frames(2), fps=fps, scale=scale)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".mp4"])
def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StudioError, match="could not be written"):
        save_film(tmp_path / "file" / f"film{suffix}", _frames(2), fps=10)


def test_a_webp_that_grows_too_large_ends_in_a_sentence(tmp_path: Path) -> None:
    """Not after hours, when its length does not fit the header."""
    with (tmp_path / "film.webp").open("wb") as file, webp.write(file, 24, 32, 30, 1, loop=True) as add:
        add(_frames(1)[0])
        file.seek(webp.MOST_BYTES - 2_000)  # a hole, which takes no room
        with pytest.raises(StudioError, match=r"larger than 4 GiB.*write \.mp4"):
            add(_frames(1)[0])
        file.seek(1_000)

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import export, runs
from core.config import Config
from core.errors import RunError, ShapeError
from core.films.training import frames_of
from core.runs import Run


@pytest.fixture
def run(tmp_path: Path, tiny: Config) -> Run:
    return runs.create(tmp_path / "run", tiny, source="none", source_digest="")


def _save(run: Run, step: int, count: int = 16) -> np.ndarray:
    """A grid as training writes it; face i of step s is of one colour, (s, i, 0)."""
    faces = np.zeros((count, run.config.size, run.config.size, 3), np.uint8)
    faces[..., 0], faces[..., 1] = step, np.arange(count)[:, None, None]
    export.save_grid(run.sample_folder / f"{step:09d}.png", faces, int(count**0.5), spacing=0)
    return faces


def test_the_grids_come_in_the_order_of_training(run: Run) -> None:
    for step in (100, 0, 20):
        _save(run, step)
    count, frames = frames_of(run)
    shown = list(frames)
    assert count == len(shown) == 3
    assert [int(frame[0, 0, 0]) for frame in shown] == [0, 20, 100]
    np.testing.assert_array_equal(shown[2], np.asarray(Image.open(run.samples()[2][1])))


def test_one_face_alone(run: Run) -> None:
    faces = _save(run, 7)
    _, frames = frames_of(run, face=6)
    np.testing.assert_array_equal(next(frames), faces[6])
    with pytest.raises(ShapeError, match="from 0 to 15"):
        frames_of(run, face=16)
    with pytest.raises(ShapeError, match="no face -1"):
        frames_of(run, face=-1)


def test_a_long_training_is_thinned_evenly(run: Run) -> None:
    for step in range(11):
        _save(run, step)
    count, frames = frames_of(run, face=0, most=6)
    assert count == 6
    assert [int(frame[0, 0, 0]) for frame in frames] == [0, 2, 4, 6, 8, 10]
    assert frames_of(run, most=99)[0] == 11


def test_where_the_number_of_faces_changed_the_first_ones_are_shown(run: Run) -> None:
    _save(run, 1, 36)
    _save(run, 2, 16)
    shown = list(frames_of(run)[1])
    assert {frame.shape for frame in shown} == {(128, 128, 3)}
    for frame in shown:
        np.testing.assert_array_equal(frame[::32, ::32, 1].ravel(), np.arange(16))


def test_a_run_without_grids_and_a_damaged_grid_are_sentences(run: Run) -> None:
    with pytest.raises(RunError, match="no pictures of its training yet"):
        frames_of(run)
    _save(run, 1)
    (run.sample_folder / "000000002.png").write_bytes(b"torn")
    with pytest.raises(RunError, match=r"000000002\.png is not a grid of this run"):
        frames_of(run)
    whole = (run.sample_folder / "000000001.png").read_bytes()
    (run.sample_folder / "000000002.png").write_bytes(whole[: len(whole) // 2])
    _, frames = frames_of(run)
    next(frames)
    with pytest.raises(RunError, match=r"000000002\.png"):
        next(frames)
    Image.new("RGB", (33, 33)).save(run.sample_folder / "000000002.png")
    with pytest.raises(RunError, match=r"000000002\.png"):
        frames_of(run)

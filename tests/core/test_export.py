import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import export
from core.errors import ShapeError, StudioError


def _pictures(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 8, 8, 3), np.uint8)


def test_a_sheet_places_pictures_row_by_row_with_space_around_each() -> None:
    pictures = _pictures(5)
    canvas = export.sheet(pictures, columns=3, spacing=2, background=(9, 8, 7))
    assert canvas.shape == (2 * 10 + 2, 3 * 10 + 2, 3)
    np.testing.assert_array_equal(canvas[2:10, 2:10], pictures[0])
    np.testing.assert_array_equal(canvas[12:20, 12:20], pictures[4])
    np.testing.assert_array_equal(canvas[12:20, 22:30], np.broadcast_to((9, 8, 7), (8, 8, 3)))
    np.testing.assert_array_equal(canvas[:2].reshape(-1, 3).max(0), (9, 8, 7))


def test_a_saved_sheet_carries_its_notes(tmp_path: Path) -> None:
    pictures = _pictures(4)
    export.save_grid(
        tmp_path / "new" / "sheet.PNG", pictures, 2, text={"Seed": "7", "Generator": "Gesichter ☺"}
    )
    with Image.open(tmp_path / "new" / "sheet.PNG") as image:
        assert image.info["Seed"] == "7"
        assert image.info["Generator"] == "Gesichter ☺"
        np.testing.assert_array_equal(np.asarray(image), export.sheet(pictures, 2))


def test_an_array_is_rgb_planes(tmp_path: Path) -> None:
    pictures = _pictures(3)
    export.save_npy(tmp_path / "faces.npy", pictures)
    planes = np.load(tmp_path / "faces.npy", allow_pickle=False)
    assert planes.shape == (3, 3, 8, 8)
    assert planes.dtype == np.uint8
    np.testing.assert_array_equal(planes.transpose(0, 2, 3, 1), pictures)


def test_writing_again_replaces_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    export.save_grid(out, _pictures(1), 1)
    export.save_grid(out, _pictures(9), 3)
    with Image.open(out) as image:
        assert image.size == (32, 32)
    assert list(tmp_path.iterdir()) == [out]


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StudioError, match="could not be written"):
        export.save_grid(tmp_path / "file" / "sheet.png", _pictures(1), 1)
    with pytest.raises(StudioError, match="could not be written"):
        export.save_npy(tmp_path / "file" / "faces.npy", _pictures(1))
    assert (tmp_path / "file").read_text() == "not a folder"


@pytest.mark.skipif(sys.platform == "win32", reason="umask is POSIX")
def test_a_file_has_the_rights_that_the_person_gives_to_new_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        export.save_grid(tmp_path / "sheet.png", _pictures(1), 1)
    finally:
        os.umask(before)
    assert (tmp_path / "sheet.png").stat().st_mode & 0o777 == 0o640


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ShapeError):
        export.save_grid(tmp_path / "sheet.png", _pictures(2)[..., :2], 1)
    with pytest.raises(ShapeError, match="at least one"):
        export.save_npy(tmp_path / "faces.npy", _pictures(2)[:0])

import os
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import ExifTags, Image

from core.data.crops import square
from core.data.listing import LARGEST_FILE
from core.errors import SourceError
from core.likeness.photos import LONGEST_SIDE, Square, cut, middle, open_photo


def _gradient(width: int, height: int) -> Image.Image:
    """Red grows to the right, green downwards."""
    across = np.linspace(0, 255, width)[None, :, None]
    down = np.linspace(0, 255, height)[:, None, None]
    pixels = np.concatenate(np.broadcast_arrays(across, down, np.full((1, 1, 1), 128.0)), axis=2)
    return Image.fromarray(pixels.round().astype(np.uint8))


def test_a_photo_is_turned_as_its_camera_was_held(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # to be turned to the right
    _gradient(80, 40).save(tmp_path / "photo.png", exif=exif)
    photo = open_photo(tmp_path / "photo.png")
    assert photo.shape == (80, 40, 3)
    np.testing.assert_array_equal(photo, np.asarray(_gradient(80, 40).transpose(Image.Transpose.ROTATE_270)))


def test_a_large_photo_comes_smaller(tmp_path: Path) -> None:
    _gradient(3000, 1500).save(tmp_path / "photo.jpg")
    assert open_photo(tmp_path / "photo.jpg").shape == (LONGEST_SIDE // 2, LONGEST_SIDE, 3)


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\nno more", b"plain text"])
def test_what_is_no_picture_is_refused_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "photo.png").write_bytes(data)
    with pytest.raises(SourceError, match=r"photo\.png cannot be used: .*Choose another picture\."):
        open_photo(tmp_path / "photo.png")


def test_a_photo_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be used"):
        open_photo(tmp_path / "gone.png")


def test_the_middle_is_cut_as_training_pictures_are() -> None:
    photo = _gradient(90, 60)
    pixels = np.asarray(photo)
    assert middle(pixels) == Square(15, 0, 60)
    np.testing.assert_array_equal(cut(pixels, middle(pixels), 32), square(photo, 32, "center", "rgb"))


def test_the_part_that_was_chosen_is_what_comes_back() -> None:
    pixels = np.asarray(_gradient(64, 64))
    part = cut(pixels, Square(40, 8, 16), 16)
    np.testing.assert_array_equal(part, pixels[8:24, 40:56])


def test_a_generator_of_grey_pictures_is_given_grey() -> None:
    pixels = np.asarray(_gradient(64, 64))
    grey = cut(pixels, middle(pixels), 16, channels=1)
    assert grey.shape == (16, 16, 3)
    assert (grey[..., :1] == grey).all()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has none of them in folders")
@pytest.mark.parametrize("name", ["pipe.png", "zero.png"])
def test_what_never_ends_is_refused_at_once(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    said: list[str] = []

    def read() -> None:
        try:
            open_photo(tmp_path / name)
        except SourceError as error:
            said.append(str(error))

    thread = Thread(target=read, daemon=True)
    thread.start()
    thread.join(10)
    assert said == [f"{name} cannot be used: it is no ordinary file. Choose another picture."]


def test_a_picture_that_fills_the_memory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.png").touch()
    os.truncate(tmp_path / "photo.png", LARGEST_FILE + 1)
    with pytest.raises(SourceError, match="is larger than"):
        open_photo(tmp_path / "photo.png")

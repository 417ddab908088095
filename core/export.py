"""Faces as files: pictures in rows as a PNG, or an array (.npy), each all or nothing."""

from collections.abc import Mapping
from math import ceil, isqrt
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.commit import commit
from core.errors import ShapeError

WHITE = (255, 255, 255)
MOST_PIXELS = 200_000_000  # of a sheet: 600 MB of memory while it is written


def sheet(
    pictures: NDArray[np.uint8],
    columns: int,
    spacing: int = 2,
    background: tuple[int, int, int] = WHITE,
    *,
    rows: int | None = None,
    scale: int = 1,
    band: int = 0,
) -> NDArray[np.uint8]:
    """One picture of all pictures, row by row; `spacing` pixels of `background` lie between and around them.

    Every pixel of a picture becomes `scale` x `scale`. Below each is a band of `band` pixels of background.
    Without `rows` there are as many as are needed.
    pictures: (n, size, size, 3) uint8 -> (height, width, 3) uint8. Raises ShapeError.
    """
    check_pictures(pictures)
    if columns < 1 or spacing < 0 or scale < 1:
        raise ShapeError(
            "A sheet needs at least one column, a spacing of zero or more pixels and a scale of one or more."
        )
    count, height, width, _ = pictures.shape
    if rows is None:
        rows = ceil(count / columns)
    elif rows * columns < count:
        raise ShapeError(f"{count} faces do not fit {rows} rows of {columns}.")
    pitch_y, pitch_x = height * scale + band + spacing, width * scale + spacing
    tall, wide = rows * pitch_y + spacing, columns * pitch_x + spacing
    check_canvas(wide, tall)
    canvas = np.empty((tall, wide, 3), np.uint8)
    canvas[:] = background
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        top, left = spacing + row * pitch_y, spacing + column * pitch_x
        enlarged = picture.repeat(scale, axis=0).repeat(scale, axis=1)
        canvas[top : top + height * scale, left : left + width * scale] = enlarged
    return canvas


def check_canvas(width: int, height: int) -> None:
    """Raises ShapeError if a sheet of this size in px is too large."""
    if width * height > MOST_PIXELS:
        raise ShapeError(
            f"The sheet would be {width:,} x {height:,} px, more than {MOST_PIXELS / 1e6:.0f} megapixels. "
            "Lower the scale or the number of faces."
        )


def save_grid(
    path: Path,
    pictures: NDArray[np.uint8],
    columns: int,
    *,
    spacing: int = 2,
    background: tuple[int, int, int] = WHITE,
    text: Mapping[str, str] | None = None,
) -> None:
    """Writes `sheet` as a PNG that carries `text` ("Seed", "Generator", ...). Raises StudioError."""
    write_png(path, sheet(pictures, columns, spacing, background), text)


def save_npy(path: Path, pictures: NDArray[np.uint8]) -> None:
    """Writes uint8 (n, 3, size, size) RGB, the layout that metrics expect. Raises StudioError."""
    check_pictures(pictures)
    planes = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))
    commit(path, lambda file: np.save(file, planes, allow_pickle=False))


def write_png(path: Path, picture: NDArray[np.uint8], text: Mapping[str, str] | None = None) -> None:
    """A picture, (height, width, 3) uint8, as a PNG that carries `text`. Raises StudioError."""
    commit(path, lambda file: encode_png(file, picture, text))


def encode_png(file: IO[bytes], picture: NDArray[np.uint8], text: Mapping[str, str] | None = None) -> None:
    """Write a picture, (height, width, 3) uint8, as a PNG that carries `text`."""
    notes = PngInfo()
    for name, value in (text or {}).items():
        if value.isascii():
            # Not compressed: of that Pillow reads 1 MiB at most, and the faces of a large sheet are more.
            notes.add_text(name, value)
        else:
            notes.add_itxt(name, value)
    Image.fromarray(picture).save(file, "PNG", pnginfo=notes)


def square(count: int) -> int:
    """The columns of the squarest sheet of `count` faces that has no more rows than columns."""
    side = isqrt(count)
    return side if side * side == count else side + 1


def check_pictures(pictures: NDArray[np.uint8]) -> None:
    """Raises ShapeError unless these are one or more pictures, (n, size, size, 3) uint8."""
    if pictures.ndim != 4 or pictures.shape[-1] != 3 or pictures.dtype != np.uint8:
        raise ShapeError(f"Pictures are uint8 (n, size, size, 3), not {pictures.dtype} {pictures.shape}.")
    if not len(pictures):
        raise ShapeError("There are no faces to write. Ask for at least one.")

"""Faces as files: a sheet (PNG), an array (.npy) or a folder of PNGs, each committed by one rename."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from math import ceil, isqrt
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.errors import ShapeError, StudioError

WHITE = (255, 255, 255)


def sheet(
    pictures: NDArray[np.uint8],
    columns: int,
    spacing: int = 2,
    background: tuple[int, int, int] = WHITE,
) -> NDArray[np.uint8]:
    """One picture of all pictures, row by row; `spacing` pixels of `background` lie between and around them.

    pictures: (n, size, size, 3) uint8 -> (height, width, 3) uint8. Raises ShapeError.
    """
    _check(pictures)
    if columns < 1 or spacing < 0:
        raise ShapeError("A sheet needs at least one column and a spacing of zero or more pixels.")
    count, height, width, _ = pictures.shape
    rows = ceil(count / columns)
    pitch_y, pitch_x = height + spacing, width + spacing
    canvas = np.empty((rows * pitch_y + spacing, columns * pitch_x + spacing, 3), np.uint8)
    canvas[:] = background
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        top, left = spacing + row * pitch_y, spacing + column * pitch_x
        canvas[top : top + height, left : left + width] = picture
    return canvas


def save(
    pictures: NDArray[np.uint8],
    out: Path,
    *,
    columns: int | None = None,
    text: Mapping[str, str] | None = None,
) -> None:
    """Writes what the suffix of `out` says: .png a sheet, .npy an array, none (or a folder) one PNG each.

    Without `columns` a sheet is as square as it can be. `text` is kept inside PNGs. Raises StudioError.
    """
    suffix = out.suffix.lower()
    if out.is_dir() or not suffix:
        save_folder(out, pictures, text=text)
    elif suffix == ".png":
        save_sheet(out, pictures, columns or _square(len(pictures)), text=text)
    elif suffix == ".npy":
        save_npy(out, pictures)
    else:
        raise StudioError(
            f"Faces cannot be written as {out.suffix}. Use .png for a sheet, .npy for an array, "
            "or a name without a suffix for a folder."
        )


def save_sheet(
    path: Path,
    pictures: NDArray[np.uint8],
    columns: int,
    *,
    spacing: int = 2,
    background: tuple[int, int, int] = WHITE,
    text: Mapping[str, str] | None = None,
) -> None:
    """Writes `sheet` as a PNG that carries `text` ("Seed", "Generator", ...). Raises StudioError."""
    canvas = sheet(pictures, columns, spacing, background)
    _commit(path, lambda file: _write_png(canvas, file, text))


def save_npy(path: Path, pictures: NDArray[np.uint8]) -> None:
    """Writes uint8 (n, 3, size, size) RGB, the layout that metrics expect. Raises StudioError."""
    _check(pictures)
    planes = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))
    _commit(path, lambda file: np.save(file, planes, allow_pickle=False))


def save_folder(folder: Path, pictures: NDArray[np.uint8], *, text: Mapping[str, str] | None = None) -> None:
    """Writes 0000.png, 0001.png, ... into `folder`, which is made if it is not there. Raises StudioError."""
    _check(pictures)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    digits = max(4, len(str(len(pictures) - 1)))
    for index, picture in enumerate(pictures):

        def write(file: IO[bytes], picture: NDArray[np.uint8] = picture) -> None:
            _write_png(picture, file, text)

        _commit(folder / f"{index:0{digits}}.png", write)


def _check(pictures: NDArray[np.uint8]) -> None:
    if pictures.ndim != 4 or pictures.shape[-1] != 3 or pictures.dtype != np.uint8:
        raise ShapeError(f"Pictures are uint8 (n, size, size, 3), not {pictures.dtype} {pictures.shape}.")
    if not len(pictures):
        raise ShapeError("There are no faces to write. Ask for at least one.")


def _square(count: int) -> int:
    side = isqrt(count)
    return side if side * side == count else side + 1


def _write_png(picture: NDArray[np.uint8], file: IO[bytes], text: Mapping[str, str] | None) -> None:
    notes = PngInfo()
    for name, value in (text or {}).items():
        notes.add_itxt(name, value)
    Image.fromarray(picture).save(file, "PNG", pnginfo=notes)


def _commit(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Writes beside `path` and renames, so that what is at `path` is the old file or the whole new one."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            write(file)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> StudioError:
    return StudioError(
        f"{path} could not be written ({error.strerror or error}). Choose another place or free some space."
    )

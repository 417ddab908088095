"""A run's training as a film: its grids of fixed faces, oldest first."""

import struct
from collections.abc import Iterator
from math import isqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import export
from core.data.decode import decode
from core.data.listing import BadPicture
from core.errors import RunError, ShapeError
from core.runs import Run


def frames_of(
    run: Run, *, face: int | None = None, most: int | None = None
) -> tuple[int, Iterator[NDArray[np.uint8]]]:
    """How many frames there are, and the frames, each (height, width, 3) uint8, read when it is wanted.

    With `face`, counted from 0 row by row, only that face of each grid. With `most`, that many grids at most,
    evenly chosen, with the first and the last. Where the number of faces changed within the run, every frame
    shows as many as the smallest grid; the first faces of a larger one are the same.
    Raises RunError if there is no grid or one cannot be read, ShapeError if there is no such face.
    """
    paths = [path for _, path in run.samples()]
    if not paths:
        raise RunError(f"{run.name} has no pictures of its training yet. Train it for a while first.")
    if most is not None and most < len(paths):
        chosen = np.linspace(0, len(paths) - 1, max(most, 1)).round().astype(int)
        paths = [paths[index] for index in chosen]
    size = run.config.size
    count = min(_columns(path, size) ** 2 for path in paths)
    if face is not None and not 0 <= face < count:
        raise ShapeError(f"There is no face {face}. Choose one from 0 to {count - 1}.")

    def frames() -> Iterator[NDArray[np.uint8]]:
        for path in paths:
            faces = faces_in(path, size)
            yield faces[face] if face is not None else export.sheet(faces[:count], isqrt(count), spacing=0)

    return len(paths), frames()


def _columns(path: Path, size: int) -> int:
    """Of the grid, by its header alone: a run can have thousands."""
    try:
        with path.open("rb") as file:
            head = file.read(24)
    except OSError as error:
        raise _unreadable(path) from error
    width, height = struct.unpack(">II", head[16:]) if len(head) == 24 and head[:4] == b"\x89PNG" else (0, 0)
    if width != height or not width or width % size:
        raise _unreadable(path)
    return int(width // size)


def faces_in(path: Path, size: int) -> NDArray[np.uint8]:
    """The faces of a grid, row by row: (n, size, size, 3) uint8. Raises RunError if it is none, or torn."""
    columns = _columns(path, size)
    try:
        grid = np.asarray(decode(path.read_bytes()))
        tiles = grid.reshape(columns, size, columns, size, 3).swapaxes(1, 2)
    except (OSError, BadPicture, ValueError) as error:
        raise _unreadable(path) from error
    return tiles.reshape(columns * columns, size, size, 3)


def _unreadable(path: Path) -> RunError:
    return RunError(f"{path} is not a grid of this run. Restore it or delete it, then try again.")

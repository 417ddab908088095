"""Pictures of runs, made in worker threads."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.panels.listing import ListedRun
from studio.pictures import read_grid, tiled

ACROSS = 3  # faces in a row of a thumbnail; all 64 would be too small to tell apart
Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A few faces of a run's newest grid; None where it cannot be read."""

    folder: Path
    grid: Path
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class Details:
    """What takes time to find out about one run."""

    folder: Path
    picture: Picture | None
    bytes_on_disk: int


def thumbnails(wanted: list[ListedRun], side_px: int) -> list[Thumbnail]:
    """One for each run that has a grid."""
    return [
        Thumbnail(run.folder, grid, _thumbnail(grid, run.config.sample_count, side_px))
        for run, grid in ((each.summary.run, each.summary.thumbnail) for each in wanted)
        if grid is not None
    ]


def details(each: ListedRun) -> Details:
    """The whole newest grid, and the space that the run takes."""
    picture = None
    if each.summary.thumbnail is not None:
        try:
            with Image.open(each.summary.thumbnail) as opened:
                picture = np.asarray(opened.convert("RGB"))
        except OSError:  # torn or deleted meanwhile; the run is still worth showing
            picture = None
    folder = each.summary.run.folder
    return Details(folder, picture, _size(folder))


def _thumbnail(path: Path, count: int, side_px: int) -> Picture | None:
    try:
        faces = read_grid(path, count)[: ACROSS * ACROSS]
    except (OSError, ValueError):
        return None
    return np.asarray(
        Image.fromarray(tiled(faces, ACROSS)).resize((side_px, side_px), Image.Resampling.LANCZOS)
    )


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).lstat().st_size
            except OSError:  # a checkpoint that training has just replaced
                continue
    return total

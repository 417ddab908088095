"""What the Compare view shows, read from the runs' folders; nothing here is for the GUI thread."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.comparison import Compared, Comparison, compare
from core.curves import Curves
from core.errors import RunError
from studio.pictures import Pictures, read_grid

Align = Literal["step", "time", "share"]
MOST = 6  # runs: as many as there are colours, and room
FACES = {2: 36, 3: 25, 4: 16}  # of each run, by how many there are, so that a face can be seen
FEWEST = 9


@dataclass(frozen=True, eq=False)
class Course:
    """One run, and where its steps lie when runs are laid along each other."""

    compared: Compared
    grids: list[tuple[int, Path]]  # by step
    name: str  # short, and unlike those of the others

    @property
    def curves(self) -> Curves:
        return self.compared.curves

    @cached_property
    def last_step(self) -> int:
        return max(self.curves.last_step, self.grids[-1][0] if self.grids else 0)

    @property
    def timed(self) -> bool:
        return bool(np.isfinite(self.curves.last_seconds))

    def place(self, steps: ArrayLike, align: Align) -> NDArray[np.float64]:
        """Steps as they are, as seconds of training, or as a share of the run in percent."""
        at = np.asarray(steps, np.float64)
        if align == "step":
            return at
        if align == "share":
            return 100 * at / max(1, self.last_step)
        if not self.timed:
            return np.full(at.shape, np.nan)
        return np.interp(at, self.curves.steps, self.curves.seconds)

    def grid_at(self, place: float, align: Align) -> int | None:
        """Which grid was the newest there; None before the first one. After the end it is the last."""
        places = self.place([step for step, _ in self.grids], align)
        end = int(np.searchsorted(places, place + 1e-9, side="right"))
        return end - 1 if end else None


@dataclass(frozen=True, eq=False)
class SideBySide:
    """Runs that are compared, with all that the view needs of them."""

    comparison: Comparison
    courses: tuple[Course, ...]
    asked: tuple[Path, ...]  # the folders that were to be read
    gone: tuple[Path, ...]  # those of them that hold no run any more

    @property
    def faces(self) -> int:
        """How many faces of each run are shown: a square number that all of them have."""
        fewest = min(each.compared.run.config.sample_count for each in self.courses)
        return min(fewest, FACES.get(len(self.courses), FEWEST))

    @property
    def timed(self) -> bool:
        return all(each.timed for each in self.courses)

    def length(self, align: Align) -> float:
        """Where the longest run ends."""
        ends = [float(each.place(each.last_step, align)) for each in self.courses]
        known = [end for end in ends if np.isfinite(end)]
        return max(known, default=0.0)


def read_side_by_side(folders: Sequence[Path]) -> SideBySide:
    """Runs that were deleted meanwhile are left out. Raises RunError if fewer than two can be read."""
    there = [folder for folder in folders if (folder / "run.json").exists()]
    gone = tuple(folder for folder in folders if folder not in there)
    if gone and len(there) < 2:
        raise RunError(f"{_gone(gone)}. A comparison needs two runs or more.")
    comparison = compare(there)
    names = undated([each.title for each in comparison.runs])
    courses = [
        Course(each, each.run.samples(), name) for each, name in zip(comparison.runs, names, strict=True)
    ]
    return SideBySide(comparison, tuple(courses), tuple(folders), gone)


def left_out(gone: Sequence[Path]) -> str:
    """What is said of runs that were deleted or moved while they were compared."""
    return f"{_gone(gone)} and {'was' if len(gone) == 1 else 'were'} left out."


def _gone(folders: Sequence[Path]) -> str:
    names = [folder.name for folder in folders]
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return f"{listed} {'is' if len(names) == 1 else 'are'} gone"


def undated(titles: Sequence[str]) -> list[str]:
    """Without the date that new runs' names begin with, where the rest tells them apart."""
    shorter = [re.sub(r"^\d{4}-\d\d-\d\d ", "", title) for title in titles]
    return shorter if len(set(shorter)) == len(titles) else list(titles)


@dataclass(frozen=True, eq=False, slots=True)
class GridRequest:
    """A grid of each run, or None; each with how many faces its file holds."""

    of: SideBySide
    wanted: tuple[tuple[Path, int] | None, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Grids:
    """The first faces of each; None where there is none or it cannot be read."""

    request: GridRequest
    pictures: tuple[Pictures | None, ...]
    gone: tuple[bool, ...]  # whether the run is not there any more


def read_grids(request: GridRequest) -> Grids:
    def one(each: tuple[Path, int] | None) -> Pictures | None:
        if each is None:
            return None
        try:
            return read_grid(*each)[: request.of.faces]
        except (
            OSError,
            ValueError,
            ZeroDivisionError,
        ):  # deleted or torn; the other runs are still worth showing
            return None

    gone = [not (course.compared.run.folder / "run.json").exists() for course in request.of.courses]
    return Grids(request, tuple(one(each) for each in request.wanted), tuple(gone))

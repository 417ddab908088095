"""What the Compare view shows, read from the runs' folders; nothing here is for the GUI thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.comparison import Compared, Comparison, compare
from core.curves import Curves
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
    """Raises RunError if one of the runs cannot be read."""
    comparison = compare(folders)
    return SideBySide(comparison, tuple(Course(each, each.run.samples()) for each in comparison.runs))


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

    return Grids(request, tuple(one(each) for each in request.wanted))

"""The training as a film: the same faces, from noise to what they have become."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from core.errors import Cancelled
from core.films.training import frames_of
from core.runs import Run
from studio.explore.exploration import Exploration
from studio.explore.exports.export_dialog import show_row, spin
from studio.explore.exports.film_dialog import FilmDialog
from studio.explore.exports.film_export import save_film
from studio.explore.subjects import Subject
from studio.parts import Segmented
from studio.task import Progress, run_task

GOOD_LENGTH_S = 12.0
SMOOTH_FPS = 24
LOOKED_AT = 60  # grids in the preview
MOST_BYTES = 64 * 2**20  # of them


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to make a film of."""

    subject: Subject
    run: Run
    count: int  # grids
    some: NDArray[np.uint8]  # (n, height, width, 3): grids, evenly chosen

    @property
    def columns(self) -> int:
        return int(self.some.shape[2]) // self.run.config.size


class TrainingFilm(QObject):
    """Films the training of the run that is explored."""

    def __init__(self, exploration: Exploration, over: QWidget) -> None:
        super().__init__(over)
        self._exploration = exploration
        self._over = over

    @Slot()
    def ask(self) -> None:
        """Without a run, nothing."""
        subject = self._exploration.subject
        if subject is not None and subject.run is not None:
            ask_film(self._over, subject, subject.run, self._exploration.message.emit)


def ask_film(over: QWidget, subject: Subject, run: Run, tell: Callable[[str], None]) -> None:
    """Ask what a film of a run's grids shall be like and where it goes, write it, and tell how it went."""

    def open_form(found: Look) -> None:
        form = TrainingFilmDialog(over, found)
        form.wanted.connect(lambda: save(form, found))
        form.open()

    def save(form: TrainingFilmDialog, found: Look) -> None:
        face, count = form.face(), form.count()

        def made(cancelled: Callable[[], bool]) -> Iterator[NDArray[np.uint8]]:
            return frames_of(found.run, face=face, most=count)[1]

        name = "training" if face is None else f"training face {face}"
        save_film(over, form, found.subject, f"{found.subject.name} {name}", count, made, tell)

    run_task(
        over,
        "Looking at the training's pictures",
        lambda progress, cancelled: look(subject, run, progress, cancelled),
        open_form,
        tell,
    )


def look(subject: Subject, run: Run, progress: Progress, cancelled: Callable[[], bool]) -> Look:
    """Count a run's grids and read some of them. Raises RunError if there are none, Cancelled."""
    count, frames = frames_of(run, most=1)
    first = next(frames)
    most = max(2, min(LOOKED_AT, MOST_BYTES // first.nbytes))
    count, frames = frames_of(run, most=most)
    some = []
    for frame in frames:
        if cancelled():
            raise Cancelled("Cancelled.")
        some.append(frame)
        progress(len(some), count)
    return Look(subject, run, len(run.samples()), np.stack(some))


class TrainingFilmDialog(FilmDialog):
    """All faces or one, and how many of the grids."""

    def __init__(self, over: QWidget, found: Look) -> None:
        pace = min(SMOOTH_FPS, max(2, round(found.count / GOOD_LENGTH_S)))
        super().__init__(
            over,
            "Export a film of the training",
            f"{found.subject.name}, {found.count:,} pictures of its fixed faces",
            fps=pace,
            loop=True,
            side_px=found.some.shape[2],
        )
        self._found = found
        self._side = (0, 0)  # width and height of what is shown
        faces = found.columns**2
        self._what = Segmented((("filmOfAll", "All faces"), ("filmOfOne", "One face")), "What is shown")
        self._face = spin("filmFace", "Which face", 0, faces - 1, 0)
        self._frames = spin("filmFrames", "Frames", min(2, found.count), found.count, found.count)
        self.add_row("Show", [self._what])
        self._face_row = self.add_row(
            "Face",
            [self._face],
            help_name="filmFaceHelp",
            help_text=f"Counted from 0, row by row: the first row ends with {isqrt(faces) - 1}.",
        )
        self.add_row(
            "Frames",
            [self._frames],
            help_name="filmFramesHelp",
            help_text="Fewer make a shorter film: evenly chosen, with the first and the last.",
        )
        self._what.chosen.connect(self._choose)
        self._face.valueChanged.connect(self._refresh)
        self._frames.valueChanged.connect(self._tell)
        self._refresh()

    def face(self) -> int | None:
        """Which one is shown; None: all."""
        return self._face.value() if self._what.current() == 1 else None

    def count(self) -> int:
        """How many frames the film shall have."""
        return self._frames.value()

    @Slot()
    def _choose(self) -> None:
        shown = self._found.some.shape[2] if self.face() is None else self._found.run.config.size
        self.set_good_scale(shown)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        face, some, size = self.face(), self._found.some, self._found.run.config.size
        show_row(self._face_row, face is not None)
        if face is not None:
            row, column = divmod(face, self._found.columns)
            some = some[:, row * size : (row + 1) * size, column * size : (column + 1) * size]
        self.preview.show_frames(some)
        self._side = some.shape[2], some.shape[1]
        self._tell()

    @Slot()
    def _tell(self) -> None:
        """Fewer frames play faster: the pictures of the preview stay."""
        self.set_frames(self.count(), *self._side)

"""A way through the latent space as a film."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from core.latent import truncate
from studio.explore.exploration import Exploration, Vector
from studio.explore.exports.destination import ask_file, exports_of, file_name
from studio.explore.exports.film_dialog import KINDS, FilmDialog
from studio.explore.exports.rendering import frames, frames_through
from studio.explore.loading import generator_of
from studio.explore.subjects import Moment, Subject, title_of
from studio.task import Progress, run_task

PREVIEWED = 120  # frames: 0.4 s of a 64-feature generator on two cores
Frames = Callable[[Callable[[], bool]], Iterator[NDArray[np.uint8]]]  # given `cancelled`, in a thread


class FilmExport(QObject):
    """Asks what the film shall be like and where it goes, writes it, and tells how it went."""

    def __init__(self, exploration: Exploration, over: QWidget) -> None:
        super().__init__(over)
        self._exploration = exploration
        self._over = over

    def ask(
        self,
        z: Vector,
        fps: float,
        loop: bool,
        name: str,
        *,
        moments: tuple[Moment, ...] | None = None,
    ) -> None:
        """Write the faces of z (n, latent_dim), one a frame, with the current truncation.

        moments: one for each frame, for a film through the training; the current one unless given.
        """
        subject, moment = self._exploration.subject, self._exploration.moment
        if subject is None or moment is None or not len(z):
            return
        vectors = truncate(z, self._exploration.state.truncation)
        about = title_of(subject, moment) if moments is None else subject.name
        form = FilmDialog(self._over, "Export a film", about, fps=fps, loop=loop, side_px=subject.size_px)
        form.set_frames(len(z), subject.size_px, subject.size_px)
        self._preview(form, vectors, moments or (moment,))

        def made(cancelled: Callable[[], bool]) -> Iterator[NDArray[np.uint8]]:
            if moments is None:
                return frames(generator_of(moment), vectors, cancelled)
            return frames_through(moments, vectors, cancelled)

        tell = self._exploration.message.emit
        form.wanted.connect(lambda: save_film(self._over, form, subject, name, len(vectors), made, tell))
        form.open()

    def _preview(self, form: FilmDialog, vectors: Vector, moments: tuple[Moment, ...]) -> None:
        some = np.linspace(0, len(vectors) - 1, min(len(vectors), PREVIEWED)).round().astype(int)
        line = self._exploration.line(3, truncated=False)
        line.ready.connect(form.show_faces)
        form.finished.connect(line.close)
        line.ask(
            vectors[some], moments=moments if len(moments) == 1 else tuple(moments[each] for each in some)
        )


def save_film(
    over: QWidget,
    form: FilmDialog,
    subject: Subject,
    name: str,
    count: int,
    made: Frames,
    tell: Callable[[str], None],
) -> None:
    """Ask where a film that the form describes shall go, close the form, write it, and tell how it went."""
    suffix, fps, scale, loop = form.suffix(), form.fps(), form.scale(), form.loop()

    def write(path: Path) -> None:
        form.accept()
        run_task(over, "Writing the film", work(path), saved, tell)

    def work(path: Path) -> Callable[[Progress, Callable[[], bool]], Path]:
        def run(progress: Progress, cancelled: Callable[[], bool]) -> Path:
            from core.films.writing import save_film as save

            save(
                path,
                made(cancelled),
                fps=fps,
                scale=scale,
                loop=loop,
                total=count,
                progress=lambda done: progress(done, count),
                cancelled=cancelled,
            )
            return path

        return run

    def saved(path: Path) -> None:
        tell(f"Saved {path.name} ({count:,} frames) in {path.parent}.")

    proposed = f"{file_name(name)}{suffix}"
    ask_file(form, exports_of(subject), proposed, {suffix: KINDS[suffix]}, write)

"""Faces to files: a sheet that carries what it was made of, an array, or a folder of pictures."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from core import export, latent
from core.errors import Cancelled
from core.sheets import Sheet, save_faces, save_sheet
from studio.explore.exploration import Exploration, Vector
from studio.explore.exports.destination import ask_file, ask_folder, exports_of, file_name
from studio.explore.exports.rendering import pictures
from studio.explore.exports.sheet_dialog import ARRAY, FOLDER, SheetDialog
from studio.explore.loading import generator_of
from studio.explore.subjects import Moment, Subject, title_of
from studio.task import Progress, run_task


class SheetExport(QObject):
    """Asks what the sheet shall be like and where it goes, writes it, and tells how it went."""

    def __init__(self, exploration: Exploration, over: QWidget) -> None:
        super().__init__(over)
        self._exploration = exploration
        self._over = over

    def ask(self, z: Vector, rows: int, columns: int, name: str, *, truncation: float | None = None) -> None:
        """Write these faces, z (n, latent_dim) before truncation; the number of columns can be changed.

        truncation: the current one unless given.
        """
        self._open(lambda count: z[:count], len(z), rows, columns, name, truncation)

    def ask_seed(self, seed: int, rows: int, columns: int) -> None:
        """Write faces of a seed, as many as the person wants."""
        latent_dim = self._exploration.latent_dim
        self._open(
            lambda count: latent.z_of_seed(seed, latent_dim, count), None, rows, columns, f"faces seed {seed}"
        )

    def _open(
        self,
        vectors: Callable[[int], Vector],
        count: int | None,
        rows: int,
        columns: int,
        name: str,
        truncation: float | None = None,
    ) -> None:
        subject, moment = self._exploration.subject, self._exploration.moment
        if subject is None or moment is None:
            return
        amount = self._exploration.state.truncation if truncation is None else truncation
        form = SheetDialog(
            self._exploration, self._over, subject, moment, vectors, count, rows, columns, amount
        )
        step = "" if moment.step is None else f" step {moment.step}"
        stem = file_name(f"{name}{step}")
        form.wanted.connect(lambda: self._ask_where(form, subject, moment, stem))
        form.open()

    def _ask_where(self, form: "SheetDialog", subject: Subject, moment: Moment, stem: str) -> None:
        sheet, kind, folder = form.sheet(), form.kind(), exports_of(subject)

        def write(path: Path) -> None:
            form.accept()
            self._write(path, kind, sheet, subject, moment)

        if kind == FOLDER:
            ask_folder(form, folder, stem, write)
        elif kind == ARRAY:
            ask_file(form, folder, f"{stem}.npy", {".npy": "NumPy array"}, write)
        else:
            ask_file(form, folder, f"{stem}.png", {".png": "PNG picture"}, write)

    def _write(self, path: Path, kind: int, sheet: Sheet, subject: Subject, moment: Moment) -> None:
        def work(progress: Progress, cancelled: Callable[[], bool]) -> Path:
            write_faces(path, kind, sheet, subject, moment, progress, cancelled)
            return path

        count = len(sheet.z)
        title = f"Writing {count:,} faces" if count > 1 else "Writing the face"
        run_task(self._over, title, work, self._saved, self._exploration.message.emit)

    def _saved(self, path: Path) -> None:
        self._exploration.message.emit(f"Saved {path.name} in {path.parent}.")


def write_faces(
    path: Path,
    kind: int,
    sheet: Sheet,
    subject: Subject,
    moment: Moment,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> None:
    """Decode and write the sheet's faces, all or nothing; takes a while. Raises StudioError, Cancelled."""
    from core.generators import digest  # imports torch

    generator = generator_of(moment)
    made = pictures(generator, sheet.vectors, progress, cancelled)
    if kind == ARRAY:
        export.save_npy(path, made)
        return
    whole = replace(
        sheet,
        digest=digest(generator),
        generator=title_of(subject, moment)[:300],
        config=None if subject.run is None else subject.run.config.model_dump(),
    )
    if kind == FOLDER:

        def tell(written: int) -> None:
            progress(written, len(made))
            if cancelled():
                raise Cancelled("Cancelled; no folder was kept.")

        save_faces(path, made, sheet.z, whole, progress=tell)
    else:
        progress(0, None)
        save_sheet(path, made, whole)

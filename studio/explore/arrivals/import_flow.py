"""Generators from elsewhere: read safely in the background, kept beside the runs, opened in the workspace."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from core.errors import RunError, StudioError
from core.runs import CHECKPOINT_NAME, GENERATOR_NAME, open_run
from studio.explore.arrivals.refusal_dialog import RefusalDialog
from studio.explore.arrivals.suffixes import GENERATORS
from studio.explore.exports.destination import file_name, unused
from studio.explore.subjects import (
    Moment,
    Subject,
    imported_folder,
    subject_of_file,
    subject_of_run,
    title_of,
)
from studio.parts import named
from studio.task import Progress, run_task


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where the generator of a file can be explored."""

    subject: Subject
    moment: Moment
    words: str  # for the person


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a file is not opened."""

    sentence: str
    details: tuple[str, ...]  # layer by layer, where there are layers


class ImportFlow(QObject):
    """Asks for a file, takes it in, and tells how it went; a file that is refused changes nothing."""

    opened = Signal(object, object)  # Subject, Moment
    message = Signal(str)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over

    @Slot()
    def ask(self) -> None:
        """Let the person choose a file."""
        dialog = QFileDialog(self._over, "Open a generator")
        named(dialog, "importDialog", "Open a generator")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        patterns = " ".join(f"*{suffix}" for suffix in GENERATORS)
        dialog.setNameFilters([f"Generators ({patterns})", "All files (*)"])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.open_file(Path(path)))
        dialog.open()

    def open_file(self, path: Path) -> None:
        """Take a file in, whatever it is; returns at once."""
        run_task(
            self._over,
            f"Opening {path.name[:60]}",
            lambda progress, cancelled: take_in(path, progress, cancelled),
            self._show,
            lambda sentence: self._show(Refused(sentence, ())),
        )

    def _show(self, result: Arrival | Refused) -> None:
        if isinstance(result, Refused):
            RefusalDialog(self._over, result.sentence, result.details).open()
        else:
            self.opened.emit(result.subject, result.moment)
            self.message.emit(result.words)


def take_in(path: Path, progress: Progress, cancelled: Callable[[], bool]) -> Arrival | Refused:
    """The generator in a file: of a run where it lies, else copied to the imported ones. Takes a while.

    One that is there already is not copied again. Raises StudioError, Cancelled.
    """
    from core import generators  # imports torch
    from core.foreign import ForeignError, import_generator

    folder = imported_folder()
    try:
        facts = generators.read_facts(path)
    except RunError:
        out = unused(folder / f"{file_name(path.stem)}.safetensors")
        try:
            facts = import_generator(path, out, cancelled=cancelled)
        except ForeignError as error:
            return Refused(str(error), tuple(error.details))
    else:
        if (arrival := _in_a_run(path)) is not None:
            return arrival
        if path.absolute().parent == folder.absolute():
            return _arrival(folder / path.name, "Opened")
        generator = generators.load(path)
        plain = CHECKPOINT_NAME.fullmatch(path.name) or GENERATOR_NAME.fullmatch(path.name)
        name = path.stem if plain else facts.name or path.stem
        out = unused(folder / f"{file_name(name)}.safetensors")
        facts = generators.save(out, generator, name=name, step=facts.step, about=facts.about)
    for other in sorted(folder.glob("*.safetensors")):
        with suppress(StudioError):
            if other != out and generators.read_facts(other).digest == facts.digest:
                out.unlink()
                return _arrival(other, "Imported before:")
    return _arrival(out, "Imported")


def _in_a_run(path: Path) -> Arrival | None:
    """A moment of the run in whose folder the file lies."""
    whole = path.absolute()
    if not (CHECKPOINT_NAME.fullmatch(path.name) or GENERATOR_NAME.fullmatch(path.name)):
        return None
    try:
        subject = subject_of_run(open_run(whole.parent.parent))
    except StudioError:
        return None
    moment = next((each for each in subject.moments if each.path == whole), None)
    return None if moment is None else Arrival(subject, moment, f"Opened {title_of(subject, moment)}.")


def _arrival(path: Path, what: str) -> Arrival:
    subject = subject_of_file(path)
    words = f"{what} {subject.name}, {subject.size_px} px faces from {subject.latent_dim} numbers."
    return Arrival(subject, subject.moments[0], words)

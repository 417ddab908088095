"""A picture dropped on the window: the faces of a sheet come back, with the generator that drew them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.errors import StudioError
from core.sheets import NoSheetError, Sheet, read_sheet
from studio.dialogs import Question
from studio.explore.arrivals.suffixes import GENERATORS
from studio.explore.exploration import Exploration
from studio.explore.subjects import Moment, Subject, find_subjects, title_of
from studio.task import Progress, run_task

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
WHAT_CAN_BE_DROPPED = (
    f"a folder or a zip of pictures to train on, a generator ({', '.join(GENERATORS)}), or a sheet of faces "
    "that this program has saved."
)


@dataclass(frozen=True, slots=True)
class Found:
    """A sheet, and the generator that drew it."""

    subject: Subject
    moment: Moment
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Missing:
    """A sheet whose generator is not here, and why that may be."""

    sentence: str


class SheetDrop(QObject):
    """Takes a dropped picture; `restored` after a sheet's faces are laid out."""

    restored = Signal(object, object, object)  # Subject, Moment, Sheet
    photo_wanted = Signal(object)  # Path of an ordinary picture, for the page My photo
    import_wanted = Signal()  # the person wants to look for the missing generator's file
    message = Signal(str)

    def __init__(self, exploration: Exploration, over: QWidget) -> None:
        super().__init__(over)
        self._exploration = exploration
        self._over = over

    def open_file(self, path: Path) -> None:
        """Look what the picture carries; returns at once."""
        subject, moment = self._exploration.subject, self._exploration.moment
        run_task(
            self._over,
            "Looking for the generator of these faces",
            lambda progress, cancelled: find(path, subject, moment, progress, cancelled),
            lambda result: self._show(path, result),
            self.message.emit,
        )

    def restore(self, found: Found) -> None:
        """Explore the sheet's generator and lay its faces out."""
        current = self._exploration.subject
        if current is None or current.key != found.subject.key:
            self._exploration.open(found.subject, found.moment)
        else:
            self._exploration.go_to(found.moment)
        sheet = found.sheet
        self._exploration.lay_out(sheet.z, sheet.columns, sheet.truncation, "open a sheet")
        self.restored.emit(found.subject, found.moment, sheet)

    def _show(self, path: Path, result: Found | Missing | None) -> None:
        if isinstance(result, Found):
            self.restore(result)
            count = len(result.sheet.z)
            faces = f"{count:,} faces" if count > 1 else "One face"
            self.message.emit(f"{faces} from {path.name}: {title_of(result.subject, result.moment)}.")
        elif isinstance(result, Missing):
            question = Question(
                self._over.window(),
                "missingGeneratorDialog",
                "The generator of these faces is not here",
                result.sentence,
                yes=("missingImportButton", "Look for its file…"),
                no=("missingCloseButton", "Close"),
            )
            question.accepted.connect(self.import_wanted)
            question.open()
        else:
            self._offer_photo(path)

    def _offer_photo(self, path: Path) -> None:
        usable = self._exploration.usable
        text = f"{path.name} does not carry the faces of a sheet."
        if usable:
            text += " You can look for the face that this generator can draw which is most like it."
        question = Question(
            self._over.window(),
            "pictureDialog",
            "This is an ordinary picture",
            f"{text}\n\nWhat can be dropped on the window: {WHAT_CAN_BE_DROPPED}",
            yes=("pictureFindButton", "Find the nearest face") if usable else ("pictureCloseButton", "Close"),
            no=("pictureCloseButton", "Close") if usable else None,
        )
        if usable:
            question.accepted.connect(lambda: self.photo_wanted.emit(path))
        question.open()


def find(
    path: Path,
    subject: Subject | None,
    moment: Moment | None,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> Found | Missing | None:
    """The generator of a sheet among all runs and imported ones; None for an ordinary picture.

    subject, moment: what is explored now, looked at first. Takes a while. Raises StudioError, Cancelled.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(PNG_SIGNATURE)) != PNG_SIGNATURE:
                return None
        sheet = read_sheet(path)
    except NoSheetError:
        return None
    except OSError as error:
        raise StudioError(f"{path.name} cannot be read ({error.strerror}).") from error
    subjects = find_subjects()
    if subject is not None:
        subjects = [subject, *(each for each in subjects if each.key != subject.key)]
    found = _search(sheet, subjects, moment, progress, cancelled)
    return found or Missing(_missing(sheet, path, subjects))


def _search(
    sheet: Sheet,
    subjects: list[Subject],
    moment: Moment | None,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> Found | None:
    from core.generators import digest  # imports torch
    from core.search import find_by_digest

    if not sheet.digest:
        return None
    if moment is not None and moment.live is not None and digest(moment.live) == sheet.digest:
        return Found(subjects[0], moment, sheet)
    latent_dim = sheet.z.shape[1]
    moments: dict[Path, tuple[Subject, Moment]] = {}
    for subject in subjects:
        for each in reversed(subject.moments if subject.latent_dim == latent_dim else ()):
            if each.path is not None:
                moments.setdefault(each.path, (subject, each))
    path = find_by_digest(sheet.digest, list(moments), progress=progress, cancelled=cancelled)
    return None if path is None else Found(*moments[path], sheet)


def _missing(sheet: Sheet, path: Path, subjects: list[Subject]) -> str:
    maker = sheet.generator or "a generator without a name"
    mark = f" (weights {sheet.digest})" if sheet.digest else ""
    said = f"{path.name} was drawn by {maker}{mark}"
    same = next((each for each in subjects if sheet.generator.startswith(f"{each.name}, step ")), None)
    if same is not None:
        return f"{said}. The run {same.name} is here, but it no longer keeps the generator of that moment."
    return (
        f"{said}, which is neither among your runs nor among the imported generators. Copy its run to your "
        "runs, or import its file, then drop the sheet again."
    )

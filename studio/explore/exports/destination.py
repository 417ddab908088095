"""Where an export shall go: asked for in a dialog, beside what it was made from unless told otherwise."""

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from core.runs import default_runs_folder
from studio.explore.subjects import Subject
from studio.parts import named


def ask_file(
    over: QWidget, folder: Path, name: str, kinds: dict[str, str], chosen: Callable[[Path], None]
) -> None:
    """Ask for a file; `chosen(path)` follows, its suffix one of the kinds, unless the person cancels.

    Another suffix gets the right one behind it, and a number if that file is there already: the person was
    not asked whether to replace it.
    name: proposed, with a suffix. kinds: what each suffix is called, {".png": "PNG picture"}.
    """
    filters = {f"{what} (*{suffix})": suffix for suffix, what in kinds.items()}
    own = Path(name).suffix
    dialog = _dialog(over, "Save as", folder)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(list(filters))
    dialog.selectNameFilter(next(text for text, suffix in filters.items() if suffix == own))
    dialog.setDefaultSuffix(own.removeprefix("."))
    dialog.filterSelected.connect(lambda text: dialog.setDefaultSuffix(filters[text].removeprefix(".")))
    dialog.selectFile(name)

    def take(text: str) -> None:
        path, suffix = Path(text), filters.get(dialog.selectedNameFilter(), own)
        fits = path.suffix.lower() in kinds
        chosen(path if fits else unused(path.with_name(path.name + suffix)))

    dialog.fileSelected.connect(take)
    dialog.open()


def ask_folder(over: QWidget, folder: Path, name: str, chosen: Callable[[Path], None]) -> None:
    """Ask in which folder a new one of this name shall be made; `chosen(path)` is not there yet."""
    dialog = _dialog(over, "Choose where the new folder goes", folder)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda parent: chosen(unused(Path(parent) / name)))
    dialog.open()


def exports_of(subject: Subject | None) -> Path:
    """Where exports of a run or generator go unless told otherwise: a folder that is there, if any is."""
    if subject is not None and subject.run is not None:
        folder = subject.run.folder / "exports"
        return folder if folder.is_dir() else subject.run.folder
    return default_runs_folder()


def unused(path: Path) -> Path:
    """The path, or with a number if something is there already."""
    taken = (path.with_name(f"{path.stem} {number}{path.suffix}") for number in range(2, 100_000))
    return path if not path.exists() else next(each for each in taken if not each.exists())


def file_name(text: str) -> str:
    """Text as a name that every file system takes; never empty, never hidden, never a path."""
    plain = re.sub(r"[^\w\- .,()]+", " ", text)
    return " ".join(plain.split()).strip(". ")[:100] or "generator"


def _dialog(over: QWidget, title: str, folder: Path) -> QFileDialog:
    dialog = QFileDialog(over, title, str(folder))
    named(dialog, "exportDialog", title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog

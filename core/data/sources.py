"""From what a person names to a source of pictures."""

import zipfile
from pathlib import Path

from core.data.archive import Archive
from core.data.cartoons import parse_cartoons
from core.data.celeba import Attributes, find_celeba, find_list
from core.data.folder import Folder
from core.data.listing import Source
from core.data.names import readable
from core.errors import SourceError

__all__ = ["Source", "open_source"]

_CHOICES = "Choose a folder of pictures, a .zip of them, or cartoons for the built-in set."


def open_source(text: str | Path) -> Source:
    """A folder, a .zip, a folder in CelebA's layout, or "cartoons[:COUNT]", the built-in set.

    A text "cartoons" always means the built-in set; a folder of that name is "./cartoons".
    Raises SourceError, one sentence and its remedy, if there is nothing to read.
    """
    if isinstance(text, str):
        text = text.strip()
        if text == "cartoons" or text.startswith("cartoons:"):
            return parse_cartoons(text)
        if not text:
            raise SourceError(f"No pictures were named. {_CHOICES}")
    chosen = _absolute(Path(text))
    shown = readable(str(chosen))
    try:
        if chosen.is_dir():
            return _open_folder(chosen)
        if chosen.is_file():
            return _open_file(chosen)
        missing = not chosen.exists()  # a text with a NUL is missing, too
    except OSError as error:
        raise SourceError(
            f"{shown} cannot be read ({error.strerror}). Allow reading it. {_CHOICES}"
        ) from error
    if missing:
        raise SourceError(f"There is no folder or file {shown}. Check the spelling. {_CHOICES}")
    raise SourceError(f"{shown} is neither a folder nor a file. {_CHOICES}")


def _absolute(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError:  # "~somebody" who is not known here: then it is a name like any other
        return path.absolute()


def _open_folder(folder: Path) -> Source:
    celeba = find_celeba(folder)
    if celeba is None:
        return Folder(folder, folder)
    pictures, listed = celeba
    attributes = Attributes(listed) if listed else None
    kind = Archive if pictures.is_file() else Folder
    return kind(folder, pictures, attributes)


def _open_file(file: Path) -> Source:
    if not zipfile.is_zipfile(file):
        remedy = (
            "Download or copy it again" if file.suffix.lower() == ".zip" else "Choose the folder it lies in"
        )
        raise SourceError(f"{readable(str(file))} is no zip file. {remedy}. {_CHOICES}")
    listed = find_list(file.parent) if file.stem == "img_align_celeba" else None
    return Archive(file, file, Attributes(listed) if listed else None)

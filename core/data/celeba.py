"""The layout in which CelebA comes: img_align_celeba and a list of forty yes/no attributes a picture."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.labels import Labels
from core.data.listing import Skipped
from core.data.names import readable

PICTURES = "img_align_celeba"
# The file as its authors publish it, and as the copy on Kaggle has it.
LISTS = ("list_attr_celeba.txt", "list_attr_celeba.csv")


@dataclass(frozen=True, slots=True)
class Attributes:
    """The list of attributes, read from a file or out of a zip when it is needed."""

    path: Path

    def identity(self) -> str:
        """Changes with the file."""
        try:
            status = self.path.stat()
        except OSError:  # gone since it was found; `labels` will say so
            return "missing"
        return f"{status.st_size} {status.st_mtime_ns}"

    def labels(self, names: Sequence[str]) -> tuple[Labels | None, list[Skipped]]:
        """The labels of the pictures of these names; or None, with what is wrong with the list."""
        try:
            return parse_attributes(self.path.read_text("utf-8"), names), []
        except (OSError, ValueError) as error:
            return None, [Skipped(readable(self.path.name), f"no attributes are kept: {error}")]


def find_celeba(folder: Path) -> tuple[Path, Path | None] | None:
    """CelebA's pictures (a folder or a zip) and their list, if there is one; None if `folder` is another.

    `folder` may hold img_align_celeba, or a folder celeba that does, or be img_align_celeba itself.
    """
    if folder.name == PICTURES:
        return folder, find_list(folder.parent)
    for base in (folder, folder / "celeba"):
        for pictures in (base / PICTURES, base / f"{PICTURES}.zip"):
            if pictures.exists():
                return pictures, find_list(base)
    return None


def find_list(folder: Path) -> Path | None:
    """The list of attributes in `folder` or in its Anno, where CelebA's authors put it."""
    places = (base / name for base in (folder, folder / "Anno") for name in LISTS)
    return next((place for place in places if place.is_file()), None)


def parse_attributes(text: str, names: Sequence[str]) -> Labels:
    """The attributes of the pictures named, 1 for 1 and 0 for -1; a picture that is not listed has none.

    text: the list as its authors publish it (a count, the names, then lines), or comma-separated.
    Raises ValueError that names the line if it is neither.
    """
    rows = _rows(text)
    attributes = next(rows, [])
    if len(attributes) < 2:
        raise ValueError("it has no line of attribute names")
    row_of = {name.rpartition("/")[2]: row for row, name in enumerate(names)}
    values = np.zeros((len(names), len(attributes)), np.uint8)
    for number, (picture, *given) in enumerate(rows, start=1):
        if len(given) != len(attributes):
            raise ValueError(f"picture {number} ({picture}) has {len(given)} values, not {len(attributes)}")
        row = row_of.get(picture)
        if row is not None:
            values[row] = [value == "1" for value in given]
    return Labels(attributes, values)


def _rows(text: str) -> Iterator[list[str]]:
    """The attribute names, then a list of picture and values for each picture."""
    head = text[:200].lstrip()
    if head.startswith("image_id"):
        table = csv.reader(io.StringIO(text))
        yield next(table)[1:]
        yield from (row for row in table if row)
        return
    lines = iter(text.splitlines())
    next(lines, None)
    yield from (line.split() for line in lines if line.strip())

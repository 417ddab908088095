"""Favourite faces and directions, kept with a run (or with a generator) in plain JSON.

favourites.json   {"schema": 1, "favourites": [{"name", "z", "truncation", "step", "created"}, ...]}
directions.json   {"schema": 1, "directions": [{"name", "kind", "vector", "strength", ...}, ...]}

People share these files, so what is read is taken for a stranger's.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.commit import commit
from core.directions.direction import Direction
from core.errors import RunError, StudioError
from core.keepsakes.keeping import locked, set_aside
from core.keepsakes.text import (
    LONGEST_NAME,
    MOST,
    MOST_BYTES,
    Favourite,
    Keepsake,
    Some,
    from_text,
    key_of,
    tidy,
    to_text,
)

__all__ = ["Favourite", "Keepsakes", "read_directions", "write_directions"]


@dataclass(frozen=True, slots=True)
class Keepsakes:
    """The favourites and directions in a folder, which is made when the first one is added.

    Every change reads the file anew under a lock, so that two windows lose nothing of each other's. Each
    method may raise StudioError, one sentence, if the folder cannot be read or written.
    """

    folder: Path

    def favourites(self, latent_dim: int | None = None) -> list[Favourite]:
        """The favourites, oldest first; with `latent_dim`, those for a generator of that size.

        Raises RunError if the file is damaged. It is then set aside under another name and what is sound of
        it stays, so that a second call succeeds. The same holds for `directions`.
        """
        return [each for each in self._read(Favourite) if latent_dim in (None, len(each.z))]

    def directions(self, latent_dim: int | None = None) -> list[Direction]:
        """The directions, oldest first; with `latent_dim`, those for a generator of that size."""
        return [each for each in self._read(Direction) if latent_dim in (None, len(each.vector))]

    def add(self, item: Some) -> Some:
        """Keep a favourite or a direction; it comes back as it is kept, under a name that is unused."""
        kind = type(item)
        with locked(self.folder):
            items = self._mended(kind)[0]
            added = _append(items, item)
            self._write(kind, items)
        return added

    def replace(self, attribute: Direction) -> Direction:
        """Keep an attribute that was learned again in place of the one that bears its name.

        Anything else of that name stays, and the attribute gets a name that is unused, as with `add`.
        """
        with locked(self.folder):
            items = self._mended(Direction)[0]
            name, length = tidy(attribute.name), len(attribute.vector)
            same = [(each.name, each.kind, len(each.vector)) == (name, "attribute", length) for each in items]
            if any(same):
                kept = items[same.index(True)] = replace(attribute, name=name)
            else:
                kept = _append(items, attribute)
            self._write(Direction, items)
        return kept

    def rename(self, item: Some, name: str) -> Some:
        """Give what is kept as `item.name` another name. Raises StudioError if that is taken, or no name."""
        kind, wanted = type(item), tidy(name)
        with locked(self.folder):
            items = self._mended(kind)[0]
            names = [each.name for each in items]
            if item.name not in names:
                raise StudioError(f"{item.name} is not kept any more. Another window may have removed it.")
            if wanted in names and wanted != item.name:
                raise StudioError(f"There is a {wanted} already. Choose another name.")
            place = names.index(item.name)
            items[place] = replace(items[place], name=wanted)
            self._write(kind, items)
        return items[place]

    def remove(self, item: Some) -> None:
        """Forget what is kept as `item.name`; nothing happens if it is gone already."""
        kind = type(item)
        with locked(self.folder):
            items = self._mended(kind)[0]
            kept = [each for each in items if each.name != item.name]
            if len(kept) < len(items):
                self._write(kind, kept)

    def _read(self, kind: type[Some]) -> list[Some]:
        if not self._path(kind).exists():  # a lock would make the folder
            return []
        try:
            return _read(self._path(kind), kind)
        except _DamagedError:  # another window may mend it at this moment: looked at again under the lock
            with locked(self.folder):
                mended = self._mended(kind)
        if mended[1]:
            raise RunError(mended[1])
        return mended[0]

    def _mended(self, kind: type[Some]) -> tuple[list[Some], str | None]:
        """What the file holds, and what was amiss with it; the lock is held."""
        path = self._path(kind)
        try:
            return _read(path, kind), None
        except _DamagedError as error:
            aside = set_aside(path)
            if error.sound:
                self._write(kind, error.sound)
            kept = f"{len(error.sound):,} of its {key_of(kind)} were sound and are kept"
            return error.sound, f"{path} is damaged ({error}); it was set aside as {aside.name}, and {kept}."

    def _write(self, kind: type[Some], items: Sequence[Some]) -> None:
        commit(self._path(kind), lambda file: file.write(to_text(kind, items)))

    def _path(self, kind: type[Keepsake]) -> Path:
        return self.folder / f"{key_of(kind)}.json"


def read_directions(path: Path, latent_dim: int | None = None) -> list[Direction]:
    """The directions in a file that somebody shared; with `latent_dim`, those for a generator of that size.

    What is sound of a damaged file is read. Raises RunError if the file is not there, if nothing of it is
    sound, or none is of that size.
    """
    if not path.is_file():
        raise RunError(f"There is no file {path}. Choose another one.")
    try:
        found = _read(path, Direction)
    except _DamagedError as error:
        if not error.sound:
            raise RunError(f"{path} is no file of directions ({error}). Choose another one.") from error
        found = error.sound
    fitting = [each for each in found if latent_dim in (None, len(each.vector))]
    if found and not fitting:
        raise RunError(
            f"The directions in {path.name} are for latent vectors of {len(found[0].vector)} numbers, and "
            f"this generator takes {latent_dim}. Open the generator that they were made for."
        )
    if not found:
        raise RunError(f"{path} holds no directions. Choose another one.")
    return fitting


def write_directions(path: Path, directions: Sequence[Direction]) -> None:
    """Write directions to share them, their names made tidy and unique as `read_directions` wants them.

    Raises StudioError if there are too many, one has no name, or the place cannot be written.
    """
    named: list[Direction] = []
    for each in directions:
        _append(named, each)
    commit(path, lambda file: file.write(to_text(Direction, named)))


class _DamagedError(Exception):
    """The file is not what it should be; `str(error)` is the reason."""

    def __init__(self, reason: str, sound: list[Any]) -> None:
        super().__init__(reason)
        self.sound = sound  # what of it can still be used


def _read(path: Path, kind: type[Some]) -> list[Some]:
    """What a file holds; nothing if there is none. Raises _DamagedError; RunError if it cannot be opened."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror or error}). Allow reading it.") from error
    if len(data) > MOST_BYTES:
        raise _DamagedError(f"it is larger than {MOST_BYTES >> 20} MiB", [])
    try:
        items, bad = from_text(kind, data)
    except ValueError as error:
        raise _DamagedError(str(error), []) from error
    if bad:
        raise _DamagedError(f"{bad:,} of its {key_of(kind)} cannot be used", items)
    return items


def _append(items: list[Some], item: Some) -> Some:
    """Add it under a name that is unused. Raises StudioError if there are too many already."""
    if len(items) >= MOST:
        raise StudioError(f"{MOST:,} {key_of(type(item))} are kept already. Remove some first.")
    items.append(replace(item, name=_unused(tidy(item.name), {each.name for each in items})))
    return items[-1]


def _unused(name: str, taken: Container[str]) -> str:
    """The name, or the name with the first number from 2 that makes it a new one."""
    numbered = (f"{name[: LONGEST_NAME - 5]} {number}" for number in range(2, MOST + 2))
    return next(each for each in (name, *numbered) if each not in taken)

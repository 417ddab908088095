"""Files that another program adds to a folder, or that a synchronised folder brings, once they are whole."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from core.runs import numbered

LIST_ANYWAY = 20  # looks after which a folder is listed though its time of change is the same
_MOST_HEADER = 2**24  # bytes

T = TypeVar("T")


class Arrivals(Generic[T]):
    """The numbered files of a folder, oldest first, each once it can be opened."""

    def __init__(self, folder: Path, pattern: re.Pattern[str], whole: Callable[[Path], T | None]) -> None:
        """whole: what is in a file; None while it is a part of one."""
        self._folder, self._pattern, self._whole = folder, pattern, whole
        self.step = -1  # of the newest that was taken; later ones are new
        self._changed = 0  # the folder's time of change when it was listed
        self._listed: list[tuple[int, Path]] = []
        self._looks = 0

    def paths(self) -> list[tuple[int, Path]]:
        """(step, file) of every file by its name, whole or not."""
        changed = _changed(self._folder)
        self._looks += 1
        if changed != self._changed or self._looks % LIST_ANYWAY == 0:
            self._changed = changed
            try:
                self._listed = numbered(self._folder, self._pattern)
            except OSError:  # the folder has gone for a moment
                self._listed = []
        return self._listed

    def look(self, reached: int) -> Iterator[tuple[int, Path, T]]:
        """(step, file, content) of those that are new, up to the step that the run has reached.

        A later file may still be one that the run has left behind. One that is not whole is waited for, but
        not once a later one is.
        """
        for step, path in self.paths():
            content = self._whole(path) if self.step < step <= reached else None
            if content is not None:
                self.step = step
                yield step, path, content

    def newest(self, reached: int) -> tuple[int, Path, T] | None:
        """The newest whole file up to a step; those before it are not looked at again."""
        for step, path in reversed(self.paths()):
            content = self._whole(path) if step <= reached else None
            if content is not None:
                self.step = step
                return step, path, content
        return None


def whole_tensors(path: Path) -> Path | None:
    """The file, if it is as long as its safetensors header says; its numbers are not looked at."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= _MOST_HEADER:
                return None
            header = json.loads(file.read(length))
            size = file.seek(0, os.SEEK_END)
        ends = [each["data_offsets"][1] for name, each in header.items() if name != "__metadata__"]
        return path if size == 8 + length + max(ends, default=0) else None
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return None


def _changed(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0

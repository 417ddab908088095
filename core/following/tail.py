"""A JSON-lines file that another program appends to, read on from where the last look ended."""

import json
from pathlib import Path

from core.journal import Row

MOST_BYTES = 2**20  # read in one look; what is left comes with the next


class Tail:
    """Whole lines only: a torn one is waited for. The file may come late, or be replaced by a longer copy."""

    def __init__(self, path: Path, *, newest_bytes: int | None = None) -> None:
        """newest_bytes: begin with so many at the file's end, instead of with its beginning."""
        self._path = path
        self._offset = 0  # of what has not been taken
        self._inside = False  # whether the offset may lie within a line
        if newest_bytes is not None:
            self._offset = max(0, _size(path) - newest_bytes)
            self._inside = self._offset > 0

    def look(self) -> list[Row]:
        """The objects with a step that have come since the last look."""
        size = _size(self._path)
        if size <= self._offset:  # a synchronised folder may hold an older copy for a while
            return []
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                fresh = file.read(MOST_BYTES)
        except OSError:
            return []
        lines = fresh.split(b"\n")
        torn = lines.pop()
        # A network disk shows zeros where a line's bytes have not arrived.
        while lines and b"\0" in lines[-1]:
            torn = lines.pop() + b"\n" + torn
        if not lines and len(fresh) == MOST_BYTES:  # no line of a run is so long
            torn = b""
        self._offset += len(fresh) - len(torn)
        if self._inside and lines:
            del lines[0]
            self._inside = False
        return [row for row in map(_row, lines) if row is not None]


def _row(line: bytes) -> Row | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):  # half of it, overwritten by the next writer
        return None
    return row if isinstance(row, dict) and isinstance(row.get("step"), int) else None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0

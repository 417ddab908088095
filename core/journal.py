"""What a run writes down while it trains: numbers, measures and events, one JSON object a line."""

import json
import os
import platform
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from math import isfinite, nan
from pathlib import Path
from typing import Any, Literal

from core.commit import sync_folder

Row = dict[str, Any]


class Journal:
    """Appends to a run folder's metrics, measures and events. One per training session; the caller holds
    the run's lock.
    """

    def __init__(self, folder: Path) -> None:
        (folder / "metrics").mkdir(exist_ok=True)
        self._folder = folder
        told = (row.get("segment") for row in read_lines(folder / "events.jsonl"))
        known = [int(path.stem) for path in segments(folder)]
        known += [each for each in told if isinstance(each, int)]
        self.segment = max(known, default=0) + 1  # of the metrics: steps that it repeats replace earlier ones
        self._last_step: int | None = None  # None until training has begun

    def began(self, name: Literal["started", "resumed"], step: int, **facts: object) -> None:
        self.event(name, step, segment=self.segment, host=platform.node(), **facts)
        self._last_step = step

    def returned(self, step: int, **facts: object) -> None:
        """Note that the run goes on from an earlier step; what lay after is replaced.

        On the disk before this returns.
        """
        self.repeat_from(step)
        self.commit("returned", step, segment=self.segment, **facts)

    def repeat_from(self, step: int) -> None:
        """Steps after this one come again, and replace what they wrote the first time."""
        self.segment += 1
        self._last_step = step

    def memory_short(self, step: int, **facts: object) -> None:
        """Note that the run goes on from a step, its batches cut smaller from the next one on.

        On the disk before this returns.
        """
        self.repeat_from(step)
        self.commit("memory", step + 1, segment=self.segment, **facts)

    def metrics(self, row: Row) -> None:
        self._last_step = row["step"]
        append(self._folder / "metrics" / f"{self.segment:06d}.jsonl", row)

    def measures(self, row: Row) -> None:
        append(self._folder / "measures.jsonl", row | {"segment": self.segment})

    def event(self, name: str, step: int, **facts: object) -> Row:
        """Note an event; the line as it was written."""
        row = event_row(name, step, **facts)
        append(self._folder / "events.jsonl", row)
        return row

    def commit(self, name: str, step: int, **facts: object) -> None:
        """Note an event that training acts upon: it is on the disk before this returns."""
        path = self._folder / "events.jsonl"
        self.event(name, step, **facts)
        with path.open("ab") as file:
            os.fsync(file.fileno())
        sync_folder(path.parent)

    def failed(self, reason: str) -> None:
        """Note a failure once training has begun: a resume that is refused leaves the run as it was."""
        if self._last_step is not None:
            with suppress(OSError):  # a full disk is a likely reason, and must not hide itself
                self.event("failed", self._last_step, reason=reason)


def in_force(groups: Iterable[tuple[int, list[Row]]], events: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The rows of a run's segments, by step, as one story.

    groups: (segment, rows) in the order in which they were written. Steps that a later segment repeats are
    the later one's; what lay after the checkpoint that a segment went on from is left out.
    """
    begun = [
        (row["segment"], row["step"] - (row["event"] == "memory"))  # it names the step that is taken again
        for row in events
        if row.get("event") in ("resumed", "returned", "memory") and isinstance(row.get("segment"), int)
    ]
    rows: list[Row] = []
    for segment, fresh in groups:
        while begun and begun[0][0] <= segment:
            rows = _until(rows, begun.pop(0)[1])
        if fresh:
            rows = _until(rows, fresh[0]["step"] - 1) + fresh
    for _, step in begun:
        rows = _until(rows, step)
    return rows


def _until(rows: list[Row], step: int) -> list[Row]:
    return [row for row in rows if row["step"] <= step]


def segments(folder: Path) -> list[Path]:
    """The files of a run's metrics, in the order in which they were begun."""
    return sorted((folder / "metrics").glob("[0-9]*.jsonl"))


def event_row(name: str, step: int, **facts: object) -> Row:
    """What events.jsonl says of something that happens now."""
    return {"time": now(), "step": step, "event": name, **facts}


def append(path: Path, row: Mapping[str, Any]) -> None:
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":  # a kill tore the last line; it must not swallow this one
                file.write(b"\n")
        file.write(line(row).encode())


def line(row: Mapping[str, Any]) -> str:
    """As one line of JSON, which has no NaN and no infinity: a number that is not finite becomes null."""
    return json.dumps(_finite(row), allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    match value:
        case float():
            return value if isfinite(value) else None
        case Mapping():
            return {name: _finite(each) for name, each in value.items()}
        case list() | tuple():
            return [_finite(each) for each in value]
    return value


def known(row: Mapping[str, Any], names: Iterable[str]) -> Row:
    """What a line says of these numbers; one that was not finite, and is null there, is NaN."""
    return {name: nan if row[name] is None else row[name] for name in names if name in row}


def read_lines(path: Path) -> list[Row]:
    """The objects of a JSON-lines file that have a step; a torn last line is left out."""
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    rows = []
    for line in lines:
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return [row for row in rows if isinstance(row, dict) and isinstance(row.get("step"), int)]


def last_line(path: Path) -> Row | None:
    """The last whole object, from the file's last 4 KiB."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
        for line in reversed(file.read().splitlines()):
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict) and "step" in row and "epoch" in row:
                return row
    return None


def now() -> str:
    """The time for a journal: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")

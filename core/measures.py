"""What was measured of a run, kept in its folder, and the checkpoint that is best by it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from core.commit import put
from core.events import Measured
from core.journal import Row, known, line
from core.runs import Run


def row_of(measured: Measured, source: str) -> Row:
    """A measurement as a line of measures.jsonl. source: the digest of the pictures measured against."""
    return asdict(measured) | {"source": source}


def measured_of(row: Mapping[str, Any]) -> Measured | None:
    """The measurement in a line of measures.jsonl; None if it is not one."""
    try:
        facts = known(row, (field.name for field in fields(Measured)))
        return Measured(**facts | {"fid": row.get("fid")})
    except TypeError:
        return None


def measures(run: Run, source: str | None = None) -> list[Measured]:
    """Everything that was measured of a run, by step. source: the only pictures whose measures are wanted."""
    rows = (row for row in run.measures() if source is None or row.get("source", source) == source)
    found = (measured_of(row) for row in rows)
    return [each for each in found if each is not None]


def best(run: Run) -> Measured | None:
    """What was measured of the best checkpoint; None if there is none, or it was against other pictures."""
    if run.best_checkpoint() is None:
        return None
    row = json.loads((run.folder / "best.json").read_text("utf-8"))
    return measured_of(row) if row.get("source") == run.source_digest else None


def mark_best(run: Run, measured: Measured, checkpoint: Path) -> None:
    """Make this the run's best checkpoint: `retention` keeps it, and a return leads to it.

    Its measurement is kept with it, so that the next one has something to beat whatever becomes of its line
    in measures.jsonl.
    """
    facts = {"checkpoint": checkpoint.name} | row_of(measured, run.source_digest)
    put(run.folder / "best.json", lambda file: file.write(line(facts).encode()))

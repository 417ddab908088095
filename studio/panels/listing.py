"""The runs that there are, each with its checkpoints."""

from dataclasses import dataclass, field
from pathlib import Path

from core.runs import RunSummary, list_runs


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run with its checkpoints, newest first."""

    summary: RunSummary
    checkpoints: list[tuple[int, Path]] = field(default_factory=list)


def find_runs(parent: Path) -> list[ListedRun]:
    """The runs of a folder, last written first."""
    return [ListedRun(summary, summary.run.checkpoints()[::-1]) for summary in list_runs(parent)]

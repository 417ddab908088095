"""A run folder read for the monitor: its curves, measures and marks in the form in which they are shown."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import runs
from core.events import Measured, Returned, Step
from core.measures import measures
from core.runs import Run, RunSummary
from core.steps import step_of
from core.watchdog.verdict import Verdict
from studio.charts import CHARTS
from studio.chronicle import Chronicle
from studio.curves import Cells, cells
from studio.marks import History, Mark
from studio.plots import numbers_of


@dataclass(frozen=True, slots=True)
class Record:
    summary: RunSummary
    last: Step | None
    curves: Mapping[str, Cells]  # by the charts' names
    measures: Sequence[Measured]
    scored: Sequence[Step]  # those with histograms
    marks: Sequence[Mark]
    chronicle: Chronicle
    grids: list[tuple[int, Path]]

    @property
    def run(self) -> Run:
        return self.summary.run

    @property
    def trains_elsewhere(self) -> bool:
        """Whether another program trains it, or one on another machine did when it was last heard of."""
        return self.summary.state == "running" or bool(self.summary.host)

    def standing(self) -> tuple[int, float]:
        """The newest step that is known, and for how many seconds it has been."""
        return self.summary.step, time.time() - self.summary.modified


def read_record(folder: Path) -> Record:
    """All numbers and the names of all grids; reads files, so not for the GUI thread. Raises RunError."""
    run = runs.open_run(folder)
    rows = run.metrics()
    steps = [step_of(row) for row in rows if "scores" in row]
    measured = measures(run)
    chronicle, history = Chronicle(run.config), History()
    for row in run.events():
        _tell(row, chronicle, history)
    history.add(best_marks(measured))
    return Record(
        runs.summarise(run),
        step_of(rows[-1]) if rows else None,
        {
            chart.name: cells(numbers_of(chart, lambda name: [row.get(name) for row in rows]))
            for chart in CHARTS
            if not chart.sparse
        },
        measured,
        [each for each in steps if each is not None],
        history.marks,
        chronicle,
        run.samples(),
    )


def best_marks(measured: Iterable[Measured]) -> list[Mark]:
    """Where the best checkpoint is; of several the last counts."""
    return [
        Mark(each.step, "best", f"Step {each.step:,}: best so far, coverage {each.coverage:.2f}")
        for each in measured
        if each.best
    ]


def alarm_marks(verdicts: Iterable[tuple[int, Verdict]]) -> list[Mark]:
    """Where each alarm began."""
    marks, before = [], ""
    for step, verdict in verdicts:
        if verdict.alarming and verdict.kind != before:
            marks.append(Mark(step, "alarm", f"Step {step:,}: {verdict.title}"))
        before = verdict.kind
    return marks


def _tell(row: Mapping[str, Any], chronicle: Chronicle, history: History) -> None:
    match row:
        case {"event": "knob", "step": int() as step, "changes": dict() as changes}:
            mark = chronicle.turn(step, changes)
            history.add([mark] if mark else [])
        case {
            "event": "returned",
            "step": int() as step,
            "left": int() as left,
            "changes": dict() as changes,
        }:
            history.cut(step)
            returned = Returned(step, left, changes, row.get("automatic") is True)
            history.add([chronicle.go_back(returned)])

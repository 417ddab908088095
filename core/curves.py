"""A run's curves: every number that training recorded, by step and by training time."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.commit import commit
from core.errors import RunError
from core.runs import Run

Numbers = NDArray[np.float64]
SMOOTHED = (
    0.05  # a single step's losses say little: what is said of a moment is the mean of this share before it
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that runs record, and how it is read."""

    name: str  # in metrics/*.jsonl or measures.jsonl
    title: str
    group: str
    better: Literal["high", "low"] | None = None  # None: no end of it is the better one
    measured: bool = False  # now and then and precise, not at every logged step and noisy


NUMBERS = (
    Number("coverage", "Coverage", "quality", "high", measured=True),
    Number("density", "Density", "quality", measured=True),
    Number("kid", "KID", "quality", "low", measured=True),
    Number("fid", "FID", "quality", "low", measured=True),
    Number("d_loss", "Discriminator's loss", "loss"),
    Number("g_loss", "Generator's loss", "loss"),
    Number("d_real", "D(x), on real", "score"),
    Number("d_fake_before", "D(G(z)), before update", "score"),
    Number("d_fake_after", "D(G(z)), after update", "score"),
    Number("d_real_accuracy", "D's accuracy on real", "accuracy"),
    Number("d_fake_accuracy", "D's accuracy on fakes", "accuracy"),
    Number("d_grad_norm", "Discriminator's gradient norm", "gradient"),
    Number("g_grad_norm", "Generator's gradient norm", "gradient"),
    Number("d_lr", "Discriminator's learning rate", "rate"),
    Number("g_lr", "Generator's learning rate", "rate"),
    Number("images_per_s", "Pictures a second", "speed"),
    Number("memory_mib", "Memory in MiB", "speed"),
)


@dataclass(frozen=True, slots=True)
class Best:
    value: float
    step: int
    seconds: float  # of training until then; NaN if the run does not say


@dataclass(frozen=True, eq=False)
class Curves:
    """One column a number, one row a step that was logged or measured; NaN where a step has none."""

    steps: NDArray[np.int64]  # ascending
    columns: Mapping[str, Numbers]

    def line(self, name: str) -> tuple[NDArray[np.int64], Numbers]:
        """The steps that have a number, and the numbers; both empty if the run has none."""
        values = self.columns.get(name)
        if values is None:
            return self.steps[:0], np.empty(0)
        known = np.isfinite(values)
        return self.steps[known], values[known]

    @cached_property
    def seconds(self) -> Numbers:
        """Training time at every step, pauses left out; between those that logged it where one did not."""
        steps, seconds = self.line("seconds")
        if not len(steps):
            return np.full(len(self.steps), np.nan)
        return np.interp(self.steps, steps, np.maximum.accumulate(seconds))

    @property
    def last_step(self) -> int:
        return int(self.steps[-1]) if len(self.steps) else 0

    @property
    def last_seconds(self) -> float:
        return float(self.seconds[-1]) if len(self.steps) else float("nan")

    def at(self, number: Number, step: float) -> float | None:
        """What is said of a moment: the last measure by then, or the mean of the twentieth before it.

        None if there is nothing by then.
        """
        steps, values = self.line(number.name)
        end = int(np.searchsorted(steps, step, side="right"))
        if not end:
            return None
        begin = end - 1
        if not number.measured:
            begin = min(begin, int(np.searchsorted(steps, step - SMOOTHED * step)))
        return float(values[begin:end].mean())

    def step_after(self, seconds: float) -> float:
        """The last step that had been taken after so much training time; 0 if none is known."""
        end = int(np.searchsorted(self.seconds, seconds, side="right"))
        return float(self.steps[end - 1]) if end else 0.0

    def best(self, number: Number) -> Best | None:
        """Where a number was best; None if the run has none, or no end of it is the better one."""
        steps, values = self.line(number.name)
        if number.better is None or not len(steps):
            return None
        at = int(values.argmax() if number.better == "high" else values.argmin())
        row = int(np.searchsorted(self.steps, steps[at]))
        return Best(float(values[at]), int(steps[at]), float(self.seconds[row]))


def read_curves(run: Run) -> Curves:
    """Everything a run has recorded, measures beside the numbers of their step.

    Fields that are no numbers are left out, as are those that are never known. Raises RunError if the run
    cannot be read.
    """
    try:
        logged, measured = run.metrics(), run.measures()
    except OSError as error:
        raise RunError(f"The numbers of {run.name} cannot be read: {error.strerror}.") from error
    rows: dict[int, dict[str, Any]] = {}
    for row in (*logged, *measured):
        if 0 <= row["step"] < 2**53:  # else no step, whatever wrote it
            rows[row["step"]] = rows.get(row["step"], {}) | row
    steps = np.array(sorted(rows), np.int64)
    names = dict.fromkeys(name for row in rows.values() for name in row if name != "step")
    columns = {}
    for name in names:
        values = np.array([_number(rows[step].get(name)) for step in steps.tolist()], np.float64)
        if name.isidentifier() and np.isfinite(values).any():
            columns[name] = values
    return Curves(steps, columns)


def save_csv(path: Path, runs: Sequence[tuple[str, Curves]], *, named: bool = True) -> int:
    """Write curves as one table; how many rows it has comes back. Raises StudioError.

    One row a step, `step` first, or `run` before it if `named`; empty where a step has no such number. Every
    number is written in full: read back, it is the same.
    """
    names = list(dict.fromkeys(name for _, curves in runs for name in curves.columns))

    def write(file: IO[bytes]) -> None:
        text = io.TextIOWrapper(file, "utf-8", newline="")
        table = csv.writer(text)
        table.writerow([*(["run"] if named else []), "step", *names])
        for title, curves in runs:
            empty = [""] * len(curves.steps)
            cells = [_cells(curves.columns[name]) if name in curves.columns else empty for name in names]
            for step, *values in zip(curves.steps.tolist(), *cells, strict=True):
                table.writerow([*([title] if named else []), step, *values])
        text.flush()
        text.detach()  # else it would close the file, which is not its own

    commit(path, write)
    return sum(len(curves.steps) for _, curves in runs)


def _cells(values: Numbers) -> list[str]:
    """As Python writes them, which reads back as the same number; whole ones without a point."""
    return [
        ""
        if value != value
        else str(int(value))
        if value == int(value) and abs(value) < 2**53
        else repr(value)
        for value in values.tolist()
    ]


def _number(value: object) -> float:
    """NaN for what is none, and for infinity."""
    if not isinstance(value, int | float):
        return float("nan")
    try:
        number = float(value)
    except OverflowError:
        return float("nan")
    return number if abs(number) < float("inf") else float("nan")

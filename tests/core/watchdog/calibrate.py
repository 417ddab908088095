"""The watchdog on real runs, healthy and made to fail: which it flags, how soon, and which it should not.

    python -m tests.core.watchdog.calibrate --out FOLDER --data SOURCE [--only NAME ...] [--minutes M]
        [--seed S]

--data: photographs of faces, a folder or a .zip. A run that is in FOLDER is not trained again, so that the
table can be completed bit by bit; without --data only what is there is judged. --seed: added to each run's
own, for runs that no threshold was chosen by.
"""

import argparse
import shutil
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from core import runs
from core.data.prepare import prepare
from core.data.sources import open_source
from core.measures import measures
from core.runs import Run
from core.watchdog.coverage import floored_kid
from core.watchdog.replay import replay
from core.watchdog.verdict import Verdict
from tests.core.watchdog.failures import memorised_from, record
from tests.core.watchdog.trials import PHOTOGRAPHS, Trial, trials

IN_TIME = 500  # steps
WORSE = 1.5  # times the least KID: so far from the real ones, what was learned has been lost
HEADER = "| run | fails from step | first alarm | kind | as it should | lag | within 500 | false alarm |"


@dataclass(frozen=True, slots=True)
class Line:
    """What the watchdog made of a run."""

    trial: Trial
    failed: int | None  # from which step
    alarm: int | None
    verdict: Verdict | None

    @property
    def in_time(self) -> bool:
        return self.failed is not None and self.alarm is not None and self.alarm - self.failed <= IN_TIME

    @property
    def false(self) -> bool:
        """An alarm on a healthy run, or before the failure of one that is healthy until then."""
        return self.alarm is not None and (self.trial.healthy or self.alarm < self.trial.at)


def judge(trial: Trial, run: Run) -> Line:
    failed = None if trial.healthy else trial.at or _lost_from(run)
    if "overfitting" in trial.kinds:
        failed = memorised_from(run)
    alarms = [(step, verdict) for step, verdict in replay(run) if verdict.alarming]
    step, verdict = alarms[0] if alarms else (None, None)
    return Line(trial, failed, step, verdict)


def _lost_from(run: Run) -> int:
    """The step after which the faces only became worse, 0 if they did not: a rate that undoes what was
    learned lets it be learned first.
    """
    measured = list(measures(run, run.source_digest))
    nearest = min(measured, key=lambda each: each.kid)
    return nearest.step if measured[-1].kid >= WORSE * floored_kid(nearest) else 0


def table(lines: list[Line]) -> str:
    """The table and its totals, in Markdown."""
    rows = [HEADER, "|" + "---|" * (HEADER.count("|") - 1)]
    for line in lines:
        kind = line.verdict.kind if line.verdict else ""
        cells = [
            line.trial.name,
            _text(line.failed),
            _text(line.alarm),
            kind or "-",
            "" if not kind or line.trial.healthy else _yes(kind in line.trial.kinds),
            "" if line.failed is None or line.alarm is None else str(line.alarm - line.failed),
            "" if line.trial.healthy else _yes(line.in_time),
            "FALSE" if line.false else "",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    failing = [line for line in lines if not line.trial.healthy]
    healthy = [line for line in lines if line.trial.healthy]
    flagged, early = sum(line.in_time for line in failing), sum(line.false for line in failing)
    false = sum(line.false for line in healthy)
    rows += [
        "",
        f"Failing runs flagged within {IN_TIME} steps: {flagged} of {len(failing)}; too early: {early}.",
        f"Healthy runs with a false alarm: {false} of {len(healthy)}.",
    ]
    return "\n".join(rows)


def _text(step: int | None) -> str:
    return "-" if step is None else str(step)


def _yes(true: bool) -> str:
    return "yes" if true else "NO"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no run after so many minutes")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    lines, began = [], time.monotonic()
    for each in trials():
        trial = replace(each, config=each.config.replace(seed=each.config.seed + options.seed))
        folder = options.out / trial.name
        wanted = not options.only or any(name in trial.name for name in options.only)
        whole = (folder / "recorded").exists()
        late = time.monotonic() - began > 60 * options.minutes
        if not whole and wanted and options.data and not late:
            shutil.rmtree(folder, ignore_errors=True)
            source = options.data if trial.source == PHOTOGRAPHS else trial.source
            start = time.monotonic()
            record(trial, folder, prepare(open_source(source), size=trial.config.size))
            (folder / "recorded").touch()
            sys.stderr.write(f"{trial.name}: {time.monotonic() - start:.0f} s\n")
            whole = True
        if whole:
            lines.append(judge(trial, runs.open_run(folder)))
    sys.stdout.write(table(lines) + "\n")


if __name__ == "__main__":
    main()

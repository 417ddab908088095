"""Compare runs: the settings that differ, and their numbers at the same step and after the same time."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.commands.outcome import Outcome, UsageError

if TYPE_CHECKING:
    from core.comparison import Compared, Comparison
    from core.curves import Best

NAME = "compare"
ABOUT = "Compare runs: the settings that differ, and their numbers at the same step and after the same time."
EPILOG = """numbers:
  Measures (coverage, density, KID, FID) are the last that was taken. All others change from step to step:
  what is said is the mean of the twentieth before the moment."""
_WIDEST = 28  # of a column of the table


def declare(sub: argparse.ArgumentParser) -> None:
    sub.epilog = EPILOG
    sub.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="two or more run folders")
    sub.add_argument(
        "--csv", type=Path, metavar="FILE.csv", help="also write the curves of all runs as one table"
    )


def run(options: argparse.Namespace) -> Outcome:
    from core.comparison import compare
    from core.curves import save_csv

    if len(options.runs) < 2:
        raise UsageError("compare: name two runs or more")
    comparison = compare(options.runs)
    facts = _facts(comparison)
    words = _words(comparison)
    if options.csv:
        rows = save_csv(options.csv, [(each.title, each.curves) for each in comparison.runs])
        facts["csv"] = str(options.csv)
        words += f"\n\nThe curves ({rows:,} rows) are in {options.csv}."
    return Outcome(facts, words)


def _facts(comparison: "Comparison") -> dict[str, Any]:
    return {
        "runs": [
            {
                "run": str(each.run.folder),
                "title": each.title,
                "state": each.state,
                "step": each.step,
                "epoch": each.epoch,
                "seconds": _known(each.curves.last_seconds),
                "preset": each.run.preset,
                "source": each.run.source,
                "numbers": {
                    number.name: {
                        "final": outcome.final,
                        "best": _best(outcome.best),
                        "at_step": outcome.at_step,
                        "at_seconds": outcome.at_time,
                    }
                    for number in comparison.numbers()
                    if (outcome := comparison.outcome(each, number)).final is not None
                },
            }
            for each in comparison.runs
        ],
        "differences": [
            {"setting": each.name, "label": each.label, "values": list(each.values)}
            for each in comparison.differences
        ],
        "common": {"step": comparison.common_step, "seconds": _known(comparison.common_seconds)},
    }


def _words(comparison: "Comparison") -> str:
    runs = comparison.runs
    lines = [("", [each.title for each in runs])]
    lines.append(("Trained for", [_trained(each) for each in runs]))
    settings = [(each.label, list(each.texts)) for each in comparison.differences]
    parts = [_table(lines), "Settings that differ", _table(settings) or "  None: only chance is different."]
    tables: dict[str, list[tuple[str, list[str]]]] = {"At the end": [], "Best": []}
    step = f"At step {comparison.common_step:,}, which all have reached"
    time = f"After {comparison.common_seconds:,.0f} s, which all have had"
    for number in comparison.numbers():
        outcomes = [comparison.outcome(each, number) for each in runs]
        for heading, values in (
            ("At the end", [_text(each.final) for each in outcomes]),
            ("Best", [_text_of_best(each.best) for each in outcomes]),
            (step, [_text(each.at_step) for each in outcomes]),
            (time, [_text(each.at_time) for each in outcomes]),
        ):
            if any(value != "–" for value in values):
                tables.setdefault(heading, []).append((number.title, values))
    for heading, rows in tables.items():
        if rows:
            parts += [heading, _table(rows)]
    return "\n\n".join(parts)


def _trained(run: "Compared") -> str:
    seconds = run.curves.last_seconds
    time = f", {seconds:,.0f} s" if seconds == seconds else ""
    return f"{run.step:,} steps{time}"


def _table(rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Columns side by side, one a run; what is too wide loses its middle."""
    cells = [[label, *(_shortened(each) for each in values)] for label, values in rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))] if cells else []
    return "\n".join(
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def _shortened(text: str) -> str:
    half = (_WIDEST - 1) // 2
    return text if len(text) <= _WIDEST else f"{text[:half]}…{text[-half:]}"


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _text_of_best(best: "Best | None") -> str:
    return "–" if best is None else f"{best.value:.4g} at step {best.step:,}"


def _best(best: "Best | None") -> dict[str, Any] | None:
    if best is None:
        return None
    return {"value": best.value, "step": best.step, "seconds": _known(best.seconds)}


def _known(number: float) -> float | None:
    return number if number == number else None

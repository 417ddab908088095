"""List runs and their state."""

import argparse
from datetime import datetime
from pathlib import Path

from core.commands.outcome import Outcome

NAME = "runs"
ABOUT = "List runs and their state."


def declare(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="where to look")


def run(options: argparse.Namespace) -> Outcome:
    from core import runs

    folder = options.folder or runs.default_runs_folder()
    found = runs.list_runs(folder)
    facts = [
        {
            "run": str(each.run.folder),
            "state": each.state,
            "step": each.step,
            "epoch": each.epoch,
            "modified": datetime.fromtimestamp(each.modified).isoformat(timespec="seconds"),
            "preset": each.run.preset,
            "source": each.run.source,
        }
        for each in found
    ]
    lines = [
        f"{each.state:12} step {each.step:>9,}  epoch {each.epoch:>5,}  {row['modified']}  {each.run.name}"
        for each, row in zip(found, facts, strict=True)
    ]
    return Outcome(
        {"folder": str(folder), "runs": facts}, "\n".join(lines) or f"There are no runs in {folder}."
    )

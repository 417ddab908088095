"""A run once more: the settings of another one, and the knobs that were turned while that trained."""

from pathlib import Path

from core import knobs, runs
from core.config import Config
from core.journal import Journal
from core.runs import Run


def settings(original: Run) -> Config:
    """What a repetition begins with.

    Where the original went back by itself, that is among its knobs already; the repetition must not do so at
    other moments, so the watchdog only warns.
    """
    config = original.config
    return config.replace(watchdog="warn") if config.watchdog == "return" else config


def repeat(original: Run, folder: Path, config: Config, *, source: str, source_digest: str) -> Run:
    """A new run whose journal has the original's knobs ahead: they act at the same steps.

    With equal settings and pictures, on the same kind of device, it equals the original bit for bit.
    Raises RunError if the folder is in use or cannot be made.
    """
    run = runs.create(folder, config, source=source, source_digest=source_digest, preset=original.preset)
    journal = Journal(run.folder)
    events = original.events()
    for step, changes in knobs.history(events):
        journal.commit("knob", step, changes=changes)
    for row in events:
        if row.get("event") == "memory":
            journal.commit("memory", row["step"], parts=row.get("parts"), device=row.get("device"))
    return run

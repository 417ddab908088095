"""A run once more: the settings of another one, and the knobs that were turned while that trained."""

from pathlib import Path

from core import knobs, runs
from core.config import Config
from core.journal import event_row
from core.runs import Run


def settings(original: Run) -> Config:
    """What a repetition begins with.

    Where the original went back by itself, that is among its knobs already; the repetition must not do so at
    other moments, so the watchdog only warns.
    """
    config = original.config
    return config.replace(watchdog="warn") if config.watchdog == "return" else config


def departures(original: Run) -> str | None:
    """The sentence for an original that cannot be repeated bit for bit; None if it can.

    Device, precision and pictures may change at a resume; a repetition has the last ones from its beginning.
    """
    began = [row for row in original.events() if row.get("event") in ("started", "resumed")]
    changed = [
        name
        for name in ("device", "precision", "pictures")
        if len({row[name] for row in began if isinstance(row.get(name), str)}) > 1
    ]
    if not changed:
        return None
    return (
        f"{original.name} went on with other {' and '.join(changed)} when it was resumed. "
        "The repetition begins with the last, so it will be much like it, but not the same bit for bit."
    )


def repeat(original: Run, folder: Path, config: Config, *, source: str, source_digest: str) -> Run:
    """A new run whose journal has the original's knobs ahead: they act at the same steps.

    With equal settings and pictures, on the same kind of device, it equals the original bit for bit, unless
    that has `departures`. Raises RunError if the folder is in use or cannot be made.
    """
    events = original.events()
    ahead = [event_row("knob", step, changes=changes) for step, changes in knobs.history(events)]
    ahead += [
        event_row("memory", row["step"], parts=row.get("parts"), device=row.get("device"))
        for row in events
        if row.get("event") == "memory"
    ]
    return runs.create(
        folder, config, source=source, source_digest=source_digest, preset=original.preset, ahead=ahead
    )

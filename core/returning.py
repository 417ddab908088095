"""Going back to the best checkpoint: what lies after it is set aside, so that it is the newest again."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from core import checkpoints
from core.control import Return
from core.errors import RunError
from core.events import Returned
from core.journal import Journal
from core.runs import CHECKPOINT_NAME, GENERATOR_NAME, SAMPLE_NAME, Run

_KINDS = {"checkpoints": CHECKPOINT_NAME, "generators": GENERATOR_NAME, "samples": SAMPLE_NAME}
_DONE = "set aside"  # the event that a return is complete with


def target(run: Run) -> tuple[int, Path] | None:
    """(step, file) of where a return leads: the best checkpoint, else the newest; None is the beginning."""
    best = run.best_checkpoint()
    if best is not None and checkpoints.verify(best[1]):
        return best
    whole = (each for each in reversed(run.checkpoints()) if checkpoints.verify(each[1]))
    return next(whole, None)


def go_back(run: Run, journal: Journal, left: int, wish: Return) -> Returned:
    """Make the target the run's newest checkpoint, and its changes those of the next step.

    It is in the journal first: a kill in between leaves a return that `finish` completes. The caller holds
    the run's lock. Raises RunError if a later checkpoint cannot be moved.
    """
    found = target(run)
    step = found[0] if found else 0
    later = [
        path.relative_to(run.folder).as_posix()
        for at, path in (*run.checkpoints(), *run.earlier_generators(), *run.samples())
        if at > step
    ]
    journal.returned(step, left=left, changes=wish.changes, automatic=wish.automatic, aside=later)
    finish(run, journal)
    return Returned(step, left, wish.changes, wish.automatic)


def finish(run: Run, journal: Journal) -> None:
    """Set aside what the last return left behind, once: training may write files of the same names then.

    Raises RunError, and has to be called again, if a checkpoint cannot be moved.
    """
    last = next((row for row in reversed(run.events()) if row.get("event") in ("returned", _DONE)), None)
    if last is None or last["event"] == _DONE:
        return
    left = run.folder / "left"
    aside = left / f"{len(_returns(run)):03d}"
    for path in _named(run, last.get("aside")):
        there = aside / path.name
        if there.exists() or not path.exists():
            continue  # a kill came after it was moved
        aside.mkdir(parents=True, exist_ok=True)
        try:
            path.replace(there)
        except OSError as error:
            if path.parent == run.checkpoint_folder:
                raise RunError(
                    f"{path.name} cannot be set aside: {error.strerror}. Close what has it open, then resume."
                ) from error
    for older in left.glob("[0-9]*"):
        if older != aside and not left.is_symlink():  # one past is enough
            with suppress(OSError):
                shutil.rmtree(older)
    journal.commit(_DONE, last["step"])


def automatic_returns(run: Run) -> int:
    """How often the watchdog has taken the run back by itself."""
    return sum(row.get("automatic") is True for row in _returns(run))


def _returns(run: Run) -> list[dict[str, Any]]:
    return [row for row in run.events() if row.get("event") == "returned"]


def _named(run: Run, names: object) -> Iterator[Path]:
    """The files that a journal names, as far as they are a run's own."""
    for name in names if isinstance(names, list) else []:
        folder, _, file = str(name).partition("/")
        if folder in _KINDS and _KINDS[folder].fullmatch(file):
            yield run.folder / folder / file

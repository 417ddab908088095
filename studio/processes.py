"""Training on several devices: child processes do it, and are followed by their run folder."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from core import knobs, returning, runs
from core.control import Control, Return
from core.errors import Cancelled, RunError
from core.events import Event, Finished, Started
from core.following.follow import follow
from core.journal import Journal
from core.runs import Run
from core.wide.launch import failure, launch


def train_in_processes(
    run: Run,
    devices: Sequence[str],
    control: Control,
    go_back: Mapping[str, object] | None = None,
    inception: Path | None = None,
) -> Iterator[Event]:
    """`core.loop.train` with a process for each device; `control` can stop it, and nothing else.

    Raises RunError in the words of the process that failed, Cancelled if it was stopped before it began.
    """
    if go_back is not None:
        _return(run, go_back)
    begun = ended = False

    def written() -> bool:
        if control.stopping and not begun:
            process.terminate()  # there is no training yet that could be asked
        return process.poll() is None

    events = follow(run.folder, control, afresh=True, written=written)
    log = run.folder / "logs"
    arguments = ["train", "--run", str(run.folder), "--resume"]
    arguments += ["--inception", str(inception)] if inception else []
    process = launch(arguments, devices, log)
    try:
        for event in events:
            begun = begun or isinstance(event, Started)
            ended = isinstance(event, Finished)
            yield event
    finally:
        if not ended and process.poll() is None:
            process.terminate()
        process.wait()
    if not ended:
        raise Cancelled if control.stopping and not begun else RunError(failure(log))


def _return(run: Run, changes: Mapping[str, object]) -> None:
    """Make the best checkpoint the newest, as a training that is told to go back does."""
    wish = Return(knobs.values(run.config, changes), automatic=False)
    with runs.locked(run):
        returning.go_back(run, Journal(run.folder), runs.summarise(run).step, wish)

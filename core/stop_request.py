"""Asking a training in another program to stop, by a file in its run folder, even from another machine."""

import json
import platform
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.commit import put
from core.control import Control
from core.errors import RunError
from core.journal import line, now

NAME = "stop-request.json"
LOOK_S = 1.0  # between two looks for it
_MOST_BYTES = 4096


def ask(folder: Path, session: int) -> None:
    """Ask the training in a run folder to save and stop; it does so within seconds of seeing the file.

    session: the segment that this training began with, as its "started" or "resumed" event says. A later
    training takes no notice, however late the file arrives, and whatever the machines' clocks say.
    Raises RunError if the folder cannot be written.
    """
    facts = {"id": uuid.uuid4().hex, "time": now(), "host": platform.node(), "session": session}
    try:
        put(folder / NAME, lambda file: file.write(line(facts).encode()))
    except OSError as error:
        raise RunError(
            f"{folder.name} cannot be asked to stop, because its folder cannot be written "
            f"({error.strerror}). Stop it where it was started."
        ) from error


@contextmanager
def heeded(folder: Path, session: int, control: Control) -> Iterator[None]:
    """Pass requests in a run folder on to `control` while the block runs.

    What was asked of an earlier training is removed. A thread looks, since a slow network disk must not hold
    up the steps, and a pause must not keep a request waiting.
    """
    over = threading.Event()
    _take(folder, None)

    def look() -> None:
        while not over.wait(LOOK_S):
            if _take(folder, session):
                control.stop()

    watch = threading.Thread(target=look, name="stop requests", daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join(LOOK_S)  # a disk that hangs must not keep the run from ending


def _take(folder: Path, session: int | None) -> bool:
    """Whether there is a request for this session; one that has arrived as a whole is removed."""
    path = folder / NAME
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            request = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):  # half-copied: the rest is on its way
        if session is not None:
            return False
        request = None
    with suppress(OSError):
        path.unlink()
    return session is not None and isinstance(request, dict) and request.get("session") == session

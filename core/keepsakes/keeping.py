"""What the files kept with a run have in common: one writer at a time, and nothing damaged is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from core.commit import unwritable
from core.errors import RunError

PATIENCE_S = 5.0


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other windows from changing what is kept in a folder, which is made if it is not there.

    Raises RunError if another one takes too long, StudioError if the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder / ".keepsakes.lock", timeout=PATIENCE_S)
        lock.acquire()
    except filelock.Timeout:
        raise RunError(f"{folder} is in use by another program. Try again in a moment.") from None
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def set_aside(path: Path) -> Path:
    """Give a damaged file a name that is unused, which comes back. Raises StudioError if that fails."""
    numbered = (f"{path.stem}.damaged{number or ''}{path.suffix}" for number in (0, *range(2, 1_000_000)))
    aside = next(place for name in numbered if not (place := path.with_name(name)).exists())
    try:
        path.replace(aside)
    except OSError as error:
        raise unwritable(path, error) from error
    return aside

"""Files that are the old one or the whole new one, never a part: written beside, then renamed."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from core.errors import StudioError


def commit(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """`put` with missing folders made. Raises StudioError if the place cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, write)
    except OSError as error:
        raise unwritable(path, error) from error


def put(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Let `write` fill a file beside `path`, then rename it.

    It is on the disk before it has its name, and the name is before this returns: neither a kill nor a
    power cut leaves a part. Whatever `write` raises leaves `path` as it was. Raises OSError.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """See to it that the names in a folder are on the disk, where the system can do that."""
    with suppress(OSError):  # Windows cannot open folders, and some network disks cannot sync them
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def unwritable(path: Path, error: OSError) -> StudioError:
    """The sentence for a file or folder that cannot be written."""
    return StudioError(
        f"{path} could not be written ({error.strerror or error}). Choose another place or free some space."
    )

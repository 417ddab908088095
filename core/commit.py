"""Files that are the old one or the whole new one, never a part: written beside, then renamed."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from core.errors import StudioError


def commit(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Let `write` fill a file beside `path`, then rename it; missing folders are made.

    Whatever `write` raises leaves `path` as it was. Raises StudioError if the place cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            write(file)
        temporary.replace(path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise unwritable(path, error) from error
        raise


def unwritable(path: Path, error: OSError) -> StudioError:
    """The sentence for a file or folder that cannot be written."""
    return StudioError(
        f"{path} could not be written ({error.strerror or error}). Choose another place or free some space."
    )

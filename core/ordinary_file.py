"""Opening what a person names, which may be no file at all: a pipe hangs, /dev/zero never ends."""

import errno
import os
import stat
from pathlib import Path
from typing import IO


class OddFileError(OSError):
    """It is a folder, a pipe, a device or a socket."""


def open_ordinary(path: Path) -> IO[bytes]:
    """The file, open for reading. Raises OSError; OddFileError without waiting if it is no ordinary file."""
    if not stat.S_ISREG(path.stat().st_mode):  # opening a device may already do something
        raise OddFileError(errno.EINVAL, "it is no ordinary file")
    # Again on what was opened, without waiting: it may have been replaced by a pipe since.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OddFileError(errno.EINVAL, "it is no ordinary file")
    return open(descriptor, "rb")  # noqa: PTH123  a descriptor

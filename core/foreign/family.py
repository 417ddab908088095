"""The process that was started, with those that it started itself.

In a virtual environment on Windows python.exe is a launcher, and its child the interpreter.
"""

from contextlib import suppress

import psutil


class Family:
    """A process and its children as they were found last; who gets a number of theirs later is not meant."""

    def __init__(self, pid: int) -> None:
        self._all: set[psutil.Process] = set()
        with suppress(psutil.Error):  # it has ended
            self._all.add(psutil.Process(pid))

    def find(self) -> None:
        """Look for children, which takes milliseconds. Those that were found before stay known."""
        for each in tuple(self._all):
            with suppress(psutil.Error):
                self._all |= set(each.children(recursive=True))

    def memory(self) -> int:
        """Resident bytes of those that live."""
        total = 0
        for each in self._all:
            with suppress(psutil.Error):
                total += each.memory_info().rss
        return total

    def kill(self) -> None:
        self.find()
        for each in self._all:
            with suppress(psutil.Error):
                each.kill()

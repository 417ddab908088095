"""What a training tells while a record is being read: kept, until it is known which run is shown then."""

from collections.abc import Callable
from pathlib import Path

from studio.panels.monitor import Monitor

Telling = Callable[[Monitor], None]


class Held:
    """What one run tells, in order."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._told: list[Telling] = []

    def keep(self, folder: Path, telling: Telling) -> None:
        self._of(folder)
        self._told.append(telling)

    def release(self, monitor: Monitor, shown: Path | None) -> None:
        """Tell the monitor what is held if it shows that run; nothing is held afterwards."""
        if shown == self._folder:
            for telling in self._told:
                telling(monitor)
        self._of(None)

    def _of(self, folder: Path | None) -> None:
        if folder != self._folder or folder is None:
            self._folder, self._told = folder, []

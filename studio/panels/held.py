"""What a training tells while a record is being read: kept, until it is known which run is shown then."""

from collections.abc import Sequence
from pathlib import Path

from core.events import Samples, Step
from studio.panels.monitor import Monitor


class Held:
    """Numbers and grids of one run at a time."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._steps: list[Step] = []
        self._grids: list[tuple[int, Path]] = []
        self._newest: Samples | None = None

    def steps(self, folder: Path, steps: Sequence[Step]) -> None:
        self._of(folder)
        self._steps += steps

    def grids(self, folder: Path, grids: Sequence[tuple[int, Path]]) -> None:
        self._of(folder)
        self._grids += grids

    def samples(self, folder: Path, samples: Samples) -> None:
        self._of(folder)
        self._newest = samples

    def release(self, monitor: Monitor, shown: Path | None) -> None:
        """Add what is held to the monitor if it shows that run; nothing is held afterwards."""
        if shown == self._folder:
            monitor.add_steps(self._steps)
            if self._grids:
                monitor.add_kept(self._grids)
            if self._newest is not None:
                monitor.add_samples(self._newest)
        self._of(None)

    def _of(self, folder: Path | None) -> None:
        if folder != self._folder or folder is None:
            self._folder = folder
            self._steps, self._grids, self._newest = [], [], None

"""The search for the face nearest to a picture, in a thread of its own."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from core.photos import Square, cut
from studio.explore.rendering import generator_of
from studio.explore.subjects import Moment
from studio.jobs import run_job

if TYPE_CHECKING:
    from core.inversion import Progress

# Root mean square of the levels, 0 .. 255. Faces that a generator drew itself are found again to within
# CLOSE; pictures of people that it was trained on, after an hour on two cores, to within ROUGH.
CLOSE, ROUGH = 12.0, 28.0


class PhotoSearch:
    """`newest` is what was found so far; whoever shows it looks now and then."""

    def __init__(
        self,
        over: QObject,
        moment: Moment,
        photo: NDArray[np.uint8],
        part: Square,
        *,
        closed: Callable[[], bool],
        done: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        """Begins at once. `done` when it has come to its end or was stopped."""
        self.moment = moment
        self.newest: Progress | None = None
        self._stopped = threading.Event()
        self._closed = closed
        over.destroyed.connect(self._stopped.set)
        run_job(over, lambda: self._run(photo, part), lambda _: done(), failed)

    def stop(self) -> None:
        self._stopped.set()

    def _run(self, photo: NDArray[np.uint8], part: Square) -> None:
        from core.inversion import invert

        from core.threads import ThreadLimit

        # Two teams of threads on the same cores wait for each other, and the faces that are dragged meanwhile
        # would stutter.
        ThreadLimit().set(1)
        generator = generator_of(self.moment)
        wanted = cut(photo, part, generator.size, generator.channels)
        for progress in invert(generator, wanted, cancelled=lambda: self._stopped.is_set() or self._closed()):
            self.newest = progress


def likeness(error: float) -> str:
    """What a root mean square of the levels' differences means to the eye."""
    if error <= CLOSE:
        return "a close likeness"
    return "a rough likeness" if error <= ROUGH else "hardly alike beyond colours and pose"

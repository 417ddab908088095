"""The search for the face nearest to a picture, in a thread of its own."""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from core.errors import Cancelled
from core.likeness.photos import Square, cut
from studio.explore.loading import generator_of
from studio.explore.subjects import Moment
from studio.jobs import run_job

if TYPE_CHECKING:
    from core.likeness.inversion import Progress

# Root mean square of the levels, 0 .. 255. A generator's own faces are found again to within 1; people that
# it was trained on, after 3,500 steps with 24 features, to between 15 and 36, the middle ones at 19.
CLOSE, ROUGH = 12.0, 30.0
RANK = 10  # a tenth of the time that a thread of the usual rank, 0, gets where they compete


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
        done: Callable[["PhotoSearch"], None],
        failed: Callable[["PhotoSearch", str], None],
    ) -> None:
        """Begins at once; `closed` ends it. `done` when it has come to its end or was stopped."""
        self.moment = moment
        self.newest: Progress | None = None
        self._stopped = threading.Event()
        self._closed = closed
        run_job(over, lambda: self._run(photo, part), lambda _: done(self), lambda words: failed(self, words))

    def stop(self) -> None:
        self._stopped.set()

    def _run(self, photo: NDArray[np.uint8], part: Square) -> None:
        from core.likeness.inversion import invert
        from core.threads import ThreadLimit

        # Two teams of threads on the same cores wait for each other, and the faces that are dragged meanwhile
        # would stutter.
        ThreadLimit().set(1)
        _stand_back()
        generator = generator_of(self.moment)
        wanted = cut(photo, part, generator.size, generator.channels)
        with suppress(Cancelled):
            for progress in invert(generator, wanted, cancelled=self._is_over):
                self.newest = progress

    def _is_over(self) -> bool:
        return self._stopped.is_set() or self._closed()


def _stand_back() -> None:
    """Let other threads go first, where a thread can have a rank of its own, until it ends."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), RANK)


def likeness(error: float) -> str:
    """What a root mean square of the levels' differences means to the eye."""
    if error <= CLOSE:
        return "a close likeness"
    return "a rough likeness" if error <= ROUGH else "hardly alike beyond colours and pose"

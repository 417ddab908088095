"""Progress and cancelling for work that may take long."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from core.errors import Cancelled

_INTERVAL_S = 0.05


@dataclass(frozen=True, slots=True)
class Progress:
    """How far preparing is; `total` is None while it is not known."""

    stage: Literal["Looking for pictures", "Preparing"]
    done: int
    total: int | None


@dataclass(slots=True)
class Watch:
    """Reports progress at most twenty times a second and asks as often whether to go on."""

    progress: Callable[[Progress], None] | None = None
    cancelled: Callable[[], bool] | None = None
    _stage: str = field(default="", init=False)
    _next_report: float = field(default=0.0, init=False)
    _next_question: float = field(default=0.0, init=False)

    def report(self, now: Progress) -> None:
        """Pass `now` on, unless the last one is too fresh; the begin and end of a stage always are.

        Raises Cancelled.
        """
        self.check()
        moment = time.monotonic()
        turn = now.stage != self._stage or now.done == now.total
        if self.progress and (turn or moment >= self._next_report):
            self._stage = now.stage
            self._next_report = moment + _INTERVAL_S
            self.progress(now)

    def check(self) -> None:
        """Raises Cancelled when the person asked for it."""
        moment = time.monotonic()
        if self.cancelled and moment >= self._next_question:
            self._next_question = moment + _INTERVAL_S
            if self.cancelled():
                raise Cancelled("Preparing the pictures was cancelled. Nothing of it was kept.")

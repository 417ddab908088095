"""Ctrl-C and SIGTERM as a request that work can heed between two of its parts."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.control import Control


@dataclass(slots=True)
class Interrupt:
    """Ctrl-C and SIGTERM as a request: the first asks, the second ends at once."""

    control: Control = field(default_factory=Control)
    signal: int | None = None

    def __call__(self, number: int, _frame: object) -> None:
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = number
        self.control.stop()
        sys.stderr.write("\nStopping. Press Ctrl-C again to end at once.\n")


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Turns signals into stop requests while the block runs."""
    interrupt = Interrupt()
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

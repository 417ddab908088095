"""Ctrl-C and SIGTERM as a request that work can heed between two of its parts."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.control import Control

NOTICE = "Stopping. Press Ctrl-C again to end at once."


@dataclass(slots=True)
class Interrupt:
    """Ctrl-C and SIGTERM as a request: the first asks, the second ends at once unless this is `patient`."""

    control: Control = field(default_factory=Control)
    signal: int | None = None
    patient: bool = False
    notice: str = NOTICE

    def __call__(self, number: int, _frame: object) -> None:
        if self.signal is not None:
            if self.patient:
                return
            raise KeyboardInterrupt
        self.signal = number
        self.control.stop()
        if self.notice:
            sys.stderr.write(f"\n{self.notice}\n")


@contextmanager
def interruptible(*, patient: bool = False, notice: str = NOTICE) -> Iterator[Interrupt]:
    """Turns signals into stop requests while the block runs; `notice` is what the first one is answered."""
    interrupt = Interrupt(patient=patient, notice=notice)
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

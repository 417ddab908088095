"""How late the window's event loop is: what a click at a random moment waits for."""

import faulthandler
import os
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Slot

TICK_MS = 4
PERIOD_S = TICK_MS / 1000
WATCH_S, LATE_S = 0.002, 0.012
DEPTH = 4


@dataclass(frozen=True, slots=True)
class Lateness:
    """Milliseconds, over all moments of a stretch of time."""

    median: float
    p99: float
    most: float
    seconds: float


class LatenessProbe(QObject):
    """A timer that should fire every few milliseconds; whatever keeps the loop busy makes it late.

    Ticks that were missed count, too, each as late as it was, so that one long pause is not one small number
    among many.
    """

    def __init__(self) -> None:
        super().__init__()
        self._late: list[float] = []
        self._began = self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def last(self) -> float:
        """When the loop was last seen alive, on `time.perf_counter`'s clock; 0 if it is not watched."""
        return self._last

    def begin(self) -> None:
        self._late = []
        self._began = self._last = time.perf_counter()
        self._timer.start()

    def end(self) -> Lateness:
        self._timer.stop()
        late, self._last = 1000 * np.array(self._late), 0.0
        p99 = float(np.quantile(late, 0.99))
        return Lateness(float(np.median(late)), p99, float(late.max()), time.perf_counter() - self._began)

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        late = now - self._last - PERIOD_S
        self._last = now
        self._late.append(max(0.0, late))
        while late > PERIOD_S:
            late -= PERIOD_S
            self._late.append(late)


class Witness:
    """A thread that notes what the GUI thread is doing whenever it is late; it costs a little itself."""

    def __init__(self, probe: LatenessProbe) -> None:
        self._seen: Counter[str] = Counter()
        self._probe = probe
        self._gui = f"Thread 0x{threading.get_ident():016x} "
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def take(self) -> Counter[str]:
        """The innermost functions since the last call, by how often they were seen."""
        seen, self._seen = self._seen, Counter()
        return seen

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        with tempfile.TemporaryFile() as file:
            while not self._over.wait(WATCH_S):
                last = self._probe.last
                if last and time.perf_counter() > last + LATE_S:
                    file.seek(0)
                    # Not by the frames themselves: to hold one keeps its painters from ending in time.
                    faulthandler.dump_traceback(file, all_threads=True)
                    self._seen[self._place(os.pread(file.fileno(), file.tell(), 0).decode())] += 1

    def _place(self, threads: str) -> str:
        _, _, stack = threads.partition(self._gui)
        lines = [line.split() for line in stack.splitlines()[1:] if line.startswith("  File")][:DEPTH]
        return " < ".join(
            f"{Path(words[1].strip(chr(34) + ',')).name}:{words[-1]}:{words[3]}" for words in lines
        )

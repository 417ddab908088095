"""The directions that there are sliders for: found in the current generator, and kept ones."""

import time
from collections import OrderedDict
from dataclasses import replace
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.directions.direction import Direction
from core.directions.unsupervised import closed_form, principal
from core.threads import ThreadLimit
from studio.explore.bench.kept_list import KeptList
from studio.explore.exploration import Exploration
from studio.explore.loading import generator_of
from studio.explore.subjects import Moment
from studio.jobs import run_job

Found = Literal["principal", "closed-form"]
COUNT = 20  # of each kind
REMEMBERED = 64  # moments and kinds
PATIENCE_MS = 250  # a moment that the slider only passes is not looked into
LIVE_S = 10.0  # a generator in training is looked into no more often


class DirectionShelf(QObject):
    """Looks for directions in a thread when `want` asks, and has those that are kept with the subject."""

    changed = Signal(str)  # "principal", "closed-form" or "kept"

    def __init__(self, exploration: Exploration) -> None:
        super().__init__(exploration)
        self._exploration = exploration
        self._found: OrderedDict[tuple[Moment, Found], list[Direction]] = OrderedDict()
        self._live: dict[Found, tuple[float, Moment]] = {}  # when and in what the live run was looked into
        self._wanted: Found | None = None
        self._at_work = False
        self._kept = KeptList(exploration, Direction, self)
        self._kept.changed.connect(lambda: self.changed.emit("kept"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE_MS)
        self._timer.timeout.connect(self._look)
        exploration.moment_changed.connect(self._again)
        exploration.opened.connect(self._reopen)

    def found(self, kind: Found) -> list[Direction] | None:
        """The directions of the current moment, the strongest first; None while they are not known.

        Of the run in training they may be some seconds old.
        """
        moment = self._exploration.moment
        if moment is None:
            return None
        if moment.live is not None and kind in self._live:
            moment = self._live[kind][1]
        return self._found.get((moment, kind))

    def want(self, kind: Found | None) -> None:
        """Which kind is on view and shall be known, from now on; None for no kind."""
        self._wanted = kind
        if kind is not None:
            self._look()

    # Kept with the subject

    @property
    def kept(self) -> list[Direction]:
        """Those that were taught or saved, oldest first; every change of them can be undone."""
        return self._kept.items

    def read(self) -> None:
        """Read the kept directions again; `changed("kept")` follows."""
        self._kept.read()

    def keep(self, direction: Direction, name: str) -> None:
        named = replace(direction, name=name)
        self._kept.add(lambda _: named, f"save {name}")

    def rename(self, direction: Direction, name: str) -> None:
        self._kept.rename(direction, name)

    def remove(self, direction: Direction) -> None:
        self._kept.remove(direction)

    # Found in the generator

    @Slot()
    def _reopen(self) -> None:
        for kind, (_, moment) in self._live.items():
            self._found.pop((moment, kind), None)
        self._live.clear()
        self._again()

    @Slot()
    def _again(self) -> None:
        if self._wanted is None:
            return
        self.changed.emit(self._wanted)
        if self.found(self._wanted) is None or self._is_old(self._wanted):
            self._timer.start()

    def _is_old(self, kind: Found) -> bool:
        moment = self._exploration.moment
        if moment is None or moment.live is None or kind not in self._live:
            return False
        return time.monotonic() - self._live[kind][0] > LIVE_S

    @Slot()
    def _look(self) -> None:
        kind, moment = self._wanted, self._exploration.moment
        if kind is None or moment is None or self._at_work:
            return
        if self.found(kind) is not None and not self._is_old(kind):
            return
        self._at_work = True
        run_job(
            self,
            lambda: _find(moment, kind),
            lambda directions: self._take_found(moment, kind, directions),
            lambda sentence: self._take_found(moment, kind, []),  # the face itself says what is wrong
        )

    def _take_found(self, moment: Moment, kind: Found, directions: list[Direction]) -> None:
        self._at_work = False
        if moment.live is not None:
            if kind in self._live:
                self._found.pop((self._live[kind][1], kind), None)  # it holds a generator
            self._live[kind] = time.monotonic(), moment
        self._found[moment, kind] = directions
        while len(self._found) > REMEMBERED:
            self._found.popitem(last=False)
        self.changed.emit(kind)
        self._look()  # another kind or moment may have been wanted meanwhile


def _find(moment: Moment, kind: Found) -> list[Direction]:
    """For a thread: up to a second of work on one core, so that the face keeps the other."""
    limit = ThreadLimit()
    limit.set(1)
    return (principal if kind == "principal" else closed_form)(generator_of(moment), COUNT)

"""Is it copying? The faces on view, each beside the training picture that is nearest to it."""

import threading
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core.data.cache import PictureCache
from core.errors import Cancelled
from core.likeness.closeness import real_distances
from core.likeness.neighbours import Neighbour, nearest_of_each
from studio.explore.bench.comparison import COPY_SHARE, verdict
from studio.jobs import NewestWins
from studio.panels.pairs import Pair, PairGrid
from studio.parts import EmptyState, HelpDot, label, named
from studio.pictures import Pictures

COUNT = 12  # faces that are looked up: as many as can be seen well
SETTLED_MS = 250  # faces that pass by faster, as in a film, are not looked up
REST = (
    9  # times as long as a look took before training's next faces are looked up: a tenth of the time at most
)


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """Faces to find the nearest training pictures of."""

    step: int
    faces: Pictures
    cache: PictureCache
    real: NDArray[np.float64] | None  # how far real pictures are from their nearest, where known
    stopped: threading.Event


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    look: Look
    neighbours: list[Neighbour]
    pictures: Pictures  # the neighbours, mirrored as they were compared
    real: NDArray[np.float64]
    seconds: float


class CopiesView(QWidget):
    """Looks while it is seen, at the faces that came last; `real_wanted` if there is nothing to look in."""

    real_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        named(self, "copiesWall", "The faces beside their nearest training pictures")
        self._faces: tuple[int, Pictures] | None = None  # and their step
        self._shown: Look | None = None  # of which the result is on view
        self._cache: PictureCache | None = None
        self._real: tuple[str, NDArray[np.float64]] | None = None  # of the pictures of which digest
        self._look: Look | None = None  # under way
        self._next_at = 0.0
        self._worker = NewestWins(_find, self)
        self._worker.result.connect(self._show)
        self._worker.failed.connect(self._fail)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.timeout.connect(self._begin)
        self.pairs = PairGrid()
        named(self.pairs, "nearestPairs", "Faces, each beside its nearest training picture")
        self.words = label("", "muted", name="nearestWords", accessible="What was found", wrap=True)
        self._nothing = EmptyState(
            "search",
            "Nothing to compare yet",
            "Once there are faces, each stands here beside the training picture that is nearest to it.",
            name="nearestNothing",
        )
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.words, 1)
        head.addWidget(
            HelpDot(
                "nearestHelp",
                "the distance",
                "How different a face and a training picture are, pixel by pixel: 0 is the same picture, 255 "
                "is black against white (root mean square; a mirrored picture counts, too). A face that is "
                "much nearer than real pictures are to each other was probably copied. It is framed.",
            ),
            0,
            Qt.AlignmentFlag.AlignTop,
        )
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.pairs, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._nothing)
        self._pages.addWidget(full)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)

    def offer(self, step: int, faces: Pictures, *, live: bool = False) -> None:
        """The faces on view; live: as training draws them, some of which are passed over to leave it time."""
        self._faces = step, faces
        if live and self._shown is not None:
            # What has been found stays on view until more is.
            if self._look is None and not self._settled.isActive() and self.isVisible():
                self._wait(self._next_at - time.monotonic())
            return
        self._stop()
        if self.isVisible():
            self._refresh()
            self._wait(0.0)
        else:
            self._shown = None  # what is shown again is looked for again

    def clear(self) -> None:
        """There are no faces."""
        self._faces = None
        self._stop()
        self._refresh()

    def take(self, cache: PictureCache | None) -> None:
        """The pictures that the run is trained on; None: not at hand."""
        self._cache = cache
        self._stop()
        self._refresh()
        if self.isVisible():
            self._wait(0.0)

    def say(self, sentence: str) -> None:
        """Why there are no training pictures."""
        if self._cache is None:
            self.words.setText(sentence)

    def close_down(self) -> None:
        """End the thread."""
        self._stop()
        self._worker.close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._shown is None:
            self._refresh()
        if self._shown is None or self._faces is None or self._shown.step != self._faces[0]:
            self._wait(0.0)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._stop()

    def _wait(self, seconds: float) -> None:
        self._settled.start(max(SETTLED_MS, round(1000 * seconds)))

    def _stop(self) -> None:
        self._settled.stop()
        if self._look is not None:
            self._look.stopped.set()
            self._look = None

    @Slot()
    def _begin(self) -> None:
        if self._faces is None:
            return
        if self._cache is None:
            self.words.setText("Looking for the pictures that this run was trained on…")
            self.real_wanted.emit()
            return
        known = self._real[1] if self._real is not None and self._real[0] == self._cache.digest else None
        if self._shown is None:
            self._refresh()
            self.words.setText(f"Comparing with {len(self._cache):,} training pictures…")
        step, faces = self._faces
        self._look = Look(step, faces[:COUNT], self._cache, known, threading.Event())
        self._worker.request(self._look)

    @Slot(object)
    def _show(self, found: Found | None) -> None:
        if found is None or found.look is not self._look:
            return
        self._look, self._shown = None, found.look
        self._real = found.look.cache.digest, found.real
        self._next_at = time.monotonic() + REST * found.seconds
        pairs = [
            Pair(face, picture, each.distance, float(np.mean(found.real <= each.distance)) < COPY_SHARE)
            for face, picture, each in zip(found.look.faces, found.pictures, found.neighbours, strict=True)
        ]
        self.pairs.show_pairs(pairs)
        nearest = verdict(min(each.distance for each in pairs), found.real)
        self.words.setText(f"Step {found.look.step:,}. {nearest}")
        if self._faces is not None and self._faces[0] != found.look.step:
            self._wait(REST * found.seconds)  # training has drawn others meanwhile

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        if self._look is None:  # what was given up has failed
            return
        self._look = None
        self._refresh()
        self.words.setText(sentence)

    def _refresh(self) -> None:
        """The faces at once, alone until their neighbours are found."""
        self._pages.setCurrentIndex(0 if self._faces is None else 1)
        self._shown = None
        self.words.clear()
        faces = () if self._faces is None else self._faces[1][:COUNT]
        self.pairs.show_pairs([Pair(face) for face in faces])


def _find(look: Look) -> Found | None:
    """In the thread; None if it was given up."""
    began = time.monotonic()
    try:
        neighbours = nearest_of_each(look.cache, look.faces, cancelled=look.stopped.is_set)
        seconds = time.monotonic() - began
        real = real_distances(look.cache, cancelled=look.stopped.is_set) if look.real is None else look.real
    except Cancelled:
        return None
    pictures = [look.cache.pictures[each.index] for each in neighbours]
    turned = [
        some[:, ::-1] if each.mirrored else some for some, each in zip(pictures, neighbours, strict=True)
    ]
    return Found(look, neighbours, np.stack(turned), real, seconds)

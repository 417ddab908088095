"""Is it copying? The training pictures nearest to the shown face."""

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core.data.cache import PictureCache
from core.errors import Cancelled
from core.likeness.neighbours import Neighbour
from studio.explore.bench.comparison import Comparison, compare, verdict
from studio.explore.bench.face_list import AROUND, FaceList
from studio.explore.exploration import Exploration, Faces, Trouble
from studio.explore.training_pictures import TrainingPictures
from studio.jobs import run_job
from studio.parts import Button, HelpDot, Switch, label, named

SETTLED_MS = 500  # without a move, until the face is looked at by itself
LOOK_MS = 100
SIDE_WIDTH = 292


class CopiesPage(QWidget):
    """Looks when asked to, or whenever the face has come to rest."""

    TITLE = "Copies"
    NAME = "copiesTab"

    def __init__(self, exploration: Exploration) -> None:
        super().__init__()
        named(self, "copiesPage", "Is it copying?")
        self._exploration = exploration
        self._training = TrainingPictures(exploration, self)
        self._line = exploration.line(2)
        self._line.set_active(False)
        self._wanted = False  # a picture of the face is on its way, to be compared
        self._looking: threading.Event | None = None  # set to stop
        self._asked = False  # by the person, for the next comparison
        self._told = False  # how far the one under way is
        self._stale = False  # the face has moved since its picture was asked for
        self._again = False
        self._reached = (0, 0)
        self._real: tuple[str, NDArray[np.float64]] | None = None  # of which cache
        gone = threading.Event()
        self.destroyed.connect(gone.set)
        self._over: Callable[[], bool] = lambda: gone.is_set() or exploration.decoder.closed
        self._build()
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.timeout.connect(self._follow_up)
        self._ticker = QTimer(self)
        self._ticker.setInterval(LOOK_MS)
        self._ticker.timeout.connect(self._tick)
        self._wire()
        self._refresh()

    def _build(self) -> None:
        self._face = FaceList("copiesFace", "The face that was compared", 96)
        self._nearest = FaceList("copiesNearest", "Its nearest training pictures, the nearest first", 96)
        for each in (self._face, self._nearest):
            each.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._face.setFixedWidth(96 + AROUND)
        self._words = label("", "muted", name="copiesWords", accessible="What was found", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._nothing = label("", "muted", name="copiesNothing", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._look = Button("Compare", "copiesLookButton", kind="primary", icon_name="search")
        self._look.setToolTip("Find the training pictures that are nearest to the shown face")
        self._follow = Switch("Follow the face")
        named(self._follow, "copiesFollow", "Compare whenever the face has come to rest")
        help_dot = HelpDot(
            "copiesHelp",
            "the distance",
            "How different two pictures are, pixel by pixel: 0 is the same picture, 255 is black against "
            "white (root mean square; a mirrored picture counts, too). It finds copies. It does not tell "
            "whether two faces are of one person, as another pose or light changes every pixel.",
        )
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._look)
        row.addWidget(self._follow)
        row.addWidget(help_dot)
        row.addStretch(1)
        beside = QVBoxLayout()
        beside.setSpacing(8)
        beside.addLayout(row)
        beside.addWidget(self._words, 1)
        side = QWidget()
        side.setFixedWidth(SIDE_WIDTH)
        beside.setContentsMargins(0, 0, 0, 0)
        side.setLayout(beside)
        self._compared = QWidget()
        across = QHBoxLayout(self._compared)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(12)
        across.addWidget(self._face)
        across.addWidget(self._nearest, 1)

        self._trouble = label("", "muted", name="copiesTrouble", accessible="Why not", wrap=True)
        self._trouble.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._prepare = Button("Prepare again", "copiesPrepareButton", icon_name="refresh")
        self._choose = Button("Choose pictures…", "copiesChooseButton", icon_name="folder")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._prepare)
        buttons.addWidget(self._choose)
        buttons.addStretch(1)
        without = QWidget()
        column = QVBoxLayout(without)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(1)
        column.addWidget(self._trouble)
        column.addLayout(buttons)
        column.addStretch(1)

        self._with = QWidget()
        whole = QHBoxLayout(self._with)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(16)
        whole.addWidget(self._nothing, 1)
        whole.addWidget(self._compared, 1)
        whole.addWidget(side)
        self._views = QStackedWidget()
        self._views.addWidget(self._with)
        self._views.addWidget(without)
        self._without = without
        top = QVBoxLayout(self)
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self._views)

    def _wire(self) -> None:
        self._look.clicked.connect(self.look)
        self._follow.toggled.connect(self._moved)
        self._prepare.clicked.connect(self._training.prepare_again)
        self._choose.clicked.connect(
            lambda: self._training.choose(self._choose.mapToGlobal(self._choose.rect().bottomLeft()))
        )
        self._training.changed.connect(self._refresh)
        self._line.ready.connect(self._compare)
        self._line.troubled.connect(self._tell)
        self._exploration.moved.connect(self._moved)
        self._exploration.moment_changed.connect(self._moved)
        self._exploration.opened.connect(self._forget)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._line.set_active(True)
        self._training.look()
        self._moved()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._line.set_active(False)
        self._settled.stop()
        self._stop()

    @Slot()
    def look(self) -> None:
        """Compare the shown face now; a comparison under way is given up for it."""
        self._asked = True
        if self._looking is not None:
            self._looking.set()
        self._begin()

    @Slot()
    def _follow_up(self) -> None:
        """Compare the shown face when the comparison under way, if there is one, has come to its end.

        The run in training has another face every second: whoever gave up for each would never show any.
        """
        self._begin()

    def _begin(self) -> None:
        if self._training.cache is None or not self._exploration.usable:
            return
        if self._looking is not None:
            self._again = True
            return
        self._wanted, self._stale = True, False
        self._line.ask(self._exploration.z[None])

    @Slot()
    def _moved(self) -> None:
        self._stale = True
        if self._follow.isChecked() and self.isVisible():
            self._settled.start()
        elif self._face.count() and self._looking is None:
            self._words.setText("The face has changed since. Press Compare to look again.")

    @Slot(object)
    def _compare(self, faces: Faces) -> None:
        cache = self._training.cache
        if not self._wanted or cache is None or self._looking is not None:
            return
        self._wanted = False
        face = faces.pictures[0]
        known = self._real[1] if self._real is not None and self._real[0] == cache.digest else None
        stopped = self._looking = threading.Event()
        over = self._over

        def cancelled() -> bool:
            return stopped.is_set() or over()

        def work() -> Comparison | None:
            try:
                return compare(cache, face, known, self._progress, cancelled)
            except Cancelled:
                return None

        self._told = self._asked or not self._face.count()  # else a verdict stands there
        self._asked = False
        self._reached = (0, len(cache))
        self._ticker.start()
        run_job(self, work, lambda found: self._show(cache, found), self._fail)
        self._refresh()

    def _progress(self, done: int, total: int) -> None:
        self._reached = done, total  # read by the timer

    @Slot()
    def _tick(self) -> None:
        done, total = self._reached
        if self._told and self._looking is not None and not self._looking.is_set():
            self._words.setText(f"Comparing with the training pictures… {done:,} of {total:,}")

    def _show(self, cache: PictureCache, found: Comparison | None) -> None:
        self._end()
        if found is not None and cache is self._training.cache:
            self._real = cache.digest, found.real
            self._face.offer(["This face"])
            self._face.show_pictures(found.face[None])
            names = [f"{each.distance:.1f} away" for each in found.neighbours]
            self._nearest.offer(names, tips=[_tip(each) for each in found.neighbours])
            self._nearest.show_pictures(found.pictures)
            others = " These are not exactly the pictures of the training." if self._training.others else ""
            stale = " The face has changed since." if self._stale else ""
            self._words.setText(verdict(found.neighbours[0].distance, found.real) + stale + others)
            self._refresh()
        if self._again:
            self._again = False
            self._begin()

    def _fail(self, sentence: str) -> None:
        self._end()
        self._again = False
        self._words.setText(sentence)

    @Slot(object)
    def _tell(self, trouble: Trouble) -> None:
        if self._wanted:
            self._wanted = False
            self._words.setText(trouble.sentence)

    def _end(self) -> None:
        self._looking = None
        self._ticker.stop()

    def _stop(self) -> None:
        self._wanted = self._again = False
        if self._looking is not None:
            self._looking.set()

    @Slot()
    def _forget(self) -> None:
        self._stop()
        self._words.clear()
        for each in (self._face, self._nearest):
            each.offer([])
        if self.isVisible():
            self._training.look()
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        cache, trouble = self._training.cache, self._training.trouble
        self._views.setCurrentWidget(self._without if cache is None and trouble else self._with)
        self._trouble.setText(trouble)
        for button in (self._prepare, self._choose):
            button.setVisible(self._training.run is not None)
        self._look.setEnabled(cache is not None and self._exploration.usable)
        self._follow.setEnabled(cache is not None)
        compared = self._face.count() > 0
        self._compared.setVisible(compared)
        self._nothing.setVisible(not compared)
        if cache is not None:
            self._nothing.setText(
                f"Press Compare to see which of the {len(cache):,} training pictures come nearest to the "
                "face, and whether they come suspiciously near."
            )


def _tip(neighbour: Neighbour) -> str:
    parts = [neighbour.path or f"picture {neighbour.index + 1:,}", f"{neighbour.distance:.1f} away"]
    if neighbour.mirrored:
        parts.append("shown mirrored, as it is nearer so")
    return ", ".join(parts)

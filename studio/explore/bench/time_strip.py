"""One face at all moments of the run, side by side."""

import numpy as np
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from core import latent
from studio.explore.bench.film_strip import FilmStrip
from studio.explore.bench.page import Page
from studio.explore.exploration import Exploration, Faces
from studio.explore.exports.film_export import FilmExport
from studio.explore.subjects import Moment
from studio.parts import Button, HelpDot
from studio.pictures import to_image

FILM_FPS = 8  # every moment is seen
SETTLED_MS = 200  # without a move, until the strip follows: it decodes a dozen generators' pictures


class TimeStrip(Page):
    """The current face as every moment's generator draws it; click one to go there."""

    TITLE = "Time"
    NAME = "timeTab"

    def __init__(self, exploration: Exploration) -> None:
        super().__init__(exploration)
        self._moments: list[Moment] = []  # those that are shown
        self._z = np.zeros(0, np.float32)  # of the pictures
        self._truncation = 1.0
        self._known: dict[Moment, QImage] = {}  # of that face
        self._waiting: list[Moment] = []
        self._asked: Moment | None = None
        self._line = exploration.line(3)
        self._line.set_active(False)
        self._line.ready.connect(self._receive)
        self._line.troubled.connect(self._go_on)
        self.strip = FilmStrip("timeStrip", "This face at all moments of the run; choose one to go there")
        self._help = HelpDot(
            "timeStripHelp",
            "this strip",
            "The face that you look at, drawn by the generator as it was at each saved step: you see how it "
            "learned. Click a picture to explore that moment with the same face.",
        )
        self._export = Button("Export film…", "timeExportButton", icon_name="export")
        self._export.setToolTip("This face at every saved step, as a film")
        self._exporter = FilmExport(exploration, self)
        self._build()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLED_MS)
        self._timer.timeout.connect(self._draw)
        self._export.clicked.connect(self._write)
        self.strip.picked.connect(self._pick)
        self.strip.room_changed.connect(self._lay_out)
        exploration.opened.connect(self._lay_out)
        exploration.renewed.connect(self._lay_out)
        exploration.moment_changed.connect(self._lay_out)
        exploration.moved.connect(self._follow)
        self.look()
        self._lay_out()

    def _build(self) -> None:
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self._help, 0, Qt.AlignmentFlag.AlignRight)
        side.addStretch(1)
        side.addWidget(self._export)
        row = QHBoxLayout(self.content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.strip, 1)
        row.addLayout(side)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._line.set_active(True)
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._line.set_active(False)

    def empty(self) -> str:
        moments, subject = self._all(), self.exploration.subject
        if len(moments) > 1:
            return ""
        if not moments or subject is None:
            return "Here the face you explore will be shown at every saved step. Train or choose a run."
        if subject.run is None:
            return "An imported generator has one moment only. Of a run, the face at every step is here."
        return (
            "This run has one saved step so far. Once training has saved more, the same face at each of them "
            "will be here."
        )

    @Slot()
    def _lay_out(self) -> None:
        """Choose which moments are shown, and keep the pictures that are still right."""
        moments = self._all()
        current = self.exploration.moment
        chosen = thinned(moments, self.strip.room(), current)
        if chosen != self._moments:
            before = next((self._known.get(each) for each in self._moments if each.live), None)
            self._moments = chosen
            # The live picture stays until the next one is there: a new one comes every second.
            images = [self._known.get(each, before if each.live else None) for each in chosen]
            self.strip.lay_out([_caption(each) for each in chosen], images)
        self.strip.set_current(chosen.index(current) if current in chosen else None)
        self._known = {moment: image for moment, image in self._known.items() if moment in moments}
        if self._asked is not None and self._asked not in moments:
            self._call_off()  # `_follow` begins anew
        self._follow()

    def _all(self) -> list[Moment]:
        """The run's moments in order, and the live one that is looked at."""
        subject, current = self.exploration.subject, self.exploration.moment
        moments = [] if subject is None else list(subject.moments)
        if current is not None and current not in moments:
            moments.append(current)
        return moments

    @Slot()
    def _follow(self) -> None:
        """Draw soon, when z has come to rest."""
        if self._stale():
            self.strip.make_old()
            self._call_off()  # to load a generator takes longer than a drag can wait
        if self.isVisible():
            self._timer.start()

    def _call_off(self) -> None:
        self._waiting, self._asked = [], None
        self._line.forget()

    def _stale(self) -> bool:
        state = self.exploration.state
        return state.truncation != self._truncation or not np.array_equal(state.z, self._z)

    @Slot()
    def _draw(self) -> None:
        if self._stale():
            self._known.clear()
            self._z, self._truncation = self.exploration.z, self.exploration.state.truncation
        now = self._moments.index(self.exploration.moment) if self.exploration.moment in self._moments else 0
        missing = [index for index, moment in enumerate(self._moments) if moment not in self._known]
        self._waiting = [
            self._moments[index] for index in sorted(missing, key=lambda index: abs(index - now))
        ]
        self._go_on()

    @Slot()
    def _go_on(self) -> None:
        """Ask for one picture at a time, so that a newer face never waits for the whole strip of an older."""
        self._asked = self._waiting.pop(0) if self._waiting else None
        if self._asked is not None:
            self._line.ask(self._z[None], moments=(self._asked,))
        else:
            self._line.forget()  # the last one may hold on to weights of the run in training

    @Slot(object)
    def _receive(self, faces: Faces) -> None:
        moment = faces.wish.moments[0]
        z = latent.truncate(self._z[None], self._truncation)
        if moment != self._asked or not np.array_equal(faces.wish.z, z):
            return  # of a face before; the one asked for follows
        self._known[moment] = to_image(faces.pictures[0])
        if moment in self._moments:
            self.strip.set_image(self._moments.index(moment), self._known[moment])
        self._go_on()

    @Slot()
    def _write(self) -> None:
        """All moments, not only those that fit into the strip."""
        moments = tuple(self._all())
        z = np.repeat(self.exploration.z[None], len(moments), axis=0)
        self._exporter.ask(z, FILM_FPS, False, "face over time", moments=moments)

    @Slot(int)
    def _pick(self, index: int) -> None:
        self.exploration.go_to(self._moments[index])


def thinned(moments: list[Moment], room: int, current: Moment | None) -> list[Moment]:
    """At most `room` of the moments, evenly spread, with the first, the last and the current one.

    The current one takes the place of its nearest neighbour; of the ends only if there is no other.
    """
    if len(moments) <= room:
        return list(moments)
    places = (
        [round(each) for each in np.linspace(0, len(moments) - 1, room)] if room > 1 else [len(moments) - 1]
    )
    if current in moments and (now := moments.index(current)) not in places:
        inner = range(1, room - 1) if room > 2 else range(room - 1, room)
        places[min(inner, key=lambda at: abs(places[at] - now))] = now
    return [moments[place] for place in places]


def _caption(moment: Moment) -> str:
    if moment.live is not None:
        return "Live"
    return "Saved" if moment.step is None else f"{moment.step:,}"

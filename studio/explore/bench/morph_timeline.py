"""A film from face to face: keyframes in a row, played, scrubbed and exported."""

import numpy as np
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QVBoxLayout

from core import latent
from core.timeline import Interpolation, Timeline
from studio.explore.bench.marked_slider import MarkedSlider
from studio.explore.bench.page import Page
from studio.explore.bench.playback import FPS, Playback
from studio.explore.bench.tray import FaceTray
from studio.explore.collection import Collection
from studio.explore.exploration import Exploration
from studio.explore.exports.film_export import FilmExport
from studio.explore.stage.gallery import random_seed
from studio.parts import Button, HelpDot, IconButton, Segmented, Switch, label, named

MOST = 24  # keyframes that can still be told apart in one row of the smallest window
WAYS: tuple[Interpolation, ...] = ("spherical", "linear")
SETTLED_MS = 400  # between two turns of the wheel or presses of a key that are undone as one


class MorphTimeline(Page):
    """Keyframes in order, and a playhead on the way along them.

    As in film editors the playhead stays where it is stopped, and what it stands on is the current face: to
    be edited, kept or put between two keyframes. A play is undone in one step, a scrub too.
    """

    TITLE = "Morph"
    NAME = "morphTab"

    def __init__(self, exploration: Exploration) -> None:
        super().__init__(exploration)
        self.keyframes = Collection(exploration)
        self.tray = FaceTray(
            exploration,
            self.keyframes,
            "morphKeyframes",
            "Keyframes of the morph, in order",
            whole="the morph",
            empty="Drop faces here from anywhere, or add the current one. Two or more make a morph.",
            most=MOST,
            one_row=True,
        )
        self._add = Button("Add current face", "morphAddButton", icon_name="plus")
        self._random = Button("Add random", "morphRandomButton", icon_name="shuffle")
        self._clear = Button("Remove all", "morphClearButton", icon_name="trash", kind="quiet")
        self._play = IconButton("play", "morphPlayButton", "Play the morph")
        self.slider = MarkedSlider("morphSlider", "Playhead of the morph, in milliseconds")
        self._time = label("", "caption", name="morphTimeLabel", accessible="Where the playhead is")
        self._way = Segmented(
            (("morphSpherical", "Spherical"), ("morphLinear", "Linear")), "Way between two keyframes"
        )
        self._seconds = QDoubleSpinBox()
        self._loop = Switch("Loop")
        self._export = Button("Export film…", "morphExportButton", icon_name="export")
        self._exporter = FilmExport(exploration, self)
        self._playback = Playback(self)
        self._timeline: Timeline | None = None
        self._own = False  # whether the edit under way is the playhead's
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLED_MS)
        self._build()
        self._connect()
        self._renew()
        self.look()

    def _build(self) -> None:
        named(self._seconds, "morphSeconds", "Length of the morph in seconds")
        self._seconds.setRange(0.5, 120)
        self._seconds.setDecimals(1)
        self._seconds.setSingleStep(0.5)
        self._seconds.setValue(4)
        self._seconds.setSuffix(" s")
        self._seconds.setKeyboardTracking(False)
        self._seconds.lineEdit().setTextMargins(8, 0, 0, 0)
        self._seconds.setToolTip("How long the whole morph takes")
        named(self._loop, "morphLoop", "Loop: from the last face back to the first, again and again")
        self._loop.setToolTip("From the last face back to the first, again and again")
        self.slider.setSingleStep(1000 // FPS)
        self.slider.setPageStep(500)
        self._time.setMinimumWidth(84)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # for Space, which plays
        self.slider.setMinimumHeight(30)  # room for the marks below the groove
        buttons = QVBoxLayout()
        buttons.setSpacing(4)
        for button in (self._add, self._random, self._clear):
            buttons.addWidget(button)
        above = QHBoxLayout()
        above.setSpacing(12)
        above.addWidget(self.tray, 1)
        above.addLayout(buttons)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self._play)
        below.addWidget(self.slider, 1)
        for widget in (self._time, self._way, self._seconds, self._loop, self._export):
            below.addWidget(widget)
        below.addWidget(
            HelpDot(
                "morphHelp",
                "a morph",
                "A film that turns one face into the next, at even pace. Spherical keeps to the sphere on "
                "which latent vectors lie, so that the faces on the way are as clear as the others; linear "
                "goes straight through it, and they can look washed out.",
            )
        )
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(above, 1)
        column.addLayout(below)

    def _connect(self) -> None:
        self._add.clicked.connect(lambda: self.tray.add(self.exploration.shown))
        self._random.clicked.connect(self.add_random)
        self._clear.clicked.connect(lambda: self.keyframes.put((), "remove all faces from the morph"))
        self._play.clicked.connect(self._play_or_pause)
        self._export.clicked.connect(self._write)
        self._playback.came_to.connect(self._show)
        self._playback.ended.connect(self.pause)
        self._settle.timeout.connect(self.exploration.settle)
        self.slider.valueChanged.connect(self._scrub)
        self.slider.sliderPressed.connect(lambda: self._scrub(self.slider.value()))
        self.slider.sliderReleased.connect(self.exploration.settle)
        self.keyframes.changed.connect(self._renew)
        self.tray.picked.connect(self._jump)
        self._way.chosen.connect(self._renew)
        self._seconds.valueChanged.connect(self._renew)
        self._loop.toggled.connect(self._renew)
        self.exploration.opened.connect(self._stop)
        self.exploration.moved.connect(self._leave)

    def empty(self) -> str:
        if self.exploration.usable:
            return ""
        return "Here you will turn faces into a film from one to the next. Train or choose a run."

    def hideEvent(self, event: QHideEvent) -> None:
        self.pause()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self._play.isEnabled():
            self._play_or_pause()
        else:
            super().keyPressEvent(event)

    @property
    def seconds(self) -> float:
        """Where the playhead is."""
        return self.slider.value() / 1000

    @property
    def playing(self) -> bool:
        return self._playback.running

    @Slot()
    def add_random(self) -> None:
        """Put a random face after the others."""
        self.tray.add(latent.z_of_seed(random_seed(), self.exploration.latent_dim)[0])

    def play(self) -> None:
        """From the playhead on, or from the start if it is at the end."""
        if self._timeline is None or len(self.keyframes.vectors) < 2:
            return
        length = self._timeline.seconds
        start = 0.0 if self.seconds >= length - 0.5 / FPS else self.seconds
        self._playback.play(start, length, self._timeline.loop)
        self._play.set_icon("pause", "Pause")

    @Slot()
    def pause(self) -> None:
        """Stay where the playhead is; the face there is the current one from now on."""
        if self._stop() and self._timeline is not None:
            self._edit(self.seconds, "play the morph")

    @Slot()
    def _play_or_pause(self) -> None:
        if self.playing:
            self.pause()
        else:
            self.play()

    @Slot()
    def _stop(self) -> bool:
        """Whether it was playing or had just come to its end; the current face stays as it is."""
        began = self._play.accessibleName() == "Pause"
        self._playback.stop()
        self._play.set_icon("play", "Play the morph")
        return began

    @Slot()
    def _leave(self) -> None:
        """Somebody has changed the current face while the morph played: theirs counts."""
        if self.playing and not self._own:
            self._stop()

    @Slot()
    def _renew(self) -> None:
        """The keyframes or the way along them are others."""
        vectors = self.keyframes.vectors
        share = self.slider.value() / max(1, self.slider.maximum())
        playing = self.playing
        self._timeline = (
            Timeline(
                np.stack(vectors), self._seconds.value(), WAYS[self._way.current()], self._loop.isChecked()
            )
            if vectors
            else None
        )
        length_ms = round(self._seconds.value() * 1000)
        usable = len(vectors) > 1
        if not usable:
            share = 0.0
            self._stop()
        self.slider.blockSignals(True)
        self.slider.setRange(0, length_ms)
        self.slider.setValue(round(share * length_ms))
        self.slider.blockSignals(False)
        stops = self._timeline.stops.tolist() if self._timeline is not None and usable else []
        self.slider.set_marks([round(stop * 1000) for stop in stops])
        for widget in (self._play, self.slider, self._export):
            widget.setEnabled(usable)
        self._clear.setEnabled(bool(vectors))
        self._add.setEnabled(not self.tray.full)
        self._random.setEnabled(not self.tray.full)
        self._tell_time()
        if playing and usable:
            self.play()

    @Slot(float)
    def _show(self, seconds: float) -> None:
        """While it plays: the picture goes on, and nothing else of the workspace follows."""
        if self._timeline is not None:
            self._place(seconds)
            self.exploration.preview(self._timeline.at(seconds))

    @Slot(int)
    def _scrub(self, ms: int) -> None:
        self._stop()
        self._tell_time()
        self._edit(ms / 1000, "scrub the morph", "morph")
        if not self.slider.isSliderDown():
            self._settle.start()

    @Slot(int)
    def _jump(self, index: int) -> None:
        """To a keyframe."""
        if self._timeline is not None:
            self._stop()
            stop = float(self._timeline.stops[index])
            self._place(stop)
            self.exploration.become(self.keyframes.vectors[index], "go to a keyframe")

    def _edit(self, seconds: float, text: str, merge: str = "") -> None:
        if self._timeline is not None:
            self._own = True
            self.exploration.edit(self._timeline.at(seconds), text, merge)
            self._own = False

    @Slot()
    def _write(self) -> None:
        if self._timeline is not None:
            self.pause()
            z = self.exploration.held(self._timeline.frames(FPS))
            self._exporter.ask(z, FPS, self._timeline.loop, "morph")

    def _place(self, seconds: float) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(round(seconds * 1000))
        self.slider.blockSignals(False)
        self._tell_time()

    def _tell_time(self) -> None:
        self._time.setText(f"{self.seconds:.1f} of {self._seconds.value():.1f} s")
        stops = self.slider.marks()
        near = [index for index, stop in enumerate(stops) if abs(stop - self.slider.value()) < 500 / FPS]
        self.tray.select(near[0] if near else None)

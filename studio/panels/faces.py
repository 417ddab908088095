"""The large picture area of the Train workspace: prepared pictures, faces, and their course over time."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSlider, QStackedWidget, QVBoxLayout, QWidget

from core.data.cache import PictureCache
from core.events import Samples
from studio.jobs import NewestWins
from studio.panels.copies import CopiesView
from studio.parts import Button, Card, ElidedLabel, EmptyState, IconButton, Segmented, label, named
from studio.pictures import PictureGrid, Pictures, read_grid

PICTURES, FACES, BESIDE, COPIES = range(4)
PREVIEW_COUNT = 64
KEPT_GRIDS = 48  # decoded grids in memory: 64 faces of 64 px are 0.8 MB
PLAY_MS = 120
NO_RUN = (
    "Faces will form here",
    "Press Start. The same faces are drawn again and again, so you can watch each of them take shape.",
)
NO_GRID_YET = (
    "The first faces are on their way",
    "The same faces are drawn again and again, so you can watch each of them take shape.",
)
NO_GRID = "No faces yet", "This run ended before it drew any. Resume goes on with it."


class FacesCard(Card):
    """Views in one place: the prepared pictures; and, with a time slider, the faces, the faces beside real
    pictures, and each face beside the real picture that is nearest to it.

    `step_shown(step)` with None for the newest; `real_wanted` when real pictures are needed and not there.
    """

    step_shown = Signal(object)
    real_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(spacing=12)
        self._grids: list[tuple[int, Path]] = []
        self._count = PREVIEW_COUNT
        self._decoded: OrderedDict[Path, Pictures] = OrderedDict()
        self._live = True
        self._real_there = False
        self._picture_caption = self._step_caption = self._unread = ""
        self._loader = NewestWins(self._load, self)
        self._loader.result.connect(self._loaded)
        self._loader.failed.connect(self._say)
        self._play_timer = QTimer(self)
        self._play_timer.setInterval(PLAY_MS)
        self._play_timer.timeout.connect(self._next_frame)

        self.views = Segmented(
            [
                ("picturesView", "Pictures"),
                ("facesView", "Faces"),
                ("besideView", "Beside real"),
                ("copiesView", "Copies"),
            ],
            "What the picture area shows",
        )
        self.views.chosen.connect(self._show_view)
        self.caption = ElidedLabel("caption", name="facesCaption", accessible="Which pictures are shown")
        self.caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QHBoxLayout()
        head.addWidget(self.views)
        head.setSpacing(12)
        head.addWidget(self.caption, 1)
        self.body.addLayout(head)

        self.preview = PictureGrid(selectable=False)
        named(self.preview, "previewGrid", "Prepared pictures")
        self.grid = PictureGrid(selectable=False)
        named(self.grid, "sampleGrid", "Generated faces")
        self.real = PictureGrid(selectable=False, fill=True)
        named(self.real, "realGrid", "Real pictures")
        self.no_pictures = EmptyState(
            "image",
            "Choose pictures to begin",
            "Pick a source on the left, or drop a folder or a zip anywhere in this window. Sixty-four of the "
            "prepared pictures appear here, just as the networks will see them.",
            name="noPictures",
        )
        self.no_faces = EmptyState("faces", *NO_RUN, name="noFaces")
        self._preview_pages = _pages(self.no_pictures, self.preview)
        self._face_pages = _pages(self.no_faces, self.grid)
        self._real_side = QWidget()
        side = QVBoxLayout(self._real_side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(8)
        self.real_caption = label("Real", "caption", name="realCaption")
        side.addWidget(self.real_caption, 0, Qt.AlignmentFlag.AlignHCenter)
        self._real_missing = label("", "muted", name="realMissing", accessible="Real pictures", wrap=True)
        self._real_missing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._real_pages = _pages(self._real_missing, self.real)
        side.addWidget(self._real_pages, 1)
        fake_side = QVBoxLayout()
        fake_side.setSpacing(8)
        self._fake_caption = label("Fake", "caption", name="fakeCaption")
        fake_side.addWidget(self._fake_caption, 0, Qt.AlignmentFlag.AlignHCenter)
        fake_side.addWidget(self._face_pages, 1)
        beside = QWidget()
        pair = QHBoxLayout(beside)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(16)
        pair.addWidget(self._real_side, 1)
        pair.addLayout(fake_side, 1)
        self.copies = CopiesView()
        self.copies.real_wanted.connect(self.real_wanted)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._preview_pages)
        self._stack.addWidget(beside)
        self._stack.addWidget(self.copies)
        self.body.addWidget(self._stack, 1)
        self.body.addWidget(self._time_row())
        self._show_view(PICTURES)
        self._refresh_time()

    def _time_row(self) -> QWidget:
        self.play = IconButton("play", "playButton", "Play all grids from the first to the newest")
        self.play.clicked.connect(self._toggle_play)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        named(self.slider, "timeSlider", "Time: which saved grid is shown")
        self.slider.valueChanged.connect(self._scrub)
        self.live = Button("Newest", "liveButton", kind="link", accessible="Follow the newest faces again")
        self._time = QWidget()
        row = QHBoxLayout(self._time)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.play)
        row.addWidget(self.slider, 1)
        row.addWidget(self.live)
        self.live.clicked.connect(self.follow)
        return self._time

    # What is shown

    def show_pictures(self, pictures: Pictures | None, of: int = 0) -> None:
        """Some of the chosen source's `of` prepared pictures, or none."""
        self.preview.set_pictures(pictures)
        self._picture_caption = "" if pictures is None else f"{len(pictures)} of {of:,}"
        self._say_caption()
        self._preview_pages.setCurrentIndex(0 if pictures is None else 1)

    def show_real(self, pictures: Pictures | None) -> None:
        """What stands beside the faces: pictures of the run's own source."""
        self._real_there = pictures is not None
        self.real.set_pictures(pictures)
        self.real_caption.setText("Real" if pictures is not None else "Real: not loaded yet")
        self._real_pages.setCurrentIndex(1)
        if pictures is None:
            self.copies.take(None)
        if pictures is None and self.views.current() == BESIDE:
            self.real_wanted.emit()

    def miss_real(self, sentence: str) -> None:
        """Why there are no real pictures to show."""
        self.real_caption.setText("Real: not found")
        self._real_missing.setText(sentence)
        self._real_pages.setCurrentIndex(0)
        self.copies.say(sentence)

    def set_under_way(self, trains: bool | None) -> None:
        """Whether the run that is shown trains, for faces that are not there; None if there is no run."""
        if trains is None:
            self.no_faces.say(*NO_RUN)
        else:
            self.no_faces.say(*(NO_GRID_YET if trains else NO_GRID))

    def take_training(self, cache: PictureCache | None) -> None:
        """What the faces are compared with: all pictures of the run's own source; None: not at hand."""
        self.copies.take(cache)

    def begin(self, grids: Sequence[tuple[int, Path]], count: int) -> None:
        """Another run: its grids so far, (step, file), and how many faces each holds."""
        self.pause()
        self._grids = list(grids)
        self._count = count
        self._decoded.clear()
        self._live = True
        self._step_caption = self._unread = ""
        self._say_caption()
        self.grid.set_pictures(None)
        self.copies.clear()
        self._face_pages.setCurrentIndex(0)
        self._refresh_time()
        if self._grids:
            self._request(len(self._grids) - 1)

    def add_kept(self, grids: Sequence[tuple[int, Path]]) -> None:
        """Grids that have been drawn and saved since; repeated steps replace the earlier ones."""
        first = grids[0][0]
        self._grids = [each for each in self._grids if each[0] < first] + list(grids)
        for _, path in grids:
            self._decoded.pop(path, None)
        self._refresh_time()

    def add_samples(self, samples: Samples) -> None:
        """The newest grid's pictures; shown unless the person looks at an older one."""
        self._keep(samples.path, samples.pictures)
        if self._live:
            self._show(samples.step, samples.pictures)

    def choose(self, view: int) -> None:
        """PICTURES, FACES, BESIDE or COPIES."""
        self.views.choose(view)
        self._show_view(view)

    def seek(self, step: float) -> None:
        """The grid nearest to a step."""
        if self._grids and self.views.current() != PICTURES:
            distances = [abs(each - step) for each, _ in self._grids]
            self.slider.setValue(int(np.argmin(distances)))

    @Slot()
    def follow(self) -> None:
        """Show the newest, and go on doing so."""
        self.pause()
        self._live = True
        self._refresh_time()
        if self._grids:
            self._request(len(self._grids) - 1)
        self.step_shown.emit(None)

    def pause(self) -> None:
        """Stop playing."""
        self._play_timer.stop()
        self.play.set_icon("play", "Play all grids from the first to the newest")

    def shut_down(self) -> None:
        """End the threads that read and compare grids."""
        self.pause()
        self._loader.close()
        self.copies.close_down()

    # Time

    def _refresh_time(self) -> None:
        last = max(0, len(self._grids) - 1)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, last)
            if self._live:
                self.slider.setValue(last)
        several = len(self._grids) > 1
        self.slider.setEnabled(several)
        self.play.setEnabled(several)
        self.live.setEnabled(not self._live)

    @Slot(int)
    def _scrub(self, index: int) -> None:
        self._live = index == len(self._grids) - 1 and not self._play_timer.isActive()
        self._refresh_time()
        self._request(index)
        self.step_shown.emit(None if self._live else self._grids[index][0])

    @Slot()
    def _toggle_play(self) -> None:
        if self._play_timer.isActive():
            self.pause()
        else:
            if self.slider.value() == self.slider.maximum():
                self.slider.setValue(0)
            self._play_timer.start()
            self.play.set_icon("pause", "Pause")

    @Slot()
    def _next_frame(self) -> None:
        if self.slider.value() < self.slider.maximum():
            self.slider.setValue(self.slider.value() + 1)
        else:
            self.follow()

    def _request(self, index: int) -> None:
        step, path = self._grids[index]
        if path in self._decoded:
            self._decoded.move_to_end(path)
            self._show(step, self._decoded[path])
        else:
            self._loader.request((step, path, self._count))

    @staticmethod
    def _load(item: tuple[int, Path, int]) -> tuple[int, Path, Pictures]:
        step, path, count = item
        return step, path, read_grid(path, count)

    @Slot(object)
    def _loaded(self, result: tuple[int, Path, Pictures]) -> None:
        step, path, pictures = result
        if (step, path) not in self._grids:  # of a run that is no longer shown
            return
        self._keep(path, pictures)
        if self._grids[self.slider.value()][0] == step:
            self._show(step, pictures)

    def _keep(self, path: Path, pictures: Pictures) -> None:
        self._decoded[path] = pictures
        self._decoded.move_to_end(path)
        while len(self._decoded) > KEPT_GRIDS:
            self._decoded.popitem(last=False)

    def _show(self, step: int, pictures: Pictures) -> None:
        self.grid.set_pictures(pictures)
        self.copies.offer(step, pictures, live=self._live)
        self._face_pages.setCurrentIndex(1)
        self._step_caption, self._unread = f"Step {step:,}", ""
        self._say_caption()

    @Slot(str)
    def _say(self, sentence: str) -> None:
        self._step_caption, self._unread = "This grid cannot be read", sentence
        self._say_caption()

    # Views

    @Slot(int)
    def _show_view(self, view: int) -> None:
        self._stack.setCurrentIndex({PICTURES: 0, COPIES: 2}.get(view, 1))
        self._real_side.setVisible(view == BESIDE)
        self.grid.set_fill(view == BESIDE)
        self._fake_caption.setVisible(view == BESIDE)
        self._time.setVisible(view != PICTURES)
        self._say_caption()
        if view == BESIDE and not self._real_there:
            self.real_wanted.emit()

    def _say_caption(self) -> None:
        pictures = self.views.current() == PICTURES
        self.caption.setText(self._picture_caption if pictures else self._step_caption)
        self.caption.setToolTip("" if pictures else self._unread)

    def sizeHint(self) -> QSize:
        return QSize(600, 640)


def _pages(empty: QWidget, full: QWidget) -> QStackedWidget:
    pages = QStackedWidget()
    pages.addWidget(empty)
    pages.addWidget(full)
    return pages

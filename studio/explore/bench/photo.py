"""A person's own picture: the nearest face that the generator can draw, to be edited like any other."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QSlider, QVBoxLayout, QWidget

from core.likeness.photos import SUFFIXES, open_photo
from studio.explore.bench.crop_view import MOST_ZOOM, CropView
from studio.explore.bench.photo_search import PhotoSearch, likeness
from studio.explore.exploration import Exploration
from studio.explore.stage.face import FaceView
from studio.explore.subjects import Moment
from studio.jobs import run_job
from studio.parts import Button, HelpDot, label, named

if TYPE_CHECKING:
    from core.likeness.inversion import Progress

LOOK_MS = 60
LARGEST = 200  # side of the pictures
INTRODUCTION = (
    "Choose a picture of a face, or drop one here. The program looks for the face that this generator can "
    "draw which is most like it; you can then change it with every slider."
)


class PhotoPage(QWidget):
    """The picture in a frame, the search, and what it has found so far beside it."""

    TITLE = "My photo"
    NAME = "photoTab"

    def __init__(self, exploration: Exploration) -> None:
        super().__init__()
        named(self, "photoPage", "My photo")
        self._exploration = exploration
        self._photo: NDArray[np.uint8] | None = None
        self._title = ""
        self._opening = ""  # the name of a file that is being read
        self._requests = 0  # how many files were asked for; only the last one is shown
        self._trouble = ""  # what went wrong last
        self._search: PhotoSearch | None = None
        self._found: Progress | None = None
        self._sought: Moment | None = None  # where it was found
        gone = threading.Event()
        self.destroyed.connect(gone.set)
        self._over: Callable[[], bool] = lambda: gone.is_set() or exploration.decoder.closed
        self.setAcceptDrops(True)
        self._build()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._wire()
        self._refresh()

    def _build(self) -> None:
        self._crop = CropView(
            "photoCrop", "Your picture; drag to move it, zoom with the wheel", "Drop a picture here"
        )
        self._result = FaceView("photoResult", "The nearest face found", "Not sought yet")
        self._result.setAcceptDrops(False)
        self._choose = Button("Choose picture…", "photoChooseButton", icon_name="image")
        self._zoom = QSlider(Qt.Orientation.Horizontal)
        named(self._zoom, "photoZoom", "Zoom of your picture")
        self._zoom.setRange(100, round(100 * MOST_ZOOM))
        self._zoom.setMaximumWidth(160)
        self._zoom_label = label("Zoom", "muted")
        self._zoom_label.setBuddy(self._zoom)
        self._words = label("", "muted", name="photoWords", accessible="How the search went", wrap=True)
        self._bar = QProgressBar()
        named(self._bar, "photoBar", "How far the search is")
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(420)
        self._find = Button("Find this face", "photoFindButton", kind="primary", icon_name="search")
        self._stop = Button("Stop", "photoStopButton", icon_name="stop")
        self._stop.setToolTip("Stop searching; what was found so far stays")
        self._use = Button("Use this face", "photoUseButton")
        self._use.setToolTip("Make it the current face, so that every slider changes it")
        help_dot = HelpDot(
            "photoHelp",
            "finding a photo",
            "Starting from several random faces, the program changes each a little at a time so that its "
            "picture comes nearer to yours, and keeps the best. A generator can only draw what it has "
            "learned: a small or young one gives a rough likeness. Your picture stays on this computer.",
        )
        above = QHBoxLayout()
        above.setSpacing(8)
        above.addWidget(self._choose)
        above.addSpacing(8)
        above.addWidget(self._zoom_label)
        above.addWidget(self._zoom)
        above.addWidget(help_dot)
        above.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(8)
        for button in (self._find, self._stop, self._use):
            below.addWidget(button)
        below.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(above)
        column.addWidget(self._words, 1)
        column.addWidget(self._bar)
        column.addLayout(below)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._crop, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._result, 0, Qt.AlignmentFlag.AlignTop)
        row.addSpacing(8)
        row.addLayout(column, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = min(LARGEST, event.size().height())
        for each in (self._crop, self._result):
            each.setFixedSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return QSize(640, 120)

    def _wire(self) -> None:
        self._choose.clicked.connect(self._ask)
        self._crop.pressed_empty.connect(self._ask)
        self._crop.changed.connect(self._recropped)
        self._zoom.valueChanged.connect(lambda value: self._crop.set_zoom(value / 100))
        self._find.clicked.connect(self._begin)
        self._stop.clicked.connect(self._halt)
        self._use.clicked.connect(self._take)
        self._exploration.opened.connect(self._forget)
        self._exploration.moment_changed.connect(self._refresh)

    # The picture

    @Slot()
    def _ask(self) -> None:
        dialog = QFileDialog(self, "Choose a picture of a face")
        named(dialog, "photoDialog", "Choose a picture of a face")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([f"Pictures ({' '.join(f'*{each}' for each in SUFFIXES)})", "All files (*)"])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.open_picture(Path(path)))
        dialog.open()

    def open_picture(self, path: Path) -> None:
        """Show the picture in a file; what is wrong with it is said in its place."""
        self._abandon()
        self._requests += 1
        request = self._requests
        self._opening, self._trouble = path.name, ""
        run_job(
            self,
            lambda: open_photo(path),
            lambda photo: self._opened(request, path.name, photo),
            lambda sentence: self._not_opened(request, sentence),
        )
        self._refresh()

    def _opened(self, request: int, title: str, photo: NDArray[np.uint8]) -> None:
        if request == self._requests:
            self._opening, self._title, self._photo = "", title, photo
            self._crop.show_photo(photo)
            self._recropped()

    def _not_opened(self, request: int, sentence: str) -> None:
        if request == self._requests:
            self._opening, self._trouble = "", sentence
            self._refresh()

    @Slot()
    def _recropped(self) -> None:
        """Another part of the picture: what was found was for another one."""
        self._abandon()
        self._zoom.blockSignals(True)
        self._zoom.setValue(round(100 * self._crop.zoom()))
        self._zoom.blockSignals(False)
        self._trouble = ""
        self._clear()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _picture_in(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _picture_in(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.open_picture(path)

    # The search

    @Slot()
    def _begin(self) -> None:
        moment = self._exploration.moment
        if self._photo is None or moment is None:
            return
        self._trouble = ""
        self._clear()
        self._sought = moment
        self._search = PhotoSearch(
            self,
            moment,
            self._photo,
            self._crop.part(),
            closed=self._over,
            done=self._ended,
            failed=self._fail,
        )
        self._timer.start()
        self._refresh()

    @Slot()
    def _halt(self) -> None:
        if self._search is not None:
            self._search.stop()

    def _abandon(self) -> None:
        """End the search, and show nothing of what it may still find."""
        self._halt()
        self._search = None
        self._timer.stop()

    @Slot()
    def _look(self) -> None:
        """Show what the search has found since the last look."""
        newest = self._search.newest if self._search is not None else None
        if newest is not None and newest is not self._found:
            self._found = newest
            self._result.show_picture(newest.picture)
            self._result.set_face(newest.z)
            self._bar.setRange(0, newest.steps)
            self._bar.setValue(newest.step)
            self._refresh()

    def _ended(self, search: PhotoSearch) -> None:
        if search is not self._search:
            return
        self._look()
        self._search = None
        self._timer.stop()
        self._refresh()

    def _fail(self, search: PhotoSearch, sentence: str) -> None:
        if search is self._search:
            self._trouble = sentence
            self._ended(search)

    @Slot()
    def _take(self) -> None:
        if self._found is not None:
            self._exploration.become(self._found.z, "use my photo", truncation=1.0)
            if self._exploration.state.locks:
                self._exploration.message.emit(
                    "Locked sliders kept their place, so the face is not quite the same."
                )

    @Slot()
    def _forget(self) -> None:
        """Another generator: its vectors are others."""
        self._abandon()
        self._trouble = ""
        self._clear()

    def _clear(self) -> None:
        self._found = None
        self._result.show_picture(None)
        self._bar.setRange(0, 0)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        searching, found = self._search is not None, self._found
        self._find.setEnabled(
            self._photo is not None and self._exploration.usable and not searching and not self._opening
        )
        self._find.setText("Find again" if found is not None and not searching else "Find this face")
        self._stop.setVisible(searching)
        self._bar.setVisible(searching)
        self._use.setEnabled(found is not None)
        for widget in (self._zoom, self._zoom_label):
            widget.setEnabled(self._photo is not None)
        self._words.setText(self._state())

    def _state(self) -> str:
        """Where it stands, in words."""
        searching, found = self._search is not None, self._found
        if self._opening:
            return f"Opening {self._opening}…"
        if self._trouble:
            return self._trouble
        if self._photo is None:
            return INTRODUCTION
        if found is None:
            if searching:
                return "Starting from several random faces…"
            return f"{self._title}: drag it and zoom until the face fills the frame."
        other = self._sought is not None and self._sought != self._exploration.moment
        where = f" at {self._sought.title}" if other and self._sought is not None else ""
        words = (
            f"{'So far' if searching else 'Found'}{where}: {likeness(found.error)}. Its colours differ from "
            f"yours by {found.error:.0f} of 255 levels (root mean square)."
        )
        return f"{words} Press Find again for this moment." if other and not searching else words


def _picture_in(mime: QMimeData) -> Path | None:
    """The one file in a drop that may be a picture."""
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    return paths[0] if len(paths) == 1 and paths[0].suffix.lower() in SUFFIXES else None

"""Watching a run: progress, health, faces and curves, of the training under way or of one from the disk."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from core.events import Measured, Samples, Step
from studio.marks import Mark
from studio.panels.alarm import AlarmBanner
from studio.panels.attached import Attached
from studio.panels.faces import FACES, PICTURES, FacesCard
from studio.panels.notes import Banner, Elsewhere, Note
from studio.panels.progress import ProgressStrip
from studio.panels.record import Record, best_marks
from studio.panels.signals import SignalsCard
from studio.parts import named


class Monitor(QWidget):
    """Progress strip above, faces on the left, curves on the right; one time slider for all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.strip = ProgressStrip()
        self.alarm = AlarmBanner()
        self.banner = Banner()
        self.note = Note()
        self.elsewhere = Elsewhere()
        self.attached = Attached()
        self.faces = FacesCard()
        self.signals = SignalsCard()
        self.losses, self.scores = self.signals.losses, self.signals.scores
        self.faces.step_shown.connect(self.signals.mark)
        self.signals.scrubbed.connect(self.faces.seek)
        halves = QSplitter(Qt.Orientation.Horizontal)
        named(halves, "monitorSplitter", "Width of the faces and the curves")
        halves.addWidget(self.faces)
        halves.addWidget(self.signals)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(16)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        halves.setSizes([548, 312])
        self.signals.setMinimumWidth(266)
        self.faces.setMinimumWidth(384)
        self._grids: list[tuple[int, Path]] = []
        self._face_count = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        for part in (self.strip, self.alarm, self.banner, self.note, self.elsewhere, self.attached):
            layout.addWidget(part)
        layout.addWidget(halves, 1)

    def clear(self, face_count: int) -> None:
        """A run that begins."""
        self.banner.hide()
        self.note.hide()
        self.signals.clear()
        self._begin_faces([], face_count)

    def show_record(self, record: Record) -> None:
        """A run as it is on the disk."""
        self.clear(record.run.config.sample_count)
        self.signals.load(record.curves, record.scored, record.measures, record.marks)
        self._begin_faces(record.grids, record.run.config.sample_count)
        if self.faces.views.current() == PICTURES:
            self.faces.choose(FACES)

    def set_under_way(self, trains: bool | None) -> None:
        """Whether the run that is shown trains, for what is not there yet; None if there is no run."""
        self.signals.set_under_way(trains)
        self.faces.set_under_way(trains)

    def add_steps(self, steps: Sequence[Step]) -> None:
        self.signals.add_steps(steps)

    def add_kept(self, grids: Sequence[tuple[int, Path]]) -> None:
        self._grids = [each for each in self._grids if each[0] < grids[0][0]] + list(grids)
        self.faces.add_kept(grids)

    def add_samples(self, samples: Samples) -> None:
        self.faces.add_samples(samples)

    def add_measured(self, measured: Measured) -> None:
        self.signals.add_measures([measured])
        self.signals.add_marks(best_marks([measured]))

    def add_marks(self, marks: Iterable[Mark]) -> None:
        self.signals.add_marks(marks)

    def go_back(self, step: int, mark: Mark) -> None:
        """The run went back to `step`: curves and grids of later steps are undone."""
        self.signals.cut(step)
        self.signals.add_marks([mark])
        self._begin_faces([each for each in self._grids if each[0] <= step], self._face_count)

    def _begin_faces(self, grids: Sequence[tuple[int, Path]], face_count: int) -> None:
        self._grids, self._face_count = list(grids), face_count
        self.faces.begin(grids, face_count)

    def shut_down(self) -> None:
        self.faces.shut_down()

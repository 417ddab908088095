"""Watching a run: progress, faces and curves, of the training under way or of one from the disk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from core import runs
from core.events import Samples, Step
from core.runs import Run, RunSummary
from studio.curves import Cells, cells
from studio.panels.faces import FACES, PICTURES, FacesCard
from studio.panels.progress import ProgressStrip
from studio.parts import Button, Card, IconButton, label, named
from studio.plots import LOSSES, SCORES, fields, loss_plot, score_plot


@dataclass(frozen=True, slots=True)
class Record:
    """What a run folder holds for the monitor, with the curves in the form in which the plots keep them."""

    summary: RunSummary
    last: Step | None
    losses: Cells
    scores: Cells
    grids: list[tuple[int, Path]]

    @property
    def run(self) -> Run:
        return self.summary.run


def read_record(folder: Path) -> Record:
    """All numbers and the names of all grids; reads files, so not for the GUI thread. Raises RunError."""
    run = runs.open_run(folder)
    rows = run.metrics()
    losses, scores = (
        cells(
            np.array([[float(row.get(name, np.nan)) for row in rows] for name in ("step", *fields(series))])
        )
        for series in (LOSSES, SCORES)
    )
    return Record(runs.summarise(run), _step(rows[-1]) if rows else None, losses, scores, run.samples())


class Banner(QFrame):
    """One calm sentence on what went wrong; can be copied and closed."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("banner", True)
        self.text = label("", name="errorLabel", accessible="What went wrong", wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        copy = IconButton("copy", "copyErrorButton", "Copy this text")
        copy.clicked.connect(self._copy)
        close = IconButton("close", "closeErrorButton", "Close")
        close.clicked.connect(self.hide)
        named(self, "errorBanner", "What went wrong")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.addWidget(self.text, 1)
        row.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def say(self, sentence: str) -> None:
        self.text.setText(sentence)
        self.text.setAccessibleName(sentence)
        self.show()

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.text())


class Elsewhere(QFrame):
    """A note that an older run is shown while another trains, with the way back."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        named(self, "elsewhereNote", "Another run is shown")
        self._text = label("", "muted", name="elsewhereLabel", wrap=True)
        self.back = Button("Back to the training", "backButton", kind="link")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.addWidget(self._text, 1)
        row.addWidget(self.back)
        self.hide()

    def say(self, name: str) -> None:
        self._text.setText(f"Showing {name}, while another run trains.")
        self.show()


class Monitor(QWidget):
    """Progress strip above, faces on the left, curves on the right."""

    def __init__(self) -> None:
        super().__init__()
        self.strip = ProgressStrip()
        self.banner = Banner()
        self.elsewhere = Elsewhere()
        self.faces = FacesCard()
        self.losses = loss_plot()
        self.scores = score_plot()
        self.faces.step_shown.connect(self.losses.mark)
        self.faces.step_shown.connect(self.scores.mark)
        self.losses.scrubbed.connect(self.faces.seek)
        self.scores.scrubbed.connect(self.faces.seek)
        curves = QWidget()
        column = QVBoxLayout(curves)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        for plot in (self.losses, self.scores):
            card = Card(margin=12)
            card.body.addWidget(plot)
            column.addWidget(card, 1)
        halves = QSplitter(Qt.Orientation.Horizontal)
        named(halves, "monitorSplitter", "Width of the faces and the curves")
        halves.addWidget(self.faces)
        halves.addWidget(curves)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(16)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        halves.setSizes([548, 312])
        curves.setMinimumWidth(264)
        self.faces.setMinimumWidth(380)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self.strip)
        layout.addWidget(self.banner)
        layout.addWidget(self.elsewhere)
        layout.addWidget(halves, 1)

    def clear(self, face_count: int) -> None:
        """A run that begins."""
        self.banner.hide()
        self.losses.clear()
        self.scores.clear()
        self.faces.begin([], face_count)

    def show_record(self, record: Record) -> None:
        """A run as it is on the disk."""
        self.clear(record.run.config.sample_count)
        self.losses.load(record.losses)
        self.scores.load(record.scores)
        self.faces.begin(record.grids, record.run.config.sample_count)
        if self.faces.views.current() == PICTURES:
            self.faces.choose(FACES)

    def add_steps(self, steps: Sequence[Step]) -> None:
        if steps:
            self.losses.add(steps)
            self.scores.add(steps)

    def add_kept(self, grids: Sequence[tuple[int, Path]]) -> None:
        self.faces.add_kept(grids)

    def add_samples(self, samples: Samples) -> None:
        self.faces.add_samples(samples)

    def shut_down(self) -> None:
        self.faces.shut_down()


def _step(row: dict[str, Any]) -> Step:
    """A line of metrics/*.jsonl as the event it was written from; what a loss could not say becomes NaN."""
    read: Callable[[str], float] = lambda name: float(row.get(name, float("nan")))  # noqa: E731
    return Step(
        int(row["step"]),
        int(row.get("epoch", 0)),
        read("seconds"),
        read("images_per_s"),
        read("d_loss"),
        read("g_loss"),
        read("d_real"),
        read("d_fake_before"),
        read("d_fake_after"),
    )

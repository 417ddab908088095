"""How the discriminator judges: its scores of real and of generated pictures as two overlaid histograms."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from core.events import ScoreHistogram, Step
from core.scores import add_up
from studio.parts import HelpDot, label
from studio.theme import color, theme

if TYPE_CHECKING:  # at run time it would bring pyqtgraph along
    from studio.histogram_area import HistogramArea

TITLE = "How the discriminator judges"
LEAST = 256  # pictures of each kind; a batch may have eight, which make no hill
EXPLANATION = (
    "How many real and how many generated pictures get which score from the discriminator while it learns: "
    "right is sure of real, left is sure of fake. Of the last batches before the step that the time slider "
    f"shows, as many as make {LEAST} pictures of each kind.\n"
    "Normal: two hills that lean apart and overlap: some fakes pass, some real pictures are doubted.\n"
    "Not normal: two piles at the far ends: it tells all of them apart and the generator learns little. One "
    "pile for both: it cannot tell them apart at all."
)
NOTHING_YET = "Drawn from the first steps on."
UNRECORDED = "This run did not record it."
SURE_BY = 100  # steps, by which every run has noted some
SERIES = (("Real", "plot_real"), ("Fake", "plot_fake"))


class HistogramPlot(QWidget):
    """The histograms of one moment; `mark` chooses the moment."""

    def __init__(self) -> None:
        super().__init__()
        self._at: list[int] = []  # the steps with histograms
        self._scores: list[ScoreHistogram] = []  # theirs
        self._reached = 0.0
        self._marker_step: float | None = None
        self._area: HistogramArea | None = None
        self._moment = label("", "caption", name="histogramStep", accessible="Step of the histograms")
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(label(TITLE, "heading"))
        head.addWidget(HelpDot("histogramPlotHelp", TITLE, EXPLANATION))
        head.addStretch(1)
        legend = QHBoxLayout()
        legend.setSpacing(4)
        self._dots = [QLabel() for _ in SERIES]
        for dot, (title, _) in zip(self._dots, SERIES, strict=True):
            dot.setFixedSize(8, 3)
            legend.addWidget(dot, 0, Qt.AlignmentFlag.AlignVCenter)
            legend.addWidget(label(title, "caption"))
            legend.addSpacing(6)
        legend.addStretch(1)
        legend.addWidget(self._moment)
        self._empty = empty = label(NOTHING_YET, "muted", name="histogramPlotEmpty", wrap=True)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(legend)
        column.addWidget(self._pages, 1)
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(30)  # a dragged time slider asks more often than anybody sees
        self._redraw.timeout.connect(self._draw_if_seen)
        theme().changed.connect(self._paint)
        self._paint()

    @property
    def area(self) -> "HistogramArea":
        """Where they are drawn; made when there is something to draw, or on being asked for."""
        if self._area is None:
            from studio.histogram_area import HistogramArea

            self._area = HistogramArea("histogramPlot", TITLE, EXPLANATION, [token for _, token in SERIES])
            self._pages.addWidget(self._area.plot)
        return self._area

    def add(self, steps: Sequence[Step]) -> None:
        """Later ones than those that are there; a repeated step replaces what lay from it on."""
        scored = [(each.step, each.scores) for each in steps if each.scores is not None]
        if scored:
            self.cut(scored[0][0] - 1)
            for step, scores in scored:
                self._at.append(step)
                self._scores.append(scores)
            self.refresh()

    def reach(self, step: float) -> None:
        """The run has come so far."""
        self._reached = step

    def cut(self, step: int) -> None:
        """Forget what comes after a step."""
        kept = bisect_right(self._at, step)
        del self._at[kept:], self._scores[kept:]
        self.refresh()

    def clear(self) -> None:
        self._at, self._scores, self._reached = [], [], 0.0
        self.mark(None)

    def mark(self, step: float | None) -> None:
        """Show the last ones at or before a step; None for the newest."""
        self._marker_step = step
        self.refresh()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw at any step."""
        return not self._at

    def shown(self) -> range:
        """Which of the steps that are known are drawn together: the last ones before the marker."""
        end = len(self._at) if self._marker_step is None else bisect_right(self._at, self._marker_step)
        begin, pictures = end, 0
        while begin and pictures < LEAST:
            begin -= 1
            pictures += sum(self._scores[begin].real)
        return range(begin, end)

    def refresh(self) -> None:
        if not self._redraw.isActive():
            self._redraw.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    @Slot()
    def _draw_if_seen(self) -> None:
        if self.isVisible():  # else it is drawn when it is shown
            self._draw()

    def _draw(self) -> None:
        shown = self.shown()
        self._empty.setText(self._why_empty())
        self._moment.setText(_span(self._at[shown[0]], self._at[shown[-1]]) if shown else "")
        if shown:
            scores = add_up(self._scores[shown.start : shown.stop])
            edges = np.linspace(scores.low, scores.high, len(scores.real) + 1)
            self.area.draw(edges, [np.array(each) for each in (scores.real, scores.fake)])
        self._pages.setCurrentIndex(1 if shown else 0)

    def _why_empty(self) -> str:
        if not self.empty:
            return "There are none from before this step."
        return NOTHING_YET if self._reached < SURE_BY else UNRECORDED

    @Slot()
    def _paint(self) -> None:
        """Take the theme's colours."""
        for dot, (_, token) in zip(self._dots, SERIES, strict=True):
            dot.setStyleSheet(f"background: {color(token).name()}; border-radius: 1px;")
        if self._area is not None:
            self._area.dress()


def _span(first: int, last: int) -> str:
    return f"Step {last:,}" if first == last else f"Steps {first:,} to {last:,}"

"""How the discriminator judges: its scores of real and of generated pictures as two overlaid histograms."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from core.events import Measured, ScoreHistogram
from studio.charts import NOT_MEASURED
from studio.parts import HelpDot, label
from studio.plot_area import dress, plot_area
from studio.theme import color, theme

TITLE = "How the discriminator judges"
EXPLANATION = (
    "How many real and how many generated pictures the discriminator gives which score, at the step that the "
    "time slider shows: right is sure of real, left is sure of fake.\n"
    "Normal: two hills that lean apart and overlap: some fakes pass, some real pictures are doubted.\n"
    "Not normal: two piles at the far ends: it tells all of them apart and the generator learns little. One "
    "pile for both: it cannot tell them apart at all."
)
SERIES = (("real", "Real", "plot_real"), ("fake", "Fake", "plot_fake"))


class HistogramPlot(QWidget):
    """The histograms of one moment; `mark` chooses the moment."""

    def __init__(self) -> None:
        super().__init__()
        self._measures: list[Measured] = []
        self._marker_step: float | None = None
        self.plot = plot_area("histogramPlot", TITLE, EXPLANATION, "score")
        self.plot.getPlotItem().hideAxis("left")
        self._hills = [self.plot.getPlotItem().plot(stepMode="center", fillLevel=0) for _ in SERIES]
        self._moment = label("", "caption", name="histogramStep", accessible="Step of the histograms")
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(label(TITLE, "heading"))
        head.addWidget(HelpDot("histogramPlotHelp", TITLE, EXPLANATION))
        head.addStretch(1)
        legend = QHBoxLayout()
        legend.setSpacing(4)
        self._dots = [QLabel() for _ in SERIES]
        for dot, (_, title, _) in zip(self._dots, SERIES, strict=True):
            dot.setFixedSize(8, 3)
            legend.addWidget(dot, 0, Qt.AlignmentFlag.AlignVCenter)
            legend.addWidget(label(title, "caption"))
            legend.addSpacing(6)
        legend.addStretch(1)
        legend.addWidget(self._moment)
        self._empty = empty = label(NOT_MEASURED, "muted", name="histogramPlotEmpty", wrap=True)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._pages.addWidget(self.plot)
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

    def add(self, measures: Sequence[Measured]) -> None:
        """Later ones than those that are there; a repeated step replaces what lay from it on."""
        if measures:
            self.cut(measures[0].step - 1)
            self._measures += measures
            self.refresh()

    def cut(self, step: int) -> None:
        """Forget what comes after a step."""
        self._measures = [each for each in self._measures if each.step <= step]
        self.refresh()

    def clear(self) -> None:
        self._measures = []
        self.mark(None)

    def mark(self, step: float | None) -> None:
        """Show the last measurement at or before a step; None for the newest."""
        self._marker_step = step
        self.refresh()

    def shown(self) -> Measured | None:
        """The measurement whose histograms are to be seen; None before the first."""
        until = self._marker_step
        made = (each for each in reversed(self._measures) if until is None or each.step <= until)
        return next(made, None)

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
        measured = self.shown()
        self._pages.setCurrentIndex(0 if measured is None else 1)
        self._empty.setText("It had not been measured by this step." if self._measures else NOT_MEASURED)
        self._moment.setText("" if measured is None else f"Step {measured.step:,}")
        if measured is not None:
            self._show(measured.scores)

    def _show(self, scores: ScoreHistogram) -> None:
        edges = np.array(scores.edges)
        highest = 0.0
        for hill, counts in zip(self._hills, (scores.real, scores.fake), strict=True):
            shares = np.array(counts) / max(1, sum(counts))
            hill.setData(edges, shares)
            highest = max(highest, float(shares.max()))
        item = self.plot.getPlotItem()
        item.setXRange(float(edges[0]), float(edges[-1]), padding=0.01)
        item.setYRange(0.0, 1.05 * highest or 1.0, padding=0)

    @Slot()
    def _paint(self) -> None:
        """Take the theme's colours."""
        dress(self.plot)
        self.plot.getPlotItem().showGrid(x=False, y=False)
        for hill, dot, (_, _, token) in zip(self._hills, self._dots, SERIES, strict=True):
            shade, veil = color(token), QColor(color(token))
            veil.setAlpha(70)
            hill.setPen(pg.mkPen(shade, width=1))
            hill.setFillBrush(veil)
            dot.setStyleSheet(f"background: {shade.name()}; border-radius: 1px;")

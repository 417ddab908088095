"""How the discriminator judges: its scores of real and of generated pictures as two overlaid histograms."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from core.events import Step
from studio.parts import HelpDot, label
from studio.theme import color, theme

if TYPE_CHECKING:  # at run time it would bring pyqtgraph along
    from studio.histogram_area import HistogramArea

TITLE = "How the discriminator judges"
EXPLANATION = (
    "How many real and how many generated pictures of a batch get which score from the discriminator: right "
    "is sure of real, left is sure of fake. Noted as each epoch ends and whenever faces are kept; the time "
    "slider chooses the moment.\n"
    "Normal: two hills that lean apart and overlap: some fakes pass, some real pictures are doubted.\n"
    "Not normal: two piles at the far ends: it tells all of them apart and the generator learns little. One "
    "pile for both: it cannot tell them apart at all."
)
NOTHING_YET = "Drawn with the first faces that are kept, and as each epoch ends."
SERIES = (("Real", "plot_real"), ("Fake", "plot_fake"))


class HistogramPlot(QWidget):
    """The histograms of one moment; `mark` chooses the moment."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: list[Step] = []  # with histograms
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
        scored = [each for each in steps if each.scores is not None]
        if scored:
            self.cut(scored[0].step - 1)
            self._steps += scored
            self.refresh()

    def cut(self, step: int) -> None:
        """Forget what comes after a step."""
        self._steps = [each for each in self._steps if each.step <= step]
        self.refresh()

    def clear(self) -> None:
        self._steps = []
        self.mark(None)

    def mark(self, step: float | None) -> None:
        """Show the last ones at or before a step; None for the newest."""
        self._marker_step = step
        self.refresh()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw at any step."""
        return not self._steps

    def shown(self) -> Step | None:
        """The step whose histograms are to be seen; None before the first."""
        until = self._marker_step
        made = (each for each in reversed(self._steps) if until is None or each.step <= until)
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
        shown = self.shown()
        self._empty.setText("There are none from before this step." if self._steps else NOTHING_YET)
        self._moment.setText("" if shown is None else f"Step {shown.step:,}, epoch {shown.epoch:,}")
        if shown is not None and shown.scores is not None:
            scores = shown.scores
            self.area.draw(np.array(scores.edges), [np.array(each) for each in (scores.real, scores.fake)])
        self._pages.setCurrentIndex(0 if shown is None else 1)

    @Slot()
    def _paint(self) -> None:
        """Take the theme's colours."""
        for dot, (_, token) in zip(self._dots, SERIES, strict=True):
            dot.setStyleSheet(f"background: {color(token).name()}; border-radius: 1px;")
        if self._area is not None:
            self._area.dress()

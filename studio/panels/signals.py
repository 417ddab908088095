"""The column of curves: an overview, quality and details, with what happened to the run marked on each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from core.events import Measured, Step
from studio.charts import CHARTS, COVERAGE, DETAILS, FID, KID, NOT_MEASURED, OVERVIEW, QUALITY
from studio.curves import Cells
from studio.histograms import HistogramPlot
from studio.marks import TITLES, TOKENS, History, Kind, Mark
from studio.panels.inception import InceptionRow
from studio.parts import Card, EmptyState, Segmented, label, named
from studio.plots import CurvePlot, StepAxis
from studio.theme import color, theme

OVERVIEW_PX, QUALITY_PX, DETAIL_PX = 104, 104, 128
TURN_MS = 12
REDRAW_MS, APART_MS = 800, 75  # another rhythm for each, so that one turn of the loop seldom draws two


class SignalsCard(Card):
    """Everything that a run reports, over the step; `scrubbed(step)` when the person presses in a curve."""

    scrubbed = Signal(float)

    def __init__(self) -> None:
        super().__init__(margin=12, spacing=8)
        self._axis = StepAxis()
        self._history = History()
        self._span: tuple[float, float] | None = None  # the first and the last step that is known
        below = {
            COVERAGE,
            KID,
            FID,
            *DETAILS,
        }  # where steps are counted: under those that stand on each other
        self.plots = {
            chart.name: CurvePlot(
                chart, self._axis, redraw_ms=REDRAW_MS + APART_MS * index, foot=chart in below
            )
            for index, chart in enumerate(CHARTS)
        }
        self.losses, self.scores = (self.plots[chart.name] for chart in OVERVIEW[:2])
        self.histograms = HistogramPlot()
        self.inception = InceptionRow()
        self.views = Segmented(
            [("overviewView", "Overview"), ("qualityView", "Quality"), ("detailsView", "Details")],
            "Which curves are shown",
        )
        self._pages = QStackedWidget()
        overview = [self.plots[chart.name] for chart in OVERVIEW]
        quality = [*(self.plots[chart.name] for chart in QUALITY), self.histograms]
        self._pages.addWidget(_scrolled(overview, OVERVIEW_PX, "overviewScroll", "Overview"))
        self._quality = QStackedWidget()
        self._unmeasured = EmptyState("search", "Nothing measured", NOT_MEASURED, name="qualityEmpty")
        self._quality.addWidget(self._unmeasured)
        self._quality.addWidget(_scrolled(quality, QUALITY_PX, "qualityScroll", "Quality"))
        measured = QWidget()
        column = QVBoxLayout(measured)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._quality, 1)
        column.addWidget(self.inception)
        self._pages.addWidget(measured)
        details = [self.plots[chart.name] for chart in DETAILS]
        self._pages.addWidget(_scrolled(details, DETAIL_PX, "detailsScroll", "Details"))
        self._key = MarkKey()
        self._marked: float | None = None
        self._to_mark: list[CurvePlot] = []  # those whose marker is not there yet
        self._turns = QTimer(self)
        self._turns.setSingleShot(True)
        self._turns.setInterval(TURN_MS)
        self._turns.timeout.connect(self._mark_next)
        self.body.addWidget(self.views)
        self.body.addWidget(self._pages, 1)
        self.body.addWidget(self._key)
        self.views.chosen.connect(self._pages.setCurrentIndex)
        for plot in self.plots.values():
            plot.scrubbed.connect(self.scrubbed)
        self.clear()

    def build(self) -> Iterator[object]:
        """Make the areas that are not there yet, one at a time: nobody needs them at the first look."""
        for plot in self.plots.values():
            yield plot.area
        yield self.histograms.area

    def clear(self) -> None:
        """Another run, of which nothing is known yet."""
        self._span = None
        self._axis.reach(0.0, 0.0)
        self._history.clear()
        self.histograms.clear()
        for plot in self.plots.values():
            plot.clear()
        self.plots[FID.name].hide()
        self.inception.tell_measured(False)
        self._show_measured(False)
        self._key.show_kinds([])

    def load(
        self,
        curves: Mapping[str, Cells],
        scored: Sequence[Step],
        measures: Sequence[Measured],
        marks: Iterable[Mark],
    ) -> None:
        """A run as it is on the disk; curves: by the names of the charts, scored: steps with histograms."""
        self.clear()
        for name, cells in curves.items():
            if cells.shape[1]:
                self._reach(float(cells[0, 0]), float(cells[0, -1]))
            self.plots[name].load(cells)
        self._add_histograms(scored)
        self._measure(measures)
        self.add_marks(marks)

    def set_under_way(self, trains: bool | None) -> None:
        """Whether the run trains, for what has not been measured; None if there is no run."""
        words = "This run was not measured." if trains is False else NOT_MEASURED
        self._unmeasured.say("Nothing measured", words)

    def add_steps(self, steps: Sequence[Step]) -> None:
        if steps:
            self._reach(steps[0].step, steps[-1].step)
            self._add_histograms(steps)
            for chart in CHARTS:
                if not chart.sparse:
                    self.plots[chart.name].add(steps)

    def add_measures(self, measures: Sequence[Measured]) -> None:
        if measures:
            self._reach(measures[0].step, measures[-1].step)
            self._measure(measures)

    def add_marks(self, marks: Iterable[Mark]) -> None:
        self._history.add(marks)
        self._show_marks()

    def cut(self, step: int) -> None:
        """The run went back to `step`: what it told of later steps is undone."""
        self._history.cut(step)
        self.histograms.cut(step)
        if self._span is not None:
            self._span = self._span[0], min(self._span[1], step)
            self._axis.reach(*self._span)
        for plot in self.plots.values():
            plot.cut(step)
        self._show_marks()

    @Slot(object)
    def mark(self, step: float | None) -> None:
        """The step whose faces are shown; None for the newest."""
        self._marked = step
        self._to_mark = [plot for plot in self.plots.values() if plot.isVisible()]
        for plot in self.plots.values():
            if plot not in self._to_mark:
                plot.mark(step)
        self.histograms.mark(step)
        self._mark_next()

    @Slot()
    def _mark_next(self) -> None:
        """Each in a turn of the loop of its own: drawn all at once, they would hold up what comes next."""
        if self._to_mark:
            self._to_mark.pop(0).mark(self._marked)
        if self._to_mark:
            self._turns.start()

    def _add_histograms(self, steps: Sequence[Step]) -> None:
        self.histograms.add(steps)
        if not self.histograms.empty:
            self._quality.setCurrentIndex(1)

    def _measure(self, measures: Sequence[Measured]) -> None:
        if not measures:
            return
        self._show_measured(True)
        for chart in CHARTS:
            if chart.sparse:
                plot = self.plots[chart.name]
                plot.add(measures)
                plot.help.say(chart.explanation.replace("{count}", f"{measures[-1].count:,}"))
        if any(each.fid is not None for each in measures):
            self.plots[FID.name].show()
            self.inception.tell_measured(True)

    def _show_measured(self, measured: bool) -> None:
        self._quality.setCurrentIndex(1 if measured else 0)
        self.scores.show_foot(not measured)  # else the coverage below it has the numbers

    def _reach(self, first: float, last: float) -> None:
        if self._span is not None:
            first, last = min(first, self._span[0]), max(last, self._span[1])
        self._span = first, last
        self.histograms.reach(last)
        if self._axis.reach(first, last):
            for plot in self.plots.values():
                plot.refresh()

    def _show_marks(self) -> None:
        for plot in self.plots.values():
            plot.show_marks(self._history.marks)
        self._key.show_kinds([each.kind for each in self._history.marks])


class MarkKey(QWidget):
    """What the thin vertical lines mean; only the kinds that are there."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "markKey", "What the vertical lines mean")
        self._dots: dict[Kind, QLabel] = {}
        self._entries: dict[Kind, QWidget] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for kind, title in TITLES.items():
            entry, dot = QWidget(), QLabel()
            pair = QHBoxLayout(entry)
            pair.setContentsMargins(0, 0, 0, 0)
            pair.setSpacing(4)
            dot.setFixedSize(2, 10)
            pair.addWidget(dot, 0)
            pair.addWidget(label(title, "caption"))
            row.addWidget(entry)
            self._dots[kind], self._entries[kind] = dot, entry
        row.addStretch(1)
        theme().changed.connect(self._paint)
        self._paint()

    def show_kinds(self, kinds: Iterable[Kind]) -> None:
        there = set(kinds)
        for kind, entry in self._entries.items():
            entry.setVisible(kind in there)
        self.setVisible(bool(there))

    @Slot()
    def _paint(self) -> None:
        for kind, dot in self._dots.items():
            dot.setStyleSheet(f"background: {color(TOKENS[kind]).name()};")


def _stacked(plots: Sequence[QWidget], right_px: int = 0) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, right_px, 0)
    column.setSpacing(10)
    for plot in plots:  # one with numbers below is taller by them
        column.addWidget(plot, 11 if isinstance(plot, CurvePlot) and not plot.foot else 13)
    return page


def _scrolled(plots: Sequence[QWidget], least_px: int, name: str, title: str) -> QScrollArea:
    """The plots on top of each other, each at least so high."""
    for plot in plots:
        plot.setMinimumHeight(least_px)
    inside = _stacked(plots, right_px=4)  # clear of the scroll bar
    inside.setProperty("scrolled", True)
    scroll = QScrollArea()
    named(scroll, name, title)
    scroll.setWidget(inside)
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    return scroll

"""One curve of several runs, laid over each other."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.curves import Number
from studio.charts import CHARTS
from studio.curves import envelope, nearest, smoothed
from studio.panels.side_by_side import Align, Course, SideBySide
from studio.parts import Combo, ElidedLabel, HelpDot, label, named
from studio.plot_area import dress, plot_area
from studio.theme import color, theme
from studio.words import short

FOOT: dict[Align, str] = {"step": "step", "time": "s", "share": "%"}
MINUTES_FROM = 600  # seconds: shorter trainings are counted in seconds
ACROSS = 3  # runs in a line of the legend
PREFERRED = ("coverage", "g_loss")
ABOUT = (
    "The same curve of each run in its colour. Numbers of single steps are smoothed, measures are dots. "
    "Click into the curves to see the faces of that moment."
)


class ComparePlot(QWidget):
    """A choice of curve, a legend that reads out each run's value, the curves; `sought(place)` on a click."""

    sought = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._runs: SideBySide | None = None
        self._align: Align = "step"
        self._numbers: list[Number] = []
        self._lines: list[pg.PlotDataItem] = []
        self._known: list[tuple[np.ndarray, np.ndarray]] = []  # what is drawn of each run, in full
        self._ends: list[float] = []  # where each run does
        self._place: float | None = None
        self.choice = Combo("compareCurve", "Which curve is shown")
        self.choice.setMinimumWidth(240)
        self.choice.activated.connect(self._draw)
        self._help = HelpDot("compareCurveHelp", "this curve", ABOUT)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.choice)
        head.addWidget(self._help)
        head.addStretch(1)
        self._legend = QGridLayout()
        self._legend.setHorizontalSpacing(16)
        self._legend.setVerticalSpacing(2)
        self._legend.setColumnStretch(ACROSS, 1)
        self._values: list[QLabel] = []
        self._dots: list[QLabel] = []
        self.area = plot_area("comparePlot", "Curves of the runs", ABOUT, "step")
        item = self.area.getPlotItem()
        self._marker, self._cursor = pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=90)
        for line in (self._marker, self._cursor):
            line.hide()
            item.addItem(line, ignoreBounds=True)
        self.area.scene().sigMouseMoved.connect(self._hover)
        self.area.scene().sigMouseClicked.connect(self._click)
        self._empty = label("None of these runs has recorded a number yet.", "muted", name="comparePlotEmpty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.area)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(self._legend)
        column.addWidget(self._pages, 1)
        named(self, "compareCurves", "Curves of the runs")
        theme().changed.connect(self._paint)
        self._paint()

    def show_runs(self, runs: SideBySide, align: Align) -> None:
        """Other runs, or the same ones read again; the curve that is chosen stays."""
        before = self.choice.currentData()
        self._runs, self._align, self._place = runs, align, None
        self._numbers = runs.comparison.numbers()
        self.choice.clear()
        for number in self._numbers:
            self.choice.addItem(number.title, number.name)
        names = [number.name for number in self._numbers]
        wanted = next((name for name in (before, *PREFERRED) if name in names), None)
        if wanted is not None:
            self.choice.setCurrentIndex(names.index(wanted))
        self._make_legend(runs)
        item = self.area.getPlotItem()
        for line in self._lines:
            item.removeItem(line)
        self._lines = [item.plot(connect="finite") for _ in runs.courses]
        self._pages.setCurrentIndex(1 if self._numbers else 0)
        self._paint()
        self._draw()

    def align(self, align: Align) -> None:
        self._align = align
        self._draw()

    def mark(self, place: float) -> None:
        """A line at the moment whose faces are shown."""
        self._place = place
        self._marker.setVisible(True)
        self._marker.setValue(place)
        self._read_out(place)

    def chosen(self) -> Number | None:
        at = self.choice.currentIndex()
        return self._numbers[at] if 0 <= at < len(self._numbers) else None

    def _make_legend(self, runs: SideBySide) -> None:
        while (entry := self._legend.takeAt(0)) is not None:
            widget = entry.widget()
            if widget is not None:
                widget.deleteLater()
        self._values, self._dots = [], []
        for at, course in enumerate(runs.courses):
            whole = QWidget()
            row = QHBoxLayout(whole)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(5)
            dot = QLabel()
            dot.setFixedSize(10, 3)
            title = course.compared.title
            name = ElidedLabel(
                "caption", name=f"compareLegend{at}", accessible=f"Curve of {title}", middle=True
            )
            name.setText(course.name)
            name.setToolTip(title)
            name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)  # gives way
            name.setMinimumWidth(24)
            value = label("", "caption", name=f"compareValue{at}", accessible=f"Value of {title}")
            for part in (dot, name, value):
                row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
            self._legend.addWidget(whole, at // ACROSS, at % ACROSS)
            self._dots.append(dot)
            self._values.append(value)

    @Slot()
    def _draw(self) -> None:
        number, runs = self.chosen(), self._runs
        if number is None or runs is None:
            return
        chart = next((each for each in CHARTS if number.name in each.fields), None)
        if chart is not None:
            words = chart.explanation.replace("{count} real and {count} generated", "real and generated")
            self._help.say(f"{ABOUT}\n{words}")
        self._ends = [float(course.place(course.last_step, self._align)) for course in runs.courses]
        self._known = [_curve(course, number, self._align) for course in runs.courses]
        most = 2 * max(200, self.area.width())
        for at, (line, (x, y)) in enumerate(zip(self._lines, self._known, strict=True)):
            line.setData(*envelope(x, y, most))
            shade = color(f"run_{at + 1}")
            line.setSymbol("o" if number.measured else None)
            line.setSymbolSize(5)
            line.setSymbolPen(None)
            line.setSymbolBrush(shade)
        item = self.area.getPlotItem()
        end = runs.length(self._align)
        minutes = self._align == "time" and end >= MINUTES_FROM
        item.getAxis("bottom").setScale(1 / 60 if minutes else 1)
        item.setLabel("bottom", "min" if minutes else FOOT[self._align])
        item.setXRange(0, end or 1.0, padding=0.01)
        values = np.concatenate([y for _, y in self._known])
        if len(values):
            low, high = min(0.0, float(values.min())), float(np.quantile(values, 0.995))
            item.setYRange(low, max(1.05 * high, low + 1e-9), padding=0.02)
        self._read_out(self._place)

    def _read_out(self, place: float | None) -> None:
        """Each run's value nearest to a place, or its last one; none beyond its end."""
        for value, end, (x, y) in zip(self._values, self._ends, self._known, strict=False):
            if not len(x) or (place is not None and place > 1.001 * end):
                value.setText("–")
            else:
                value.setText(short(float(y[-1 if place is None else nearest(x, place)])))

    def _place_at(self, point: QPointF) -> float | None:
        item = self.area.getPlotItem()
        if not item.vb.sceneBoundingRect().contains(point):
            return None
        return float(item.vb.mapSceneToView(point).x())

    def _hover(self, point: QPointF) -> None:
        place = self._place_at(point)
        self._cursor.setVisible(place is not None)
        if place is not None:
            self._cursor.setValue(place)
        self._read_out(self._place if place is None else place)

    def _click(self, click: object) -> None:
        place = self._place_at(click.scenePos())  # type: ignore[attr-defined]
        if place is not None:
            self.sought.emit(place)

    def leaveEvent(self, event: object) -> None:
        self._cursor.hide()
        self._read_out(self._place)

    @Slot()
    def _paint(self) -> None:
        """Take the theme's colours; the later half of many runs is dashed, for those who see few colours."""
        dress(self.area)
        for at, line in enumerate(self._lines):
            shade = color(f"run_{at + 1}")
            style = Qt.PenStyle.SolidLine if at < 3 else Qt.PenStyle.DashLine
            line.setPen(pg.mkPen(shade, width=1, style=style))
            line.setSymbolBrush(shade)
        for at, dot in enumerate(self._dots):
            dot.setStyleSheet(f"background: {color(f'run_{at + 1}').name()}; border-radius: 1px;")
        self._marker.setPen(pg.mkPen(color("accent"), width=1))
        self._cursor.setPen(pg.mkPen(color("line_strong"), width=1, style=Qt.PenStyle.DashLine))


def _curve(course: Course, number: Number, align: Align) -> tuple[np.ndarray, np.ndarray]:
    """Places and values to be drawn; both empty if there are none."""
    steps, values = course.curves.line(number.name)
    places = course.place(steps, align)
    known = np.isfinite(places)
    places, values = places[known], values[known]
    if len(values) and not number.measured:
        values = smoothed(values[None], values[:1], 0)[0]
    return places, values

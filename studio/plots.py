"""Curves that draw themselves while numbers arrive: every number kept, a smoothed line over the faint raw."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGraphicsItem, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from core.events import Step
from studio.curves import Cells, Table, cells, envelope
from studio.parts import HelpDot, label, named
from studio.theme import color, theme


@dataclass(frozen=True, slots=True)
class Series:
    field: str  # of events.Step
    title: str
    token: str  # of theme.Palette


LOSSES = (Series("d_loss", "Discriminator", "plot_real"), Series("g_loss", "Generator", "plot_fake"))
SCORES = (
    Series("d_real", "Real", "plot_real"),
    Series("d_fake_before", "Fake", "plot_fake"),
    Series("d_fake_after", "After", "plot_after"),
)


def fields(series: Sequence[Series]) -> list[str]:
    """What the series show of a `Step`."""
    return [each.field for each in series]


class CurvePlot(QWidget):
    """A titled plot of some fields of `Step` over the step, with a legend that reads out the values.

    `scrubbed(step)` when the person presses or drags in the plot.
    """

    scrubbed = Signal(float)

    def __init__(
        self,
        name: str,
        title: str,
        series: Sequence[Series],
        explanation: str,
        *,
        redraw_ms: int,
        y_range: tuple[float, float] | None = None,
    ) -> None:
        super().__init__()
        self._series = list(series)
        self._numbers = Table(1 + 2 * len(self._series))  # step, then raw and smoothed of each
        self._marker_step: float | None = None
        self._y_range = y_range
        self._x_start = self._x_end = -1.0  # what the axes show, once they show anything
        self._y_low = self._y_high = -1.0
        self._small = QFont(self.font())
        self._small.setPixelSize(11)

        self.plot = pg.PlotWidget()
        named(self.plot, name, title)
        self.plot.setAccessibleDescription(explanation)
        self.plot.setMinimumHeight(110)
        item = self.plot.getPlotItem()
        item.setDownsampling(auto=True, mode="peak")
        item.setClipToView(True)
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.setContentsMargins(0, 4, 4, 0)
        item.getAxis("left").setWidth(36)
        item.setLabel("bottom", "step")
        item.getAxis("bottom").setHeight(34)
        for side in ("left", "bottom"):  # text is a third of the cost of a redraw, and seldom changes
            item.getAxis(side).setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._raw = [item.plot() for _ in self._series]
        self._smooth = [item.plot() for _ in self._series]
        self._marker = pg.InfiniteLine(angle=90)
        self._cursor = pg.InfiniteLine(angle=90)
        for line in (self._marker, self._cursor):
            line.hide()
            item.addItem(line, ignoreBounds=True)
        self.plot.scene().sigMouseMoved.connect(self._hover)
        self.plot.scene().sigMouseClicked.connect(self._click)

        self._values = [
            label("", "caption", name=f"{name}Value{i}", accessible=s.title) for i, s in enumerate(series)
        ]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(label(title, "heading"))
        head.addWidget(HelpDot(f"{name}Help", title, explanation))
        head.addStretch(1)
        column.addLayout(head)
        legend = QHBoxLayout()
        legend.setSpacing(10)
        self._dots: list[QLabel] = []
        for each, value in zip(self._series, self._values, strict=True):
            entry = QHBoxLayout()
            entry.setSpacing(4)
            dot = QLabel()
            dot.setFixedSize(8, 3)
            self._dots.append(dot)
            entry.addWidget(dot, 0, Qt.AlignmentFlag.AlignVCenter)
            entry.addWidget(label(each.title, "caption"))
            entry.addWidget(value)
            legend.addLayout(entry)
        legend.addStretch(1)
        column.addLayout(legend)
        self._empty = label("Curves begin with the first steps.", "muted", name=f"{name}Empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.plot)
        column.addWidget(self._pages, 1)

        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(redraw_ms)
        self._redraw.timeout.connect(self._draw)
        theme().changed.connect(self._paint)
        self._paint()
        self._draw()

    def add(self, steps: Sequence[Step]) -> None:
        """Take over the numbers; the curves follow within a second, as every redraw is taken from training.

        Steps that are there already, as after a resume from an older checkpoint, are replaced.
        """
        if not steps:
            return
        numbers = self._numbers
        if numbers.count and steps[0].step <= numbers.column(0)[-1]:
            numbers.keep(int(np.searchsorted(numbers.column(0), steps[0].step)))
        names = ("step", *fields(self._series))
        fresh = np.array([[getattr(step, name) for step in steps] for name in names], np.float64)
        kept = range(len(self._series)) if numbers.count else ()
        past = np.array([numbers.column(2 + 2 * i)[-1] for i in kept]) if kept else None
        numbers.append(cells(fresh, past, numbers.count))
        if not self._redraw.isActive():
            self._redraw.start()

    def load(self, record: Cells) -> None:
        """Show these numbers instead, which `curves.cells` has made of this plot's fields."""
        self._numbers.keep(0)
        self._numbers.append(record)
        self._draw()

    def clear(self) -> None:
        self._numbers.keep(0)
        self.mark(None)
        self._draw()

    def count(self) -> int:
        """How many steps' numbers are kept."""
        return self._numbers.count

    def mark(self, step: float | None) -> None:
        """A line at the step whose faces are shown; None for the newest."""
        self._marker_step = step
        self._marker.setVisible(step is not None)
        if step is not None:
            self._marker.setValue(step)
        self._read_out(step)

    @Slot()
    def _draw(self) -> None:
        steps = self._numbers.column(0)
        self._pages.setCurrentIndex(1 if len(steps) else 0)
        most = 2 * max(200, self.plot.width())  # the least and the greatest of each column of pixels
        for index in range(len(self._series)):
            self._raw[index].setData(*envelope(steps, self._numbers.column(1 + 2 * index), most))
            self._smooth[index].setData(*envelope(steps, self._numbers.column(2 + 2 * index), most))
        self._fit(float(steps[0]) if len(steps) else 0.0, float(steps[-1]) if len(steps) else 0.0)
        self._read_out(self._marker_step)

    def _fit(self, first: float, last: float) -> None:
        """Ranges that hold the curves. They move in leaps, because drawing the axes anew costs most."""
        item = self.plot.getPlotItem()
        if not last <= self._x_end <= max(20.0, 1.5 * last) or first != self._x_start:
            self._x_start, self._x_end = first, max(10.0, 1.06 * last)
            item.setXRange(first, self._x_end, padding=0.01)
        low, high = self._y_range or self._band()
        if not (self._y_low <= low and 0.6 * self._y_high <= high <= self._y_high):
            spare = 1.0 if self._y_range else 1.1
            self._y_low, self._y_high = low, spare * high
            item.setYRange(low, self._y_high, padding=0.02)

    def _band(self) -> tuple[float, float]:
        """From 0 to what holds all but the rare spikes, which would flatten the rest."""
        if not self._numbers.count:
            return 0.0, 4.0
        stride = max(1, self._numbers.count // 5000)
        raw = np.concatenate([self._numbers.column(1 + 2 * i)[::stride] for i in range(len(self._series))])
        raw = raw[np.isfinite(raw)]
        if not len(raw):
            return 0.0, 4.0
        return min(0.0, float(raw.min())), max(1.0, 1.05 * float(np.quantile(raw, 0.995)))

    def _read_out(self, step: float | None) -> None:
        """The legend's values: at a step, or the newest."""
        count = self._numbers.count
        if not count:
            for value in self._values:
                value.setText("")
            return
        index = count - 1
        if step is not None:
            index = min(int(np.searchsorted(self._numbers.column(0), step)), count - 1)
        for position, value in enumerate(self._values):
            value.setText(f"{self._numbers.column(1 + 2 * position)[index]:.2f}")

    def _step_at(self, point: QPointF) -> float | None:
        item = self.plot.getPlotItem()
        if not self._numbers.count or not item.vb.sceneBoundingRect().contains(point):
            return None
        return float(item.vb.mapSceneToView(point).x())

    def _hover(self, point: QPointF) -> None:
        step = self._step_at(point)
        self._cursor.setVisible(step is not None)
        if step is not None:
            self._cursor.setValue(step)
        self._read_out(self._marker_step if step is None else step)

    def _click(self, click: object) -> None:
        step = self._step_at(click.scenePos())  # type: ignore[attr-defined]
        if step is not None:
            self.scrubbed.emit(step)

    def leaveEvent(self, event: object) -> None:
        self._cursor.hide()
        self._read_out(self._marker_step)

    @Slot()
    def _paint(self) -> None:
        """Take the theme's colours."""
        self.plot.setBackground(color("surface"))
        item = self.plot.getPlotItem()
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(color("line")))
            axis.setTextPen(pg.mkPen(color("muted")))
            axis.setTickFont(self._small)
            axis.label.setFont(self._small)
            axis.label.setDefaultTextColor(color("muted"))
            axis.setStyle(tickLength=0, tickTextOffset=6)
        item.showGrid(x=False, y=True, alpha=0.18)
        for position, each in enumerate(self._series):
            faint = color(each.token)
            faint.setAlpha(70)
            self._raw[position].setPen(pg.mkPen(faint, width=1))
            self._smooth[position].setPen(pg.mkPen(color(each.token), width=1))
            self._dots[position].setStyleSheet(f"background: {color(each.token).name()}; border-radius: 1px;")
        self._marker.setPen(pg.mkPen(color("accent"), width=1))
        self._cursor.setPen(pg.mkPen(color("line_strong"), width=1, style=Qt.PenStyle.DashLine))


def loss_plot() -> CurvePlot:
    return CurvePlot(
        "lossPlot",
        "Losses",
        LOSSES,
        "How wrong each network was in its own task. The two play against each other, so neither is meant to "
        "fall to zero: while both stay within a band, learning goes on. A discriminator near 0 with a "
        "generator that climbs means that the discriminator has won and the faces stop improving.",
        redraw_ms=800,
    )


def score_plot() -> CurvePlot:
    return CurvePlot(
        "scorePlot",
        "Discriminator's belief",
        SCORES,
        "The mean probability of being real that the discriminator gives: D(x) to real pictures, D(G(z)) to "
        "generated ones, before (Fake) and after (After) its own update in the same step. 1 is sure of real, "
        "0 is sure of fake, .5 cannot tell. Real near 1 with Fake near 0 means that fakes are easy to spot.",
        redraw_ms=950,  # another rhythm than the losses', so that one turn of the loop seldom draws both
        y_range=(0.0, 1.0),
    )

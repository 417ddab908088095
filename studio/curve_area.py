"""What a chart looks like: its curves, the marks on them, and the lines that follow slider and mouse."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt

from studio.charts import Chart
from studio.curves import envelope
from studio.mark_lines import MarkLines
from studio.marks import Mark
from studio.plot_area import dress, plot_area, show_foot
from studio.theme import color

TOUCH_PX = 4  # so near a mark the mouse points at it


class CurveArea:
    """Of one chart. It keeps no numbers; who has it says what to draw and over which range."""

    def __init__(self, chart: Chart, *, foot: bool) -> None:
        """foot: whether the steps are counted below it."""
        self._chart = chart
        self._x_shown = self._y_shown = (-1.0, -1.0)  # what the axes show, once they show anything
        self.plot = plot_area(chart.name, chart.title, chart.about, "step")
        show_foot(self.plot, shown=foot)
        item = self.plot.getPlotItem()
        if chart.fixed == (0.0, 1.0):
            item.getAxis("left").setTicks([[(0.0, "0"), (0.5, "0.5"), (1.0, "1")]])
        self.raw = [item.plot(connect="finite") for _ in chart.series]
        self.smooth = [item.plot(connect="finite") for _ in chart.series]
        self.marks = MarkLines(item)
        self._marker, self._cursor = pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=90)
        for line in (self._marker, self._cursor):
            line.hide()
            item.addItem(line, ignoreBounds=True)
        self.dress()

    def draw(self, steps: np.ndarray, raw: Sequence[np.ndarray], smooth: Sequence[np.ndarray]) -> None:
        """Steps (n,), and (n,) numbers of each series."""
        most = 2 * max(200, self.plot.width())  # the least and the greatest of each column of pixels
        for index in range(len(self._chart.series)):
            self.raw[index].setData(*envelope(steps, raw[index], most))
            if self._chart.noisy:
                self.smooth[index].setData(*envelope(steps, smooth[index], most))

    def fit(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Ranges that hold the curves; the upper one follows in leaps, unless the chart's is fixed."""
        item = self.plot.getPlotItem()
        if self._x_shown != x:
            self._x_shown = x
            item.setXRange(*x, padding=0.01)
        low, high = y
        if not (self._y_shown[0] <= low and 0.6 * self._y_shown[1] <= high <= self._y_shown[1]):
            self._y_shown = low, high if self._chart.fixed else 1.1 * high
            item.setYRange(*self._y_shown, padding=0.02)

    def show_foot(self, *, shown: bool) -> None:
        show_foot(self.plot, shown=shown)

    def mark(self, step: float | None) -> None:
        """The line of the step whose faces are shown."""
        _place(self._marker, step)

    def point(self, step: float | None) -> list[Mark]:
        """The line under the mouse; the marks that it touches come back."""
        _place(self._cursor, step)
        pixel = float(self.plot.getPlotItem().vb.viewPixelSize()[0])
        return [] if step is None else self.marks.at(step, TOUCH_PX * pixel)

    def step_at(self, point: QPointF) -> float | None:
        """point: in the scene; None beside the curves."""
        view = self.plot.getPlotItem().vb
        return float(view.mapSceneToView(point).x()) if view.sceneBoundingRect().contains(point) else None

    def dress(self) -> None:
        """Take the theme's colours."""
        dress(self.plot)
        for raw, smooth, each in zip(self.raw, self.smooth, self._chart.series, strict=True):
            shade, faint = color(each.token), color(each.token)
            faint.setAlpha(70)
            style = Qt.PenStyle.DashLine if each.dashed else Qt.PenStyle.SolidLine
            raw.setPen(pg.mkPen(faint if self._chart.noisy else shade, width=1, style=style))
            if self._chart.sparse and not each.dashed:
                raw.setSymbol("o")
                raw.setSymbolSize(4)
                raw.setSymbolPen(None)
                raw.setSymbolBrush(shade)
            smooth.setPen(pg.mkPen(shade, width=1))
        self.marks.dress()
        self._marker.setPen(pg.mkPen(color("accent"), width=1))
        self._cursor.setPen(pg.mkPen(color("line_strong"), width=1, style=Qt.PenStyle.DashLine))


def _place(line: pg.InfiniteLine, step: float | None) -> None:
    line.setVisible(step is not None)
    if step is not None:
        line.setValue(step)

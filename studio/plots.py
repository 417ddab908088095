"""Curves that draw themselves while numbers arrive: every number kept, a smoothed line over the faint raw."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PySide6.QtCore import QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QCursor, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QToolTip, QVBoxLayout, QWidget

from studio.charts import Chart
from studio.curves import Cells, Table, cells, nearest
from studio.marks import Mark
from studio.parts import HelpDot, label
from studio.theme import color, theme

if TYPE_CHECKING:  # at run time it would bring pyqtgraph along
    from studio.curve_area import CurveArea


class Numbered(Protocol):
    @property
    def step(self) -> int: ...


class StepAxis:
    """The steps that plots which stand above each other show.

    It moves in leaps, because drawing the axes anew costs most.
    """

    def __init__(self) -> None:
        self.start, self.end = 0.0, 10.0

    def reach(self, first: float, last: float) -> bool:
        """Hold these steps; whether the axis has moved."""
        if self.start == first and last <= self.end <= max(20.0, 1.5 * last):
            return False
        self.start, self.end = first, max(10.0, 1.06 * last)
        return True


class CurvePlot(QWidget):
    """A titled plot over the step, with a legend that reads out the values.

    `scrubbed(step)` when the person presses in the plot. `foot`: the steps are counted below it.
    """

    scrubbed = Signal(float)

    def __init__(
        self, chart: Chart, axis: StepAxis | None = None, *, redraw_ms: int = 800, foot: bool = True
    ) -> None:
        super().__init__()
        self.chart, self.foot = chart, foot
        self._axis = axis or StepAxis()
        self._own_axis = axis is None
        self._numbers = Table(1 + 2 * len(chart.series))  # step, then raw and smoothed of each
        self._known = False  # whether there is any number to draw
        self._marker_step: float | None = None
        self._marks: Sequence[Mark] = ()
        self._area: CurveArea | None = None
        self._lay_out()
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(redraw_ms)
        self._redraw.timeout.connect(self._draw_if_seen)
        theme().changed.connect(self._paint)
        self._paint()
        self._draw()

    @property
    def area(self) -> "CurveArea":
        """Where the curves are drawn; made when there is something to draw, or on being asked for.

        pyqtgraph takes half a second to import and a plot some 30 ms, which the first look need not wait for.
        """
        if self._area is None:
            from studio.curve_area import CurveArea

            self._area = CurveArea(self.chart, foot=self.foot)
            self._area.mark(self._marker_step)
            self._area.marks.show_marks(self._marks)
            self._area.plot.scene().sigMouseMoved.connect(self._hover)
            self._area.plot.scene().sigMouseClicked.connect(self._click)
            self._pages.addWidget(self._area.plot)
        return self._area

    def _lay_out(self) -> None:
        chart = self.chart
        self.help = HelpDot(f"{chart.name}Help", chart.title, chart.explanation)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(label(chart.title, "heading"))
        head.addWidget(self.help)
        head.addStretch(1)
        self._values = [
            label("", "caption", name=f"{chart.name}Value{i}", accessible=each.title)
            for i, each in enumerate(chart.series)
        ]
        self._dots = [QLabel() for _ in chart.series]
        legend = QHBoxLayout()
        legend.setSpacing(8)
        for each, dot, value in zip(chart.series, self._dots, self._values, strict=True):
            dot.setFixedSize(8, 3)
            entry = QHBoxLayout()
            entry.setSpacing(3)
            entry.addWidget(dot, 0, Qt.AlignmentFlag.AlignVCenter)
            entry.addWidget(label(each.title, "caption"))
            entry.addWidget(value)
            legend.addLayout(entry)
        legend.addStretch(1)
        self._empty = label(chart.empty, "muted", name=f"{chart.name}Empty", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(legend)
        column.addWidget(self._pages, 1)

    # The numbers

    def add(self, rows: Sequence[Numbered]) -> None:
        """Take over the numbers; the curves follow within a second, as every redraw is taken from training.

        Steps that are there already, as after a resume from an older checkpoint, are replaced.
        """
        if not rows:
            return
        numbers = self._numbers
        if numbers.count and rows[0].step <= numbers.column(0)[-1]:
            numbers.keep(int(np.searchsorted(numbers.column(0), rows[0].step)))
        fresh = numbers_of(self.chart, lambda name: [getattr(row, name) for row in rows])
        past = None
        if numbers.count:
            past = np.array([numbers.column(2 + 2 * i)[-1] for i in range(len(self.chart.series))])
        numbers.append(cells(fresh, past, numbers.count))
        self._known = self._known or bool(np.isfinite(fresh[1:]).any())
        self.refresh()

    def load(self, record: Cells) -> None:
        """Show these numbers instead, made of `numbers_of` this chart by `curves.cells`."""
        self._numbers.keep(0)
        self._numbers.append(record)
        self._look_again()

    def cut(self, step: int) -> None:
        """Forget what comes after a step."""
        if self._numbers.count:
            self._numbers.keep(int(np.searchsorted(self._numbers.column(0), step, side="right")))
            self._look_again()

    def clear(self) -> None:
        self._numbers.keep(0)
        self.show_marks([])
        self.mark(None)
        self._look_again()

    def count(self) -> int:
        """How many steps' numbers are kept."""
        return self._numbers.count

    # What is shown

    def mark(self, step: float | None) -> None:
        """A line at the step whose faces are shown; None for the newest."""
        self._marker_step = step
        if self._area is not None:
            self._area.mark(step)
        self._read_out(step)

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """What happened to the run."""
        self._marks = list(marks)
        if self._area is not None:
            self._area.marks.show_marks(self._marks)

    def show_foot(self, shown: bool) -> None:
        """Whether the steps are counted below it."""
        self.foot = shown
        if self._area is not None:
            self._area.show_foot(shown=shown)

    def refresh(self) -> None:
        """Draw anew before long."""
        if not self._redraw.isActive():
            self._redraw.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def _look_again(self) -> None:
        raw = (self._numbers.column(1 + 2 * i) for i in range(len(self.chart.series)))
        self._known = any(bool(np.isfinite(each).any()) for each in raw)
        self._draw_if_seen()
        self._read_out(self._marker_step)

    @Slot()
    def _draw_if_seen(self) -> None:
        if self.isVisible():  # else it is drawn when it is shown
            self._draw()

    @Slot()
    def _draw(self) -> None:
        steps = self._numbers.column(0)
        self._empty.setText(self.chart.unrecorded if len(steps) else self.chart.empty)
        if self._known or self._area is not None:
            places = range(len(self.chart.series))
            raw = [self._numbers.column(1 + 2 * place) for place in places]
            self.area.draw(steps, raw, [self._numbers.column(2 + 2 * place) for place in places])
            if self._own_axis:
                self._axis.reach(*(float(steps[end]) if len(steps) else 0.0 for end in (0, -1)))
            self.area.fit((self._axis.start, self._axis.end), self.chart.fixed or self._band())
        self._pages.setCurrentIndex(1 if self._known else 0)
        self._read_out(self._marker_step)

    def _band(self) -> tuple[float, float]:
        """From 0 to what holds all but the rare spikes, which would flatten the rest."""
        least = self.chart.kept
        stride = max(1, self._numbers.count // 5000)
        raw = np.concatenate(
            [self._numbers.column(1 + 2 * i)[::stride] for i in range(len(self.chart.series))]
        )
        raw = raw[np.isfinite(raw)]
        if not len(raw):
            return 0.0, least or 1.0
        share = 1.0 if self.chart.sparse else 0.995
        high = max(least, 1.05 * float(np.quantile(raw, share)))
        return min(0.0, float(raw.min())), high or 1.0

    def _read_out(self, step: float | None) -> None:
        """The legend's values: at a step, or the newest."""
        count = self._numbers.count
        index = 0
        if count:
            index = count - 1 if step is None else nearest(self._numbers.column(0), step)
        for position, value in enumerate(self._values):
            number = self._numbers.column(1 + 2 * position)[index] if count else np.nan
            value.setText(self.chart.read(number) if np.isfinite(number) else "")

    # The mouse

    def _step_at(self, point: QPointF) -> float | None:
        return self.area.step_at(point) if self._numbers.count else None

    def _hover(self, point: QPointF) -> None:
        step = self._step_at(point)
        found = self.area.point(step)
        if found:
            QToolTip.showText(QCursor.pos(), "\n".join(each.text for each in found), self.area.plot)
        elif step is not None and QToolTip.isVisible():
            QToolTip.hideText()
        self._read_out(self._marker_step if step is None else step)

    def _click(self, click: object) -> None:
        step = self._step_at(click.scenePos())  # type: ignore[attr-defined]
        if step is not None:
            self.scrubbed.emit(step)

    def leaveEvent(self, event: object) -> None:
        if self._area is not None:
            self._area.point(None)
        self._read_out(self._marker_step)

    @Slot()
    def _paint(self) -> None:
        """Take the theme's colours."""
        for dot, each in zip(self._dots, self.chart.series, strict=True):
            shade = color(each.token)
            if each.dashed:
                dot.setStyleSheet(f"background: {dashes(shade)};")
            else:
                dot.setStyleSheet(f"background: {shade.name()}; border-radius: 1px;")
        if self._area is not None:
            self._area.dress()


def dashes(shade: QColor) -> str:
    """The ground of a legend's dot that stands for a dashed line."""
    name = shade.name()
    return (
        f"qlineargradient(x1:0, y1:0, x2:1, y2:0, stop:0 {name}, stop:0.38 {name}, stop:0.39 transparent, "
        f"stop:0.61 transparent, stop:0.62 {name}, stop:1 {name})"
    )


def numbers_of(chart: Chart, read: Callable[[str], Sequence[object]]) -> Cells:
    """Steps and raw values of a chart, (1 + k, n); read(field) gives one value a step, None if not known."""
    numbers = np.array([read(name) for name in ("step", *chart.fields)], np.float64)  # None becomes NaN
    if chart.zero_is_unknown:
        numbers[1:][numbers[1:] == 0] = np.nan
    return numbers

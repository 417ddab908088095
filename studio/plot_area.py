"""The area that curves and histograms are drawn in, in the theme's colours."""

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGraphicsItem

from studio.parts import named
from studio.theme import color
from studio.words import brief

AXIS_PX, FOOT_PX = 36, 20
END_PX = 8  # how far a number reaches over the end of the left axis


class FootAxis(pg.AxisItem):  # type: ignore[misc]
    """The lower axis; its word stands in the corner beside the numbers and takes no line of its own."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.setHeight(FOOT_PX)

    def resizeEvent(self, event: object = None) -> None:
        self.label.setPos(-AXIS_PX, 1)


class LeftAxis(pg.AxisItem):  # type: ignore[misc]
    """The left axis; its numbers fit however small they are, at its ends too."""

    def __init__(self) -> None:
        super().__init__("left")
        self.setWidth(AXIS_PX)

    def boundingRect(self) -> QRectF:
        rect: QRectF = super().boundingRect()
        return rect.adjusted(0, -END_PX, 0, END_PX)

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [brief(round(value, 9)) for value in values]


def plot_area(name: str, title: str, about: str, foot: str) -> pg.PlotWidget:
    """An empty one that the mouse does not move; `foot` is what its lower axis counts."""
    area = pg.PlotWidget(axisItems={"bottom": FootAxis(), "left": LeftAxis()})
    named(area, name, title)
    area.setAccessibleDescription(about)
    area.setMinimumHeight(56)
    area.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is focused and spoken of is the area itself
    item = area.getPlotItem()
    item.setDownsampling(auto=True, mode="peak")
    item.setClipToView(True)
    item.setMenuEnabled(False)
    item.hideButtons()
    item.setMouseEnabled(x=False, y=False)
    item.setLabel("bottom", foot)
    show_foot(area, shown=True)
    for side in ("left", "bottom"):  # text is a third of the cost of a redraw, and seldom changes
        item.getAxis(side).setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
    return area


def show_foot(area: pg.PlotWidget, *, shown: bool) -> None:
    """With or without numbers below; without them it stands on another one that has them."""
    item = area.getPlotItem()
    axis = item.getAxis("bottom")
    axis.setStyle(showValues=shown)
    axis.showLabel(shown)
    axis.setHeight(FOOT_PX if shown else 1)
    item.setContentsMargins(0, END_PX, 4, 0 if shown else END_PX)


def dress(area: pg.PlotWidget) -> None:
    """Give it the theme's colours."""
    small = QFont(area.font())
    small.setPixelSize(11)
    area.setBackground(color("surface"))
    item = area.getPlotItem()
    for side in ("left", "bottom"):
        axis = item.getAxis(side)
        axis.setPen(pg.mkPen(color("line")))
        axis.setTextPen(pg.mkPen(color("muted")))
        axis.setTickFont(small)
        axis.label.setFont(small)
        axis.label.setDefaultTextColor(color("muted"))
        axis.setStyle(tickLength=0, tickTextOffset=6)
    item.showGrid(x=False, y=True, alpha=0.18)

"""What overlaid histograms look like."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from studio.plot_area import dress, plot_area
from studio.theme import color


class HistogramArea:
    """Filled hills over each other, a colour for each."""

    def __init__(self, name: str, title: str, about: str, tokens: Sequence[str]) -> None:
        """tokens: the theme's colours, one for each hill."""
        self._tokens = tokens
        self.plot = plot_area(name, title, about, "score")
        self.plot.getPlotItem().hideAxis("left")
        self.hills = [self.plot.getPlotItem().plot(stepMode="center", fillLevel=0) for _ in tokens]
        self.dress()

    def draw(self, edges: np.ndarray, counts: Sequence[np.ndarray]) -> None:
        """edges: (n + 1,); counts: (n,) of each hill, shown as shares of their sum."""
        highest = 0.0
        for hill, each in zip(self.hills, counts, strict=True):
            shares = each / max(1, each.sum())
            hill.setData(edges, shares)
            highest = max(highest, float(shares.max()))
        item = self.plot.getPlotItem()
        item.setXRange(float(edges[0]), float(edges[-1]), padding=0.01)
        item.setYRange(0.0, 1.05 * highest or 1.0, padding=0)

    def dress(self) -> None:
        """Take the theme's colours."""
        dress(self.plot)
        self.plot.getPlotItem().showGrid(x=False, y=False)
        for hill, token in zip(self.hills, self._tokens, strict=True):
            shade, veil = color(token), QColor(color(token))
            veil.setAlpha(70)
            hill.setPen(pg.mkPen(shade, width=1))
            hill.setFillBrush(veil)

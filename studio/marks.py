"""What happened to a run, as thin vertical lines on its curves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import pyqtgraph as pg
from PySide6.QtCore import Qt

from studio.theme import color

Kind = Literal["best", "knob", "returned", "alarm"]
TITLES: dict[Kind, str] = {"best": "Best", "knob": "Setting", "returned": "Return", "alarm": "Alarm"}
TOKENS: dict[Kind, str] = {"best": "good", "knob": "muted", "returned": "danger", "alarm": "warn"}


@dataclass(frozen=True, slots=True)
class Mark:
    step: int
    kind: Kind
    text: str  # a few words on what happened


class History:
    """The marks of the run that is shown, by step; there is one best checkpoint at a time."""

    def __init__(self) -> None:
        self._marks: list[Mark] = []

    @property
    def marks(self) -> Sequence[Mark]:
        return self._marks

    def add(self, fresh: Iterable[Mark]) -> None:
        for mark in fresh:
            self._marks = [each for each in self._marks if not _replaced(each, mark)]
            self._marks.append(mark)
        self._marks.sort(key=lambda each: (each.step, list(TITLES).index(each.kind)))

    def cut(self, step: int) -> None:
        """The run went back to `step`: what happened later is undone."""
        self._marks = [each for each in self._marks if each.step <= step]

    def clear(self) -> None:
        self._marks = []


def _replaced(old: Mark, new: Mark) -> bool:
    return old == new or (new.kind == "best" and old.kind == "best")


class MarkLines:
    """The lines in one plot."""

    def __init__(self, item: pg.PlotItem) -> None:
        self._item = item
        self._lines: list[tuple[Mark, pg.InfiniteLine]] = []

    def show(self, marks: Sequence[Mark]) -> None:
        if list(marks) == [mark for mark, _ in self._lines]:
            return
        for _, line in self._lines:
            self._item.removeItem(line)
        self._lines = []
        for _, group in groupby(marks, key=lambda each: each.step):
            together = list(group)  # of the same step: one above the other
            for place, mark in enumerate(together):
                span = place / len(together), (place + 1) / len(together)
                self._lines.append((mark, self._line(mark, span)))
        self.paint()

    def at(self, step: float, reach: float) -> list[Mark]:
        """The marks within `reach` steps."""
        return [mark for mark, _ in self._lines if abs(mark.step - step) <= reach]

    def paint(self) -> None:
        """Take the theme's colours."""
        for mark, line in self._lines:
            shade = color(TOKENS[mark.kind])
            style = Qt.PenStyle.SolidLine if mark.kind == "best" else Qt.PenStyle.DotLine
            line.setPen(pg.mkPen(shade, width=1, style=style))

    def _line(self, mark: Mark, span: tuple[float, float]) -> pg.InfiniteLine:
        line = pg.InfiniteLine(mark.step, angle=90, span=span)
        line.setZValue(-10)
        self._item.addItem(line, ignoreBounds=True)
        return line

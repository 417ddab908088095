"""What differs between runs, and what came of it, in two tables."""

import re
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QColor, QIcon, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.comparison import Comparison, Outcome
from studio.parts import Combo, EmptyState, HelpDot, Segmented, named
from studio.theme import color, theme
from studio.words import short, span

SETTINGS, NUMBERS = range(2)
NAME_WIDTH, LEAST_WIDTH = 126, 80  # of columns


class CompareTables(QWidget):
    """Settings that differ; numbers at the end, at their best, at the same step and after the same time."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "compareTables", "What differs, and what came of it")
        self._comparison: Comparison | None = None
        self._rows = QTimer(self)  # lines wrap anew once the columns have their widths
        self._rows.setSingleShot(True)
        self._rows.timeout.connect(self._fit_rows)
        self.views = Segmented(
            [("compareSettings", "Settings"), ("compareNumbers", "Numbers")], "What the table shows"
        )
        self.views.chosen.connect(self._show_view)
        self.moment = Combo("compareMoment", "Which moment the numbers are of")
        self.moment.activated.connect(self._fill_numbers)
        self._help = HelpDot(
            "compareNumbersHelp",
            "these numbers",
            "Coverage, density, KID and FID are the last that was measured by then. All others change from "
            "step to step: each is the mean of the twentieth of the run before that moment.",
        )
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.views)
        head.addWidget(self.moment, 1)
        head.addWidget(self._help)
        head.addStretch(0)
        self.settings = _table("compareSettingsTable", "Settings that differ")
        self.numbers = _table("compareNumbersTable", "Numbers of the runs")
        self._same = EmptyState(
            "tick",
            "The same settings",
            "Nothing differs in what these runs were told to do.",
            name="compareSame",
        )
        self._pages = QStackedWidget()
        for page in (self.settings, self.numbers, self._same):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._pages, 1)
        for table in (self.settings, self.numbers):
            table.horizontalHeader().sectionResized.connect(self._fit_soon)
        theme().changed.connect(self._paint)
        self._show_view(SETTINGS)

    def show_comparison(self, comparison: Comparison) -> None:
        """The choices of view and moment stay."""
        at = max(0, self.moment.currentIndex())
        self._comparison = comparison
        self.moment.clear()
        self.moment.addItems(["At the end", "At their best", f"At step {comparison.common_step:,}"])
        if comparison.common_seconds == comparison.common_seconds:
            self.moment.addItem(f"After {span(comparison.common_seconds)}")
        self.moment.setCurrentIndex(min(at, self.moment.count() - 1))
        titles = [each.title for each in comparison.runs]
        _fill(self.settings, titles, [(each.label, list(each.texts)) for each in comparison.differences])
        self._fill_numbers()
        self._paint()
        self._show_view(self.views.current())

    @Slot()
    def _fill_numbers(self) -> None:
        comparison = self._comparison
        if comparison is None:
            return
        moment = self.moment.currentIndex()
        rows = []
        if moment == 0:
            rows.append(("Steps", [f"{each.step:,}" for each in comparison.runs]))
            rows.append(("Training time", [span(each.curves.last_seconds) for each in comparison.runs]))
        for number in comparison.numbers():
            told = [_told(comparison.outcome(each, number), moment) for each in comparison.runs]
            if any(told):
                rows.append((number.title, [each or "–" for each in told]))
        _fill(self.numbers, [each.title for each in comparison.runs], rows)
        self._paint()

    @Slot(int)
    def _show_view(self, view: int) -> None:
        self.moment.setVisible(view == NUMBERS)
        self._help.setVisible(view == NUMBERS)
        same = view == SETTINGS and self._comparison is not None and not self._comparison.differences
        self._pages.setCurrentWidget(self._same if same else (self.settings, self.numbers)[view])
        self._fit_soon()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_soon()

    @Slot()
    def _fit_soon(self) -> None:
        self._rows.start()

    @Slot()
    def _fit_rows(self) -> None:
        for table in (self.settings, self.numbers):
            table.resizeRowsToContents()

    @Slot()
    def _paint(self) -> None:
        """The runs' colours before their names, and the theme's."""
        for table in (self.settings, self.numbers):
            for at in range(1, table.columnCount()):
                _header(table, at).setIcon(_dot(color(f"run_{at}")))
            for row in range(table.rowCount()):
                name = table.item(row, 0)
                if name is not None:
                    name.setForeground(color("muted"))


def _told(outcome: Outcome, moment: int) -> str:
    if moment == 1:
        best = outcome.best
        return "" if best is None else f"{short(best.value)} at step {best.step:,}"
    value = (outcome.final, None, outcome.at_step, outcome.at_time)[moment]
    return "" if value is None else short(value)


def _table(name: str, accessible: str) -> QTableWidget:
    table = QTableWidget(0, 0)
    named(table, name, accessible)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setShowGrid(False)
    table.setWordWrap(True)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setMinimumSectionSize(LEAST_WIDTH)
    header.setTextElideMode(Qt.TextElideMode.ElideRight)
    header.setHighlightSections(False)
    return table


def _fill(table: QTableWidget, titles: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> None:
    """A row each: its name, and one value a run."""
    table.setColumnCount(1 + len(titles))
    table.setRowCount(len(rows))
    table.setHorizontalHeaderLabels(["", *_undated(titles)])
    header = table.horizontalHeader()
    for column in range(1, 1 + len(titles)):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
    table.setColumnWidth(0, NAME_WIDTH)
    for at, title in enumerate(titles):
        _header(table, at + 1).setToolTip(title)
    for row, (name, values) in enumerate(rows):
        for column, text in enumerate([name, *values]):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            table.setItem(row, column, item)
    table.resizeRowsToContents()


def _undated(titles: Sequence[str]) -> list[str]:
    """Without the date that new runs' names begin with, where the rest tells them apart."""
    shorter = [re.sub(r"^\d{4}-\d\d-\d\d ", "", title) for title in titles]
    return shorter if len(set(shorter)) == len(titles) else list(titles)


def _header(table: QTableWidget, column: int) -> QTableWidgetItem:
    item = table.horizontalHeaderItem(column)
    assert item is not None, "the header has been filled"
    return item


def _dot(shade: QColor) -> QIcon:
    pixels = QPixmap(10, 10)
    pixels.fill(shade)
    return QIcon(pixels)

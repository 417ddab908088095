"""What differs between runs, and what came of it, in two tables."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPixmap, QShowEvent
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

from core.comparison import Outcome
from studio.panels.differences import in_words
from studio.panels.side_by_side import SideBySide
from studio.parts import Combo, EmptyState, HelpDot, Segmented, label, named
from studio.theme import color, theme
from studio.words import short, span

SETTINGS, NUMBERS = range(2)
BEST = 1  # among the moments
NAME_WIDTH, LEAST_WIDTH = 128, 128  # of columns
FRAME = 24  # of a table, and the bar that scrolls it
NAME_PX, PADDING = 12, 8  # as the style sheet has them


class CompareTables(QWidget):
    """Settings that differ; numbers at the end, at their best, at the same step and after the same time."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "compareTables", "What differs, and what came of it")
        self._runs: SideBySide | None = None
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
        self._best = label(
            "Only numbers of which one end is the better one have a best.",
            "caption",
            name="compareBestNote",
            wrap=True,
        )
        self._pages = QStackedWidget()
        for page in (self.settings, self.numbers, self._same):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._best)
        column.addWidget(self._pages, 1)
        self.setMinimumWidth(NAME_WIDTH + 2 * LEAST_WIDTH + FRAME)
        for table in (self.settings, self.numbers):
            table.horizontalHeader().sectionResized.connect(self._fit_soon)
        theme().changed.connect(self._paint)
        self._show_view(SETTINGS)

    def show_runs(self, runs: SideBySide) -> None:
        """The choices of view and moment stay."""
        at = max(0, self.moment.currentIndex())
        comparison = runs.comparison
        self._runs = runs
        self.moment.clear()
        self.moment.addItems(["At the end", "At their best", f"At step {comparison.common_step:,}"])
        if comparison.common_seconds == comparison.common_seconds:
            self.moment.addItem(f"After {span(comparison.common_seconds)}")
        self.moment.setCurrentIndex(min(at, self.moment.count() - 1))
        _fill(self.settings, runs, [(each.label, in_words(each)) for each in comparison.differences])
        self._fill_numbers()
        self._show_view(self.views.current())

    @Slot()
    def _fill_numbers(self) -> None:
        if self._runs is None:
            return
        comparison = self._runs.comparison
        moment = self.moment.currentIndex()
        rows = []
        if moment == 0:
            rows.append(("Steps", [f"{each.step:,}" for each in comparison.runs]))
            rows.append(("Training time", [span(each.curves.last_seconds) for each in comparison.runs]))
        for number in comparison.numbers():
            told = [_told(comparison.outcome(each, number), moment) for each in comparison.runs]
            if any(told):
                rows.append((number.title, [each or "–" for each in told]))
        _fill(self.numbers, self._runs, rows)
        self._show_view(self.views.current())

    @Slot(int)
    def _show_view(self, view: int) -> None:
        self.moment.setVisible(view == NUMBERS)
        self._best.setVisible(view == NUMBERS and self.moment.currentIndex() == BEST)
        self._help.setVisible(view == NUMBERS)
        same = view == SETTINGS and self._runs is not None and not self._runs.comparison.differences
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
        table = self._pages.currentWidget()
        if isinstance(table, QTableWidget):
            table.resizeRowsToContents()

    @Slot()
    def _paint(self) -> None:
        """The runs' colours before their names."""
        for table in (self.settings, self.numbers):
            _colour(table)


def _told(outcome: Outcome, moment: int) -> str:
    if moment == BEST:
        best = outcome.best
        return "" if best is None else f"{short(best.value)}\nat step {best.step:,}"
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
    names, header = _Names(), table.horizontalHeader()
    table.setVerticalHeader(names)
    named(names, f"{name}Rows", f"{accessible}: what is compared")
    named(header, f"{name}Columns", f"{accessible}: the runs")
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setMinimumSectionSize(LEAST_WIDTH)
    header.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    header.setHighlightSections(False)
    header.setIconSize(QSize(10, 10))
    header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)  # and below the least width, scrolled
    return table


class _Names(QHeaderView):
    """What the rows are called, in as many lines as it takes; stays in place while the values scroll."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        self.setDefaultAlignment(Qt.AlignmentFlag(flags))
        self.setFixedWidth(NAME_WIDTH)
        self.setHighlightSections(False)

    def sectionSizeFromContents(self, index: int) -> QSize:
        font = QFont(self.font())
        font.setPixelSize(NAME_PX)
        room = QRect(0, 0, NAME_WIDTH - 2 * PADDING, 1000)
        text = str(self.model().headerData(index, self.orientation()))
        lines = QFontMetrics(font).boundingRect(room, Qt.TextFlag.TextWordWrap, text)
        return QSize(NAME_WIDTH, lines.height() + PADDING)


def _fill(table: QTableWidget, runs: SideBySide, rows: Sequence[tuple[str, Sequence[str]]]) -> None:
    """A row each: its name, and one value a run."""
    table.setUpdatesEnabled(False)
    table.clear()
    table.setColumnCount(len(runs.courses))
    table.setRowCount(len(rows))
    table.setHorizontalHeaderLabels([each.name for each in runs.courses])
    table.setVerticalHeaderLabels([name for name, _ in rows])
    for at, course in enumerate(runs.courses):
        _header(table, at).setToolTip(course.compared.title)
    for row, (_, values) in enumerate(rows):
        for column, text in enumerate(values):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            table.setItem(row, column, item)
    _colour(table)
    table.setUpdatesEnabled(True)


def _colour(table: QTableWidget) -> None:
    for at in range(table.columnCount()):
        _header(table, at).setIcon(_dot(color(f"run_{at + 1}")))


def _header(table: QTableWidget, column: int) -> QTableWidgetItem:
    item = table.horizontalHeaderItem(column)
    assert item is not None, "the header has been filled"
    return item


def _dot(shade: QColor) -> QIcon:
    pixels = QPixmap(10, 10)
    pixels.fill(shade)
    return QIcon(pixels)

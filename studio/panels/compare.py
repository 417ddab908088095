"""Two or more runs side by side: curves over each other, faces under one slider, settings that differ."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from core.runs import Run
from studio.jobs import NewestWins
from studio.panels.compare_faces import CompareFaces
from studio.panels.compare_plot import ComparePlot
from studio.panels.compare_tables import CompareTables
from studio.panels.curve_export import CurveExport
from studio.panels.side_by_side import Align, SideBySide, left_out, read_side_by_side
from studio.parts import Button, Card, EmptyState, HelpDot, IconButton, Segmented, label, named
from studio.words import count

ALIGNS: tuple[Align, ...] = ("step", "time", "share")
READING = ("Reading the runs", "All their numbers are read, which takes a moment for long ones.")


class ComparePage(QWidget):
    """`left` when the person goes back to the list, or when the runs cannot be read; `message` says why."""

    left = Signal()
    message = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        named(self, "comparePage", "Runs side by side")
        self._folders: list[Path] = []
        self._runs: SideBySide | None = None
        self._reader = NewestWins(read_side_by_side, self)
        self._reader.result.connect(self._show)
        self._reader.failed.connect(self._fail)
        self._export = CurveExport(self)
        self._export.message.connect(self.message)
        self._build()
        QShortcut(
            QKeySequence(Qt.Key.Key_Escape), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
        ).activated.connect(self.leave)

    def _build(self) -> None:
        self._back = IconButton("chevron-left", "compareBackButton", "Back to the runs")
        self._back.clicked.connect(self.leave)
        self._title = label("Compare", "title", name="compareTitle")
        self._title.setMinimumHeight(36)
        self.align = Segmented(
            [("alignStep", "By step"), ("alignTime", "By time"), ("alignShare", "By share")],
            "What counts as the same moment",
        )
        self.align.chosen.connect(self._align)
        self._time = self.align.findChild(Button, "alignTime")
        help_dot = HelpDot(
            "alignHelp",
            "the same moment",
            "What counts as the same moment of several runs, for the faces and for the curves. By step: "
            "after as many updates. By time: after as long a training, which is fair where one run is slower "
            "at each step. By share: after the same part of each run, whatever its length.",
        )
        again = IconButton("refresh", "compareRefreshButton", "Read the runs again")
        again.clicked.connect(self.refresh)
        self._save = self._export.button(self.runs)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._back)
        head.addWidget(self._title)
        head.addStretch(1)
        for widget in (self.align, help_dot, self._save, again):
            head.addWidget(widget)
        self.faces, self.plot, self.tables = CompareFaces(), ComparePlot(), CompareTables()
        self.faces.moved.connect(self.plot.mark)
        self.faces.message.connect(self.message)
        self.faces.drawn.connect(self._lay_open)
        self.plot.sought.connect(self.faces.seek)
        self._rows = left = QSplitter(Qt.Orientation.Vertical)
        named(left, "compareSplitter", "Height of the faces and the curves")
        for part, share in ((self.faces, 3), (self.plot, 2)):
            card = Card(margin=12)
            card.body.addWidget(part)
            left.addWidget(card)
            left.setStretchFactor(left.count() - 1, share)
        right = Card(margin=12)
        right.body.addWidget(self.tables)
        self._columns = whole = QSplitter(Qt.Orientation.Horizontal)
        named(whole, "compareColumns", "Width of the pictures and the tables")
        whole.addWidget(left)
        whole.addWidget(right)
        whole.setStretchFactor(0, 5)
        whole.setStretchFactor(1, 3)
        for splitter in (left, whole):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(12)
        self._pages = QStackedWidget()
        self._pages.addWidget(EmptyState("compare", *READING, name="compareReading"))
        self._pages.addWidget(whole)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._pages, 1)

    def open(self, folders: Sequence[Path]) -> None:
        """Compare these runs."""
        self._folders = list(folders)
        self._runs = None
        self._title.setText(f"Compare {count(len(folders), 'run')}")
        self._pages.setCurrentIndex(0)
        self._save.setEnabled(False)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read the runs again; what is looked at stays."""
        if self._folders:
            self._reader.request(list(self._folders))

    @Slot()
    def leave(self) -> None:
        """Back to the list."""
        self._folders = []
        self.left.emit()

    def runs(self) -> list[Run]:
        return [] if self._runs is None else [each.run for each in self._runs.comparison.runs]

    def close_down(self) -> None:
        """End the threads."""
        self._reader.close()
        self.faces.close_down()

    @Slot(object)
    def _show(self, runs: SideBySide) -> None:
        if list(runs.asked) != self._folders:
            return  # others were chosen meanwhile, or none
        if runs.gone:
            self._folders = [each.run.folder for each in runs.comparison.runs]
            self.message.emit(left_out(runs.gone))
        self._title.setText(f"Compare {count(len(runs.courses), 'run')}")
        if self._runs is None:  # many grids beside each other are small
            several = len(runs.courses)
            self._rows.setSizes([340, 340] if several == 3 else [420, 260])
            self._columns.setSizes([640, 360] if several == 2 else [570, 430] if several == 3 else [500, 500])
        self._runs = runs
        assert self._time is not None
        self._time.setEnabled(runs.timed)
        self._time.setToolTip("" if runs.timed else "One of these runs did not record its training time")
        if not runs.timed and self._chosen() == "time":
            self.align.choose(0)
        self.plot.show_runs(runs, self._chosen())
        self.faces.show_runs(runs, self._chosen())
        self.tables.show_runs(runs)
        self._save.setEnabled(True)

    @Slot()
    def _lay_open(self) -> None:
        """The first faces are there: before them the page would be half empty."""
        if self._runs is not None:
            self._pages.setCurrentIndex(1)

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        if self._folders:
            self.message.emit(sentence)
            self.leave()

    def _chosen(self) -> Align:
        return ALIGNS[self.align.current()]

    @Slot(int)
    def _align(self, _: int) -> None:
        if self._runs is not None:
            self.plot.align(self._chosen())
            self.faces.align(self._chosen())

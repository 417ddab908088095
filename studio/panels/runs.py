"""The Runs workspace: every run, and what can be done with it."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelectionModel,
    QPoint,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    QUrl,
    Signal,
    SignalInstance,
    Slot,
)
from PySide6.QtGui import QDesktopServices, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.runs import Run, default_runs_folder
from studio.jobs import NewestWins, run_job
from studio.panels.compare_choice import CompareChoice
from studio.panels.curve_export import CurveExport
from studio.panels.listing import ListedRun, find_runs
from studio.panels.run_details import RunDetails
from studio.panels.run_list import EXPLORABLE, SEARCH, THUMBNAIL, RunDelegate, RunsModel
from studio.panels.side_by_side import MOST
from studio.panels.thumbnails import Thumbnail, details, thumbnails
from studio.panels.trash import Trash
from studio.parts import Button, EmptyState, IconButton, label, named

if TYPE_CHECKING:
    from studio.panels.compare import ComparePage

EMPTY = (
    "No run yet",
    "Every training is kept here with its faces, its curves and its checkpoints. Open the Train workspace "
    "(Ctrl+1) and press Start.",
)
NO_MATCH = ("Nothing found", "No run has these words in its name, pictures, preset, state or date.")
REFRESH_MS = 4000  # while the list is seen; another program may be training
AT_ONCE = 8  # thumbnails made before the list is repainted
EMPTY_PAGE, LIST_PAGE, COMPARE_PAGE = range(3)
_FLAGS = QItemSelectionModel.SelectionFlag


class RunsPanel(QWidget):
    """Lists and draws in worker threads; emits intent, and deletes only to the trash."""

    open_requested = Signal(object)
    watch_requested = Signal(object)
    resume_requested = Signal(object)
    message = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "runsPanel", "Runs")
        self._running: Path | None = None
        self._drawing = False
        self._choosing = False  # several runs, to be compared
        self._export = CurveExport(self)
        self._model = RunsModel()
        self._found = QSortFilterProxyModel(self)
        self._found.setSourceModel(self._model)
        self._found.setFilterRole(SEARCH)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._lister = NewestWins(find_runs, self)
        self._looker = NewestWins(details, self)
        self._trash = Trash(self)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._build()
        self._connect()

    def _build(self) -> None:
        self._search = QLineEdit()
        named(self._search, "runsSearch", "Search the runs")
        self._search.setPlaceholderText("Search")
        self._search.setClearButtonEnabled(True)
        self._search.setFixedWidth(240)
        self._again = IconButton("refresh", "refreshRunsButton", "Look for runs again")
        self._other = Button("Open run folder…", "openRunFolderButton", icon_name="folder")
        self._other.setToolTip("Look at a run that lies elsewhere, as on a shared disk; live while it trains")
        self._compare = Button("Compare…", "compareRunsButton", icon_name="compare")
        self._compare.setToolTip("Choose two or more runs and see them side by side")
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(8)
        title = label("Runs", "title")
        title.setMinimumHeight(36)  # the same in every workspace, whatever stands beside it
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self._search)
        head.addWidget(self._other)
        head.addWidget(self._compare)
        head.addWidget(self._again)

        self._list = QListView()
        named(self._list, "runsList", "Runs")
        self._list.setModel(self._found)
        self._delegate = RunDelegate(self._list)
        self._list.setItemDelegate(self._delegate)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._list.setMouseTracking(True)
        self._list.setUniformItemSizes(True)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._details = RunDetails(self._export.button(self._exported, film=True))
        self._choice = CompareChoice()
        self._choice.hide()
        self._nothing = EmptyState("search", *NO_MATCH, name="runsNoMatch")
        self._lists = QStackedWidget()
        self._lists.addWidget(self._list)
        self._lists.addWidget(self._nothing)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._lists, 5)
        row.addWidget(self._details, 2)
        row.addWidget(self._choice, 2)
        work = QWidget()
        work.setLayout(row)
        self._pages = QStackedWidget()
        self._pages.addWidget(EmptyState("runs", *EMPTY, name="runsEmpty"))
        self._pages.addWidget(work)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addWidget(self._head)
        column.addWidget(self._pages, 1)

    @cached_property
    def _beside(self) -> "ComparePage":
        from studio.panels.compare import ComparePage

        beside = ComparePage()
        beside.left.connect(self._leave_compare)
        beside.message.connect(self.message)
        self._pages.addWidget(beside)
        return beside

    def build(self) -> Iterator[object]:
        """Build what is made at the first need, as its curves bring pyqtgraph along."""
        yield self._beside

    def _connect(self) -> None:
        self._lister.result.connect(self._show)
        self._lister.failed.connect(self.message)
        self._looker.result.connect(self._details.show_details)
        self._trash.message.connect(self.message)
        self._trash.emptied.connect(self.refresh)
        self._timer.timeout.connect(self._look_for_runs)
        self._search.textChanged.connect(self._filter)
        self._again.clicked.connect(self.refresh)
        self._list.selectionModel().currentChanged.connect(self._select)
        self._list.selectionModel().selectionChanged.connect(self._select)
        self._other.clicked.connect(self._ask_folder)
        self._compare.clicked.connect(self._ask_compare)
        self._choice.compare_clicked.connect(self._open_compare)
        self._choice.cancelled.connect(self._stop_choosing)
        self._export.message.connect(self.message)
        self._list.activated.connect(self._open)
        self._list.customContextMenuRequested.connect(self._show_menu)
        self._details.explore_clicked.connect(self._explore)
        self._details.watch_clicked.connect(self._watch)
        self._details.resume_clicked.connect(self._resume)
        self._details.folder_clicked.connect(self._show_folder)
        self._details.delete_clicked.connect(self._ask_delete)
        for key, target, slot in (
            (QKeySequence.StandardKey.Delete, self._list, self._ask_delete),
            (QKeySequence.StandardKey.Find, self, self._search.setFocus),
            (QKeySequence(Qt.Key.Key_Escape), self._search, self._search.clear),
            (QKeySequence(Qt.Key.Key_Down), self._search, self._list.setFocus),
            (QKeySequence(Qt.Key.Key_Escape), self._list, self._stop_choosing),
        ):
            shortcut = QShortcut(QKeySequence(key), target)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    @Slot()
    def refresh(self) -> None:
        """Look for runs again; what is chosen stays. Side by side, the runs are read again."""
        if self._pages.currentIndex() == COMPARE_PAGE:
            self._beside.refresh()
        else:
            self._look_for_runs()

    @Slot()
    def _look_for_runs(self) -> None:
        if self._pages.currentIndex() != COMPARE_PAGE:
            self._lister.request(default_runs_folder())

    @Slot(object)
    def set_running(self, folder: Path | None) -> None:
        """Which run this window trains, if any."""
        self._running = folder
        self._update_buttons()
        self._look_for_runs()

    def shut_down(self) -> None:
        """End the worker threads; the panel shows nothing new afterwards."""
        self._timer.stop()
        self._lister.close()
        self._looker.close()
        if "_beside" in vars(self):
            self._beside.close_down()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._list.setFocus()
        self._look_for_runs()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def current(self) -> ListedRun | None:
        """The run selected."""
        index = self._list.currentIndex()
        return index.data(EXPLORABLE) if index.isValid() else None

    def chosen(self) -> list[ListedRun]:
        """The runs selected, from top to bottom."""
        rows = sorted(self._list.selectionModel().selectedIndexes(), key=lambda index: index.row())
        return [index.data(EXPLORABLE) for index in rows]

    @Slot(object)
    def _show(self, runs: list[ListedRun]) -> None:
        before, row = self.current(), self._list.currentIndex().row()
        chosen = [each.summary.run.folder for each in self.chosen()]
        self._model.show_runs(runs)
        if self._pages.currentIndex() != COMPARE_PAGE:
            if runs and self._pages.currentIndex() == EMPTY_PAGE:
                self._list.setFocus()  # so that the arrow keys choose at once
            self._pages.setCurrentIndex(LIST_PAGE if runs else EMPTY_PAGE)
        self._search.setVisible(bool(runs))
        self._again.setVisible(bool(runs))
        self._compare.setVisible(len(runs) > 1)
        if self._choosing and len(runs) < 2:
            self._stop_choosing()
        at = self._model.row_of(before.summary.run.folder) if before else None
        if at is None:  # deleted, or the first look: the neighbour, or the newest
            index = self._found.index(max(0, min(row, self._found.rowCount() - 1)), 0)
        else:
            index = self._found.mapFromSource(self._model.index(at))
        selection = self._list.selectionModel()
        selection.setCurrentIndex(index, _FLAGS.NoUpdate)
        for folder in chosen:
            again = self._model.row_of(folder)
            if again is not None:
                selection.select(self._found.mapFromSource(self._model.index(again)), _FLAGS.Select)
        if not self._choosing and not selection.hasSelection():
            selection.select(index, _FLAGS.Select)
        self._select()
        self._draw_next()

    def _draw_next(self) -> None:
        missing = self._model.without_picture()[:AT_ONCE]
        if missing and not self._drawing:
            self._drawing = True
            side = round(THUMBNAIL * self.devicePixelRatioF())
            run_job(self, lambda: thumbnails(missing, side), self._take_thumbnails, self._thumbnails_failed)

    @Slot(object)
    def _take_thumbnails(self, drawn: list[Thumbnail]) -> None:
        self._drawing = False
        self._model.show_pictures(drawn)
        self._draw_next()

    @Slot(str)
    def _thumbnails_failed(self, sentence: str) -> None:
        self._drawing = False
        self.message.emit(sentence)

    @Slot()
    def _select(self) -> None:
        each, chosen = self.current(), self.chosen()
        several = self._choosing or len(chosen) > 1
        self._compare.setEnabled(not several)  # the card has the button then
        self._choice.setVisible(several and self._found.rowCount() > 0)
        self._choice.show_chosen(chosen)
        self._details.setVisible(each is not None and not several)
        self._details.show_run(each)
        if each is not None and not several:
            self._looker.request(each)
        self._lists.setCurrentWidget(self._list if self._found.rowCount() else self._nothing)
        self._update_buttons()

    # Several runs

    @Slot()
    def _ask_compare(self) -> None:
        """Let the person tick the runs to compare; the one that is chosen is ticked already."""
        self._choosing = self._delegate.ticks = True
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        self._list.setFocus()
        self._list.viewport().update()
        self._select()

    @Slot()
    def _stop_choosing(self) -> None:
        """One run again: the one that was touched last."""
        self._choosing = self._delegate.ticks = False
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._list.selectionModel().setCurrentIndex(self._list.currentIndex(), _FLAGS.ClearAndSelect)
        self._list.viewport().update()
        self._select()

    @Slot()
    def _open_compare(self) -> None:
        folders = [each.summary.run.folder for each in self.chosen()]
        if 2 <= len(folders) <= MOST:
            self._head.hide()
            self._pages.setCurrentWidget(self._beside)
            self._beside.open(folders)
            self._beside.setFocus()

    @Slot()
    def _leave_compare(self) -> None:
        self._head.show()
        self._pages.setCurrentIndex(LIST_PAGE)
        self._list.setFocus()
        self._look_for_runs()

    def _exported(self) -> list[Run]:
        each = self.current()
        return [] if each is None else [each.summary.run]

    @Slot(str)
    def _filter(self, text: str) -> None:
        self._found.setFilterFixedString(text.strip())
        if not self._list.currentIndex().isValid() and self._found.rowCount():
            self._list.setCurrentIndex(self._found.index(0, 0))
        self._select()

    def _trains(self, each: ListedRun) -> bool:
        return each.summary.state == "running" or each.summary.run.folder == self._running

    def _update_buttons(self) -> None:
        each = self.current()
        if each is None:
            return
        trains, card = self._trains(each), self._details
        card.explore.setEnabled(bool(each.checkpoints))
        card.explore.setToolTip("" if each.checkpoints else "Nothing has been saved yet")
        card.resume.setEnabled(not trains and self._running is None)
        card.resume.setToolTip(
            "It is training now"
            if trains
            else "Another run is training; stop it first"
            if self._running is not None
            else "Train on from the newest checkpoint"
        )
        card.delete.setEnabled(not trains)
        card.delete.setToolTip("It is training now; stop it first" if trains else "Move the run to the trash")

    @Slot()
    def _open(self) -> None:
        """What Enter and a double click do: explore, or look at the curves while nothing has been saved."""
        each = self.current()
        if each is not None and not self._choosing:
            (self.open_requested if each.checkpoints else self.watch_requested).emit(each.summary.run.folder)

    @Slot()
    def _explore(self) -> None:
        self._emit(self.open_requested)

    @Slot()
    def _watch(self) -> None:
        self._emit(self.watch_requested)

    @Slot()
    def _ask_folder(self) -> None:
        """Any run folder, live if another program trains it."""
        start = str(default_runs_folder())
        folder = QFileDialog.getExistingDirectory(self.window(), "Choose a run folder", start)
        if folder:
            self.watch_requested.emit(Path(folder))

    @Slot()
    def _resume(self) -> None:
        self._emit(self.resume_requested)

    def _emit(self, signal: SignalInstance) -> None:
        each = self.current()
        if each is not None:
            signal.emit(each.summary.run.folder)

    @Slot()
    def _show_folder(self) -> None:
        each = self.current()
        if each is not None:
            folder = each.summary.run.folder
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
                self.message.emit(f"No file manager answered. The run is in {folder}.")

    @Slot(QPoint)
    def _show_menu(self, point: QPoint) -> None:
        if not self._list.indexAt(point).isValid():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        named(menu, "runMenu", "What to do with the run")
        card = self._details
        if self._choice.isVisible():
            action = menu.addAction(self._choice.compare.text())
            action.setEnabled(self._choice.compare.isEnabled())
            action.triggered.connect(self._open_compare)
            menu.popup(self._list.viewport().mapToGlobal(point))
            return
        for button in (card.explore, card.watch, card.resume, card.folder, card.delete):
            if button is card.folder:
                self._export.offer(menu.addMenu("Export"), self._exported, film=True)
            if button is card.delete:
                menu.addSeparator()
            action = menu.addAction(button.text())
            action.setEnabled(button.isEnabled())
            action.triggered.connect(button.click)
        menu.popup(self._list.viewport().mapToGlobal(point))

    @Slot()
    def _ask_delete(self) -> None:
        each = self.current()
        if each is None:
            return
        if self._choice.isVisible():
            self.message.emit("Several runs are chosen. Choose the one to delete.")
        elif self._trains(each):
            self.message.emit(f"{each.summary.run.name} is training. Stop it before deleting it.")
        else:
            self._trash.ask(each.summary.run)

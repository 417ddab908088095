"""Choosing the pictures: built-in, recent, a folder or a zip; what was found, what was skipped and why."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.data.cache import PictureCache, Skipped
from core.data.prepare import Progress
from studio.parts import Button, Card, Combo, label, named
from studio.words import count

BUILT_IN = "cartoons"
LISTED = 2_000  # rows of the skipped list; Copy takes them all


class SourceCard(Card):
    """sourceCombo, browseButton, a line on what the source holds. `chosen(text)` when the person chooses."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("Pictures")
        self.combo = Combo("sourceCombo", "Source of pictures")
        self.combo.activated.connect(self._choose)
        self.browse = Button("Browse", "browseButton", accessible="Browse for pictures")
        menu = QMenu(self.browse)
        self.folder_action = menu.addAction("Folder…")
        self.zip_action = menu.addAction("Zip file…")
        self.folder_action.triggered.connect(self.ask_folder)
        self.zip_action.triggered.connect(self.ask_zip)
        self._menu = menu
        self.browse.clicked.connect(self._open_menu)
        self.facts = label("", "caption", name="sourceLabel", accessible="What the source holds", wrap=True)
        self.skipped = Button("", "skippedButton", kind="link", accessible="Skipped files")
        self.skipped.clicked.connect(self._show_skipped)
        self.skipped.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.combo, 1)
        row.addWidget(self.browse)
        self.body.addLayout(row)
        self.body.addWidget(self.facts)
        self.body.addWidget(self.skipped)
        self._cache: PictureCache | None = None

    def source(self) -> str:
        """The chosen source, as `open_source` takes it."""
        text = self.combo.currentData()
        return text if isinstance(text, str) else BUILT_IN

    def offer(self, recent: Sequence[str], current: str) -> None:
        """List the built-in set and the recent sources, `current` chosen; nothing is emitted."""
        with QSignalBlocker(self.combo):
            self.combo.clear()
            self.combo.addItem("Built-in cartoons", BUILT_IN)
            for text in dict.fromkeys([*([current] if current else []), *recent]):
                if text != BUILT_IN:
                    self.combo.addItem(_short(text), text)
                    self.combo.setItemData(self.combo.count() - 1, text, 3)  # Qt.ToolTipRole
            self.combo.setCurrentIndex(max(0, self.combo.findData(current or BUILT_IN)))
        self.combo.setToolTip(self.source())

    def choose(self, text: str) -> None:
        """Take a source as if the person had chosen it."""
        if self.combo.findData(text) < 0:
            self.combo.addItem(_short(text), text)
        self.combo.setCurrentIndex(self.combo.findData(text))
        self._choose()

    def show_progress(self, progress: Progress) -> None:
        of = f" of {progress.total:,}" if progress.total else ""
        self.facts.setText(f"{progress.stage}: {progress.done:,}{of}")

    def show_waiting(self) -> None:
        self._cache = None
        self.skipped.hide()
        self._tone("caption")
        self.facts.setText("Looking for pictures…")

    def show_cache(self, cache: PictureCache) -> None:
        self._cache = cache
        self._tone("caption")
        parts = [f"{count(len(cache), 'picture')} ready"]
        if cache.duplicates:
            parts.append(count(cache.duplicates, "exact duplicate"))
        self.facts.setText(" · ".join(parts))
        self.skipped.setVisible(bool(cache.skipped))
        self.skipped.setText(f"{count(len(cache.skipped), 'file')} skipped, see why")

    def show_error(self, sentence: str) -> None:
        self._cache = None
        self.skipped.hide()
        self._tone("error")
        self.facts.setText(sentence)

    @Slot()
    def ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self.window(), "Choose a folder of pictures", self._start())
        if folder:
            self.choose(folder)

    @Slot()
    def ask_zip(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self.window(), "Choose a zip of pictures", self._start(), "Zip files (*.zip)"
        )
        if path:
            self.choose(path)

    def _start(self) -> str:
        """Where the dialogs open: beside the source that is chosen now."""
        path = Path(self.source())
        return str(path.parent) if path.is_absolute() and path.parent.is_dir() else str(Path.home())

    def _tone(self, role: str) -> None:
        self.facts.setProperty("role", role)
        self.facts.style().polish(self.facts)

    @Slot()
    def _open_menu(self) -> None:
        self._menu.popup(self.browse.mapToGlobal(self.browse.rect().bottomLeft()))

    @Slot()
    def _choose(self) -> None:
        self.combo.setToolTip(self.source())
        self.chosen.emit(self.source())

    @Slot()
    def _show_skipped(self) -> None:
        if self._cache is not None:
            SkippedDialog(self._cache.skipped, self.window()).open()


class SkippedDialog(QDialog):
    """Which files were not used, and why."""

    def __init__(self, skipped: Sequence[Skipped], parent: QWidget) -> None:
        super().__init__(parent)
        named(self, "skippedDialog", "Skipped files")
        self.setWindowTitle("Skipped files")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.resize(760, 440)
        self._text = "\n".join(f"{each.path}\t{each.reason}" for each in skipped)
        tree = QTreeWidget()
        named(tree, "skippedList", "Skipped files and reasons")
        tree.setHeaderLabels(["File", "Why it was skipped"])
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        for each in skipped[:LISTED]:
            item = QTreeWidgetItem([each.path, each.reason[:1].upper() + each.reason[1:]])
            item.setToolTip(0, each.path)
            item.setToolTip(1, each.reason)
            tree.addTopLevelItem(item)
        tree.setColumnWidth(0, 340)
        words = f"{count(len(skipped), 'file')} could not be used. The other pictures are not affected."
        if len(skipped) > LISTED:
            words += f" The first {LISTED:,} are listed; Copy takes all."
        copy = Button("Copy all", "copySkippedButton", icon_name="copy")
        copy.clicked.connect(self._copy)
        close = Button("Close", "closeSkippedButton", kind="primary")
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addWidget(label(words, "muted", wrap=True))
        column.addWidget(tree, 1)
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addStretch(1)
        row.addWidget(close)
        column.addLayout(row)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)


def _short(text: str) -> str:
    """What the list shows of a source: the last part of its path."""
    return Path(text).name or text

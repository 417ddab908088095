"""The pictures that the explored run was trained on: found prepared, or prepared again when asked."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from core.data.cache import PictureCache
from core.data.prepare import Progress, prepare
from core.data.prepared import find_prepared
from core.data.sources import open_source
from core.runs import Run
from studio.explore.exploration import Exploration
from studio.jobs import run_job
from studio.parts import add_action, named
from studio.task import run_task

IMPORTED = "An imported generator does not bring its training pictures. This works for runs trained here."
NOT_PREPARED = (
    "The pictures of this run are not prepared on this computer any more. Prepare them again, or choose "
    "where they are now."
)


class TrainingPictures(QObject):
    """`changed` when it is known whether there are any: `cache` holds them, or `trouble` says why not."""

    changed = Signal()

    def __init__(self, exploration: Exploration, over: QWidget) -> None:
        super().__init__(over)
        self._exploration = exploration
        self._over = over
        self.cache: PictureCache | None = None
        self.trouble = ""
        self.others = False  # the pictures are not exactly those that the run was trained on
        self._looking: Run | None = None
        exploration.opened.connect(self._forget)

    @property
    def run(self) -> Run | None:
        subject = self._exploration.subject
        return None if subject is None else subject.run

    @Slot()
    def look(self) -> None:
        """Find the prepared pictures, unless they are known: they may have been prepared since."""
        run = self.run
        if self.cache is not None or (run is not None and run == self._looking):
            return
        self._looking = run
        if run is None:
            self._settle(None, IMPORTED if self._exploration.subject is not None else "")
            return

        def done(found: PictureCache | None, trouble: str = NOT_PREPARED) -> None:
            if run == self.run and run == self._looking:
                self._looking = None
                if self.cache is None:
                    self._settle(found, "" if found is not None else trouble)

        run_job(
            self,
            lambda: find_prepared(run.source_digest),
            done,
            lambda sentence: done(None, sentence),
        )

    @Slot()
    def prepare_again(self) -> None:
        """Prepare the run's source once more, with a bar and Cancel."""
        if self.run is not None:
            self._prepare(self.run, self.run.source)

    def choose(self, at: QPoint) -> None:
        """Let the person say where the pictures are now: a folder or a zip."""
        menu = QMenu(self._over)
        named(menu, "trainingPicturesMenu", "Where the pictures are")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, name, mode, kinds in (
            ("Folder…", "trainingFolderAction", QFileDialog.FileMode.Directory, "All files (*)"),
            ("Zip file…", "trainingZipAction", QFileDialog.FileMode.ExistingFile, "Zip files (*.zip)"),
        ):
            add_action(menu, text, name, partial(self._ask, mode, kinds))
        menu.popup(at)

    def _ask(self, mode: QFileDialog.FileMode, kinds: str) -> None:
        run = self.run
        if run is None:
            return
        dialog = QFileDialog(self._over, "Choose the training pictures")
        named(dialog, "trainingPicturesDialog", "Choose the training pictures")
        dialog.setFileMode(mode)
        dialog.setNameFilter(kinds)
        dialog.fileSelected.connect(lambda path: self._prepare(run, path))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _prepare(self, run: Run, source: str) -> None:
        config = run.config

        def work(progress: Callable[[int, int | None], None], cancelled: Callable[[], bool]) -> PictureCache:
            def report(now: Progress) -> None:
                progress(now.done, now.total)

            return prepare(
                open_source(source),
                size=config.size,
                color=config.color,
                crop=config.crop,
                progress=report,
                cancelled=cancelled,
            )

        def done(cache: PictureCache) -> None:
            if run == self.run:
                self._settle(cache, "")

        def failed(sentence: str) -> None:
            if run == self.run:
                self._settle(None, sentence)

        run_task(self._over, f"Preparing {Path(source).name or source}", work, done, failed)

    def _settle(self, cache: PictureCache | None, trouble: str) -> None:
        self.cache, self.trouble = cache, trouble
        self.others = cache is not None and self.run is not None and cache.digest != self.run.source_digest
        self.changed.emit()

    @Slot()
    def _forget(self) -> None:
        self._looking = None
        self._settle(None, "")

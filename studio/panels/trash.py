"""Deleting a run: asks, then moves it to the trash; nothing is ever removed for good."""

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QFile, QObject, QStandardPaths, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from core.errors import RunError
from core.runs import Run, is_running
from studio.jobs import run_job
from studio.parts import named, restyle


class Trash(QObject):
    """`emptied()` when a run has gone there, `message(sentence)` either way."""

    message = Signal(str)
    emptied = Signal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over

    def ask(self, run: Run) -> None:
        """Move the run to the trash if the person agrees."""
        box = QMessageBox(self._over)
        named(box, "deleteDialog", "Delete a run")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle("Delete a run")
        box.setText(f"Move “{run.name}” to the trash?")
        box.setInformativeText("Its faces, curves and checkpoints go with it.")
        agree = box.addButton("Move to trash", QMessageBox.ButtonRole.DestructiveRole)
        named(agree, "confirmDeleteButton", "Move to trash")
        restyle(agree, kind="danger")
        keep = box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
        named(keep, "keepRunButton", "Keep it")
        box.setDefaultButton(keep)
        agree.clicked.connect(lambda: run_job(self, lambda: move(run), self._moved, self.message.emit))
        box.open()

    @Slot(object)
    def _moved(self, run: Run) -> None:
        self.message.emit(f"{run.name} is in the trash.")
        self.emptied.emit()


def move(run: Run) -> Run:
    """The run, once it is in the trash. Raises RunError, with the run untouched, if it cannot get there."""
    if is_running(run):
        raise RunError(f"{run.name} is being trained by another program. Stop it there first.")
    with suppress(OSError):  # Qt makes the trash, but not the folder above it, which a new account lacks
        data = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
        Path(data).mkdir(mode=0o700, parents=True, exist_ok=True)
    if not QFile.moveToTrash(str(run.folder)):
        raise RunError(
            f"{run.name} was kept, because there is no trash for {run.folder.parent}. "
            "Show folder leads to it if you want to remove it yourself."
        )
    return run

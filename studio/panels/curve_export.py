"""Curves taken away: as a table, or as TensorBoard reads them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from core.comparison import titles_of
from core.curves import read_curves, save_csv
from core.errors import RunError
from core.runs import Run, default_runs_folder
from studio.explore.exports.destination import ask_file, ask_folder, file_name
from studio.explore.exports.training_film import ask_film
from studio.explore.subjects import subject_of_run
from studio.parts import Button, add_action, named
from studio.task import Progress, run_task


class CurveExport(QObject):
    """Asks where the curves shall go, writes them in a thread, and tells how it went."""

    message = Signal(str)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over

    def button(self, runs: Callable[[], Sequence[Run]], *, film: bool = False) -> Button:
        """A button that drops down what can be exported of the runs of that moment."""
        made = Button("Export", "exportRunsButton", icon_name="chevron-down", accessible="Export curves")
        made.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow behind the word
        menu = QMenu(made)
        menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        named(menu, "exportRunsMenu", "What to export")
        self.offer(menu, runs, film=film)
        made.clicked.connect(lambda: menu.popup(made.mapToGlobal(QPoint(0, made.height() + 4))))
        return made

    def offer(self, menu: QMenu, runs: Callable[[], Sequence[Run]], *, film: bool = False) -> None:
        """Put the exports into a menu."""
        add_action(menu, "Curves as a table (CSV)…", "exportCsvAction", lambda: self.ask_table(runs()))
        add_action(menu, "Curves for TensorBoard…", "exportBoardAction", lambda: self.ask_board(runs()))
        if film:
            menu.addSeparator()
            add_action(
                menu, "Film of the training…", "exportTrainingAction", lambda: self.ask_training(runs())
            )

    def ask_table(self, runs: Sequence[Run]) -> None:
        """One table of all runs, with their names in it if there are several."""
        if runs:
            name = f"{file_name(_name(runs))} curves.csv"
            ask_file(self._over, _place(runs), name, {".csv": "Table"}, lambda path: self._table(runs, path))

    def ask_board(self, runs: Sequence[Run]) -> None:
        """A folder for TensorBoard, with one folder a run in it."""
        if runs:
            name = f"{file_name(_name(runs))} TensorBoard"
            ask_folder(self._over, _place(runs), name, lambda path: self._board(runs, path))

    def ask_training(self, runs: Sequence[Run]) -> None:
        """A film of the grids of one run."""
        for run in runs[:1]:
            ask_film(self._over, subject_of_run(run), run, self.message.emit)

    def _table(self, runs: Sequence[Run], path: Path) -> None:
        def work(progress: Progress, cancelled: Callable[[], bool]) -> int:
            several = len(runs) > 1
            curves = [(title, read_curves(run)) for title, run in zip(titles_of(runs), runs, strict=True)]
            _check(runs, [len(each.steps) for _, each in curves])
            return save_csv(path, curves, named=several)

        def done(rows: int) -> None:
            self.message.emit(f"Saved {path.name} ({rows:,} rows) in {path.parent}.")

        run_task(self._over, "Writing the curves", work, done, self.message.emit)

    def _board(self, runs: Sequence[Run], folder: Path) -> None:
        def work(progress: Progress, cancelled: Callable[[], bool]) -> int:
            from core.tensorboard import save_events

            curves = [read_curves(run) for run in runs]
            _check(runs, [len(each.steps) for each in curves])
            total, before = sum(len(each.steps) for each in curves), 0
            for title, run, each in zip(titles_of(runs), runs, curves, strict=True):

                def told(done: int, _: int, before: int = before) -> None:
                    progress(before + done, total)

                place = folder / Path(title).parent  # runs of one name lie apart
                save_events(place, run, each, progress=told, cancelled=cancelled)
                before += len(each.steps)
            return len(runs)

        def done(_: int) -> None:
            self.message.emit(f"Saved for TensorBoard. Look at it with: tensorboard --logdir {folder}")

        run_task(self._over, "Writing the curves", work, done, self.message.emit)


def _check(runs: Sequence[Run], steps: Sequence[int]) -> None:
    if not any(steps):
        raise RunError(f"{runs[0].name} has no numbers yet. Train it for a while first.")


def _name(runs: Sequence[Run]) -> str:
    return runs[0].name if len(runs) == 1 else f"{runs[0].name} and {len(runs) - 1} more"


def _place(runs: Sequence[Run]) -> Path:
    """One run's exports go beside it, those of several beside all runs."""
    exports = runs[0].folder / "exports"
    return exports if len(runs) == 1 and exports.is_dir() else default_runs_folder()

"""Work with a bar and Cancel: who is told what, and when the dialog comes and goes."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QThread
from PySide6.QtWidgets import QDialog, QLabel, QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.errors import Cancelled, SourceError
from studio.task import Progress, run_task


def _dialog(over: QWidget) -> QDialog | None:
    return over.findChild(QDialog, "taskDialog")


def _wait_until_gone(qtbot: QtBot, over: QWidget) -> None:
    qtbot.waitUntil(lambda: _dialog(over) is None)


def _until_cancelled(progress: Progress, cancelled: Callable[[], bool]) -> None:
    stopped = threading.Event()
    progress(3, 12)
    while not cancelled():
        stopped.wait(0.005)
    raise Cancelled("Cancelled.")


def test_result_arrives_in_the_gui_thread(qtbot: QtBot, over: QWidget) -> None:
    seen: list[object] = []

    def work(progress: Progress, cancelled: Callable[[], bool]) -> int:
        progress(1, 1)
        return 42

    def done(result: int) -> None:
        seen.append((result, QThread.currentThread() is over.thread()))

    run_task(over, "Counting", work, done, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(42, True)]
    _wait_until_gone(qtbot, over)


class _Shows(QObject):
    """Counts how often what it watches is shown."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        self.count += event.type() == QEvent.Type.Show
        return False


def test_what_is_over_at_once_shows_no_dialog(qtbot: QtBot, over: QWidget) -> None:
    seen: list[object] = []
    shows = _Shows()
    run_task(over, "Counting", lambda progress, cancelled: 1, seen.append, seen.append).installEventFilter(
        shows
    )
    _wait_until_gone(qtbot, over)
    assert seen == [1]
    assert shows.count == 0


def test_the_bar_follows_and_cancel_ends_it_silently(qtbot: QtBot, over: QWidget) -> None:
    seen: list[object] = []
    dialog = run_task(over, "Counting", _until_cancelled, seen.append, seen.append)
    qtbot.waitUntil(dialog.isVisible)
    bar, count = dialog.findChild(QProgressBar, "taskBar"), dialog.findChild(QLabel, "taskCount")
    assert bar is not None
    assert count is not None
    qtbot.waitUntil(lambda: (bar.value(), bar.maximum()) == (3, 12))
    assert count.text() == "3 of 12"
    button = dialog.findChild(QPushButton, "taskCancelButton")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    _wait_until_gone(qtbot, over)
    assert seen == []


def test_escape_and_close_cancel(qtbot: QtBot, over: QWidget) -> None:
    seen: list[object] = []
    for leave in (lambda dialog: qtbot.keyClick(dialog, Qt.Key.Key_Escape), QDialog.close):
        dialog = run_task(over, "Counting", _until_cancelled, seen.append, seen.append)
        qtbot.waitUntil(dialog.isVisible)
        leave(dialog)
        _wait_until_gone(qtbot, over)
    assert seen == []


def test_a_failure_is_one_sentence(qtbot: QtBot, over: QWidget) -> None:
    seen: list[object] = []

    def work(progress: Progress, cancelled: Callable[[], bool]) -> None:
        raise SourceError("No pictures in that folder.")

    run_task(over, "Counting", work, lambda result: seen.append("done"), seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["No pictures in that folder."]
    _wait_until_gone(qtbot, over)


def test_work_that_was_through_when_cancelled_is_done(qtbot: QtBot, over: QWidget) -> None:
    seen: list[object] = []
    leave = threading.Event()

    def work(progress: Progress, cancelled: Callable[[], bool]) -> bool:
        leave.wait(10)
        return cancelled()

    dialog = run_task(over, "Counting", work, seen.append, seen.append)
    dialog.cancel()
    leave.set()
    qtbot.waitUntil(lambda: seen == [True])
    _wait_until_gone(qtbot, over)


def test_a_window_that_goes_takes_its_work_along(qtbot: QtBot) -> None:
    over = QWidget()
    seen: list[object] = []
    run_task(over, "Counting", _until_cancelled, seen.append, seen.append)
    over.deleteLater()
    qtbot.waitUntil(lambda: not [each for each in threading.enumerate() if each.name == "studio job"])
    assert seen == []

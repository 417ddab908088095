"""Background work: results in the GUI thread, newest request wins, errors as sentences."""

import threading

from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from core.errors import SourceError
from studio.jobs import NewestWins, run_job


def test_result_arrives_in_the_gui_thread(qtbot: QtBot) -> None:
    parent = QObject()
    seen: list[object] = []

    def done(result: int) -> None:
        seen.append((result, QThread.currentThread() is parent.thread()))

    run_job(parent, lambda: 6 * 7, done, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(42, True)]


def test_failure_is_one_sentence(qtbot: QtBot) -> None:
    parent = QObject()
    seen: list[object] = []

    def work() -> None:
        raise SourceError("No pictures in that folder.")

    run_job(parent, work, seen.append, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["No pictures in that folder."]


def test_unforeseen_failure_names_the_log(qtbot: QtBot) -> None:
    parent = QObject()
    seen: list[str] = []

    def work() -> None:
        raise ZeroDivisionError("division by zero")

    run_job(parent, work, lambda result: None, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0].startswith("Something unexpected went wrong: division by zero.")
    assert "studio.log" in seen[0]


def test_newest_request_replaces_the_waiting_ones(qtbot: QtBot) -> None:
    entered, leave = threading.Event(), threading.Event()

    def work(item: int) -> int:
        entered.set()
        leave.wait(5)
        return item

    worker = NewestWins(work)
    seen: list[int] = []
    worker.result.connect(seen.append)
    worker.request(0)
    assert entered.wait(5)
    for item in range(1, 100):
        worker.request(item)
    leave.set()
    qtbot.waitUntil(lambda: seen == [0, 99])
    worker.close()


def test_worker_survives_a_failing_request(qtbot: QtBot) -> None:
    def work(item: int) -> float:
        if item == 0:
            raise SourceError("Zero does not work.")
        return 1 / item

    worker = NewestWins(work)
    with qtbot.waitSignal(worker.failed) as failure:
        worker.request(0)
    assert failure.args == ["Zero does not work."]
    with qtbot.waitSignal(worker.result) as success:
        worker.request(2)
    assert success.args == [0.5]
    worker.close()
    assert not any(thread.name == "studio newest-wins" for thread in threading.enumerate())

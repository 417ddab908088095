import threading

import pytest

from core.control import Control
from core.errors import ConfigError


def test_a_wish_is_taken_once() -> None:
    control = Control()
    assert not control.take_snapshot_wish()
    control.want_snapshot()
    assert control.take_snapshot_wish()
    assert not control.take_snapshot_wish()


def test_no_wish_is_lost_however_often_it_is_asked_for() -> None:
    control, taken, over = Control(), threading.Semaphore(0), threading.Event()

    def take() -> None:
        while not over.is_set():
            if control.take_snapshot_wish():
                taken.release()

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    try:
        for _ in range(2_000):
            control.want_snapshot()
            assert taken.acquire(timeout=10)
    finally:
        over.set()
        thread.join()


def test_a_wish_outlives_a_pause_that_ends_first() -> None:
    control = Control()
    control.pause()
    control.want_snapshot()
    control.resume()
    assert not control.wait_while_paused()
    assert control.take_snapshot_wish()


def test_nothing_pauses_what_is_stopping() -> None:
    control = Control()
    control.pause()
    control.stop()
    control.pause()
    assert control.stopping
    assert not control.paused
    assert not control.wait_while_paused()


def test_knobs_are_checked_before_they_are_taken() -> None:
    control = Control()
    control.change({"g_lr": "0.0001"})
    with pytest.raises(ConfigError, match="batch_size cannot change"):
        control.change({"d_lr": 1e-4, "batch_size": 4})
    with pytest.raises(ConfigError, match="d_lr: 7 is too large"):
        control.go_back({"d_lr": 7})
    assert not control.returning
    control.change({"noise": 1})
    assert control.take_changes() == {"g_lr": 1e-4, "noise": 1.0}
    assert control.take_changes() == {}


def test_going_back_leaves_what_was_asked_for_before_it() -> None:
    control = Control()
    control.change({"g_lr": 1e-4})
    control.go_back({"d_lr": 1e-4})
    control.change({"noise": 0.1})
    assert control.returning
    wish = control.take_return()
    assert wish is not None
    assert (wish.changes, wish.automatic) == ({"d_lr": 1e-4}, False)
    assert control.take_changes() == {"noise": 0.1}
    assert not control.returning


def test_the_watchdogs_return_leaves_the_persons_knobs() -> None:
    control = Control()
    control.change({"g_lr": 1e-4})
    control.go_back({"d_lr": 1e-4}, automatic=True)
    assert control.take_changes() == {"g_lr": 1e-4}


@pytest.mark.parametrize("ask", ["change", "go_back", "want_snapshot"])
def test_what_is_asked_for_in_a_pause_wakes_it(ask: str) -> None:
    control, woken = Control(), threading.Event()
    control.pause()

    def wait() -> None:
        assert control.wait_while_paused()
        woken.set()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    if ask == "want_snapshot":
        control.want_snapshot()
    else:
        getattr(control, ask)({"g_lr": 1e-4})
    assert woken.wait(10)
    thread.join()
    assert control.paused

import threading

from core.control import Control


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

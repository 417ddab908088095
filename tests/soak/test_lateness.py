"""A loop that is held up is seen to be late, and one that is not is not."""

import time

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from tests.soak.lateness import LatenessProbe


def test_what_holds_the_loop_up_counts_for_as_long_as_it_lasts(qtbot: QtBot) -> None:
    probe = LatenessProbe()
    probe.begin()
    QTimer.singleShot(50, lambda: time.sleep(0.3))
    qtbot.wait(600)
    late = probe.end()
    assert late.most >= 290
    assert late.p99 >= 200  # half of the time, somebody waited


def test_an_idle_loop_is_on_time(qtbot: QtBot) -> None:
    probe = LatenessProbe()
    probe.begin()
    qtbot.wait(300)
    assert probe.end().median < 50  # of a busy machine

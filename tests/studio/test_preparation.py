"""What was asked for last is prepared, whatever was asked for before it."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from core.data.cache import PictureCache
from studio.preparation import Preparation, Wanted

FIRST = Wanted("cartoons:300", 32, "rgb", "center")
OTHER = Wanted("cartoons:40", 32, "rgb", "center")


@pytest.fixture
def preparation(qtbot: QtBot) -> Iterator[Preparation]:
    made = Preparation()
    yield made
    made.close()


def test_first_choice_taken_back_quickly_is_prepared(preparation: Preparation, qtbot: QtBot) -> None:
    ready: list[PictureCache] = []
    preparation.ready.connect(ready.append)
    with qtbot.waitSignal(preparation.progress, timeout=20_000):
        assert preparation.request(FIRST)
    assert preparation.request(OTHER)
    assert preparation.request(FIRST)
    qtbot.waitUntil(lambda: not preparation.busy, timeout=20_000)
    assert [len(cache) for cache in ready] == [300]


def test_same_pictures_are_looked_at_anew_after_a_cancel(preparation: Preparation, qtbot: QtBot) -> None:
    with qtbot.waitSignal(preparation.ready, timeout=20_000):
        preparation.request(OTHER)
    assert not preparation.request(OTHER)
    preparation.cancel()
    with qtbot.waitSignal(preparation.ready, timeout=20_000) as ready:
        assert preparation.request(OTHER)
    assert len(ready.args[0]) == 40

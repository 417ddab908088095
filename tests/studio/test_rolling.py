"""Faces in parts: every part ends with the newest wish, whatever came between."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core import latent
from core.generators import load
from studio.explore.exploration import Exploration
from studio.explore.stage.rolling import PART, RollingFaces
from tests.studio.hands import LONG

COUNT = 2 * PART + 3


class Wall:
    """What is on view, part for part."""

    def __init__(self, exploration: Exploration) -> None:
        self.faces = RollingFaces(exploration, 1)
        self.faces.drawn.connect(self._put)
        self.pictures = np.zeros((COUNT, 32, 32, 3), np.uint8)
        self.order: list[int] = []
        self._exploration = exploration

    def _put(self, first: int, pictures: np.ndarray) -> None:
        self.order.append(first)
        self.pictures[first : first + len(pictures)] = pictures

    def shows(self, z: np.ndarray) -> bool:
        moment = self._exploration.moment
        assert moment is not None
        assert moment.path is not None
        return np.array_equal(self.pictures, latent.decode(load(moment.path), z))


@pytest.fixture
def wall(exploration: Exploration) -> Wall:
    made = Wall(exploration)
    made.faces.set_active(True)
    return made


def test_all_parts_end_with_the_newest_wish(qtbot: QtBot, exploration: Exploration, wall: Wall) -> None:
    wishes = [latent.z_of_seed(seed, 10, COUNT) for seed in range(12)]
    for z in wishes:
        with qtbot.waitSignal(wall.faces.drawn, timeout=LONG):
            wall.faces.show(z)
    qtbot.waitUntil(lambda: wall.shows(wishes[-1]), timeout=LONG)
    # While wishes kept coming each part had its turn, instead of the first one again and again.
    assert wall.order[:6] == [0, PART, 2 * PART] * 2


def test_another_moment_and_another_truncation_are_followed(
    qtbot: QtBot, exploration: Exploration, wall: Wall
) -> None:
    z = latent.z_of_seed(1, 10, COUNT)
    wall.faces.show(z)
    qtbot.waitUntil(lambda: wall.shows(z), timeout=LONG)
    assert exploration.subject is not None
    exploration.go_to(exploration.subject.moments[0])
    qtbot.waitUntil(lambda: wall.shows(z), timeout=LONG)
    exploration.set_truncation(0.5)
    wall.faces.show(z)
    qtbot.waitUntil(lambda: wall.shows(latent.truncate(z, 0.5)), timeout=LONG)


def test_nothing_is_drawn_while_nobody_looks(qtbot: QtBot, exploration: Exploration, wall: Wall) -> None:
    wall.faces.set_active(False)
    z = latent.z_of_seed(2, 10, COUNT)
    wall.faces.show(z)
    line = exploration.line(3)
    with qtbot.waitSignal(line.ready, timeout=LONG):
        line.ask(z[:1])  # less urgent, and answered all the same
    assert wall.order == []
    wall.faces.set_active(True)
    qtbot.waitUntil(lambda: wall.shows(z), timeout=LONG)


def test_fewer_faces_than_before_are_shown_as_they_are(
    qtbot: QtBot, exploration: Exploration, wall: Wall
) -> None:
    wall.faces.show(latent.z_of_seed(3, 10, COUNT))
    fewer = latent.z_of_seed(4, 10, 5)
    wall.faces.show(fewer)  # while a part of eight is under way
    lengths: list[int] = []
    wall.faces.drawn.connect(lambda first, pictures: lengths.append(len(pictures)))
    moment = exploration.moment
    assert moment is not None
    assert moment.path is not None
    expected = latent.decode(load(moment.path), fewer)
    qtbot.waitUntil(lambda: np.array_equal(wall.pictures[:5], expected), timeout=LONG)
    assert lengths == [5]

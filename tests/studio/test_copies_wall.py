"""Faces beside their nearest training pictures: the right ones, newest wins, nothing while hidden."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from core.data.cache import PictureCache
from core.data.prepare import prepare
from core.data.sources import open_source
from core.export import save_grid
from studio.panels import copies
from studio.panels.copies import COUNT, CopiesView
from studio.panels.faces import COPIES, FACES, FacesCard
from studio.parts import EmptyState
from studio.theme import install
from studio.window import MainWindow
from tests.studio.hands import LONG, click


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory, own_folders: Path) -> PictureCache:
    """Forty pictures of noise: none is near another."""
    folder = tmp_path_factory.mktemp("noise")
    random = np.random.default_rng(0)
    for number in range(40):
        Image.fromarray(random.integers(0, 256, (32, 32, 3), np.uint8)).save(folder / f"{number:02}.png")
    return prepare(open_source(folder), size=32)


@pytest.fixture
def view(qtbot: QtBot, qapp: object) -> Iterator[CopiesView]:
    install(qapp)
    made = CopiesView()
    made.resize(560, 420)
    qtbot.addWidget(made)
    yield made
    made.close_down()


def _faces(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (16, 32, 32, 3), np.uint8)


def _compared(view: CopiesView) -> bool:
    pairs = view.pairs.pairs()
    return bool(pairs) and all(each.other is not None for each in pairs)


def test_each_face_stands_beside_its_nearest_and_copies_are_marked(
    qtbot: QtBot, view: CopiesView, cache: PictureCache
) -> None:
    faces = _faces(1)
    faces[3] = cache.pictures[7]
    faces[5] = cache.pictures[9][:, ::-1]
    view.take(cache)
    view.show()
    view.offer(1200, faces)
    assert not _compared(view)  # the faces are there at once
    assert len(view.pairs.pairs()) == COUNT
    qtbot.waitUntil(lambda: _compared(view), timeout=LONG)
    pairs = view.pairs.pairs()
    assert [index for index, each in enumerate(pairs) if each.near] == [3, 5]
    assert pairs[3].distance == pairs[5].distance == 0
    np.testing.assert_array_equal(pairs[5].other, faces[5])  # mirrored, as it was compared
    assert view.words.text().startswith("Step 1,200. The nearest is 0.0 away.")
    assert "copied" in view.words.text()
    assert "Face 4: its nearest training picture is 0.0 away, suspiciously near" in (
        view.pairs.accessibleDescription()
    )


def test_only_the_faces_that_came_last_are_compared(
    qtbot: QtBot, view: CopiesView, cache: PictureCache
) -> None:
    view.take(cache)
    view.show()
    for step in range(1, 6):
        view.offer(step, _faces(step))
    qtbot.waitUntil(lambda: _compared(view), timeout=LONG)
    assert view.words.text().startswith("Step 5.")
    np.testing.assert_array_equal(view.pairs.pairs()[0].face, _faces(5)[0])


def test_hidden_it_does_nothing_and_shown_it_catches_up(
    qtbot: QtBot, view: CopiesView, cache: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = threading.Event()
    find = copies.nearest_of_each
    monkeypatch.setattr(copies, "nearest_of_each", lambda *a, **k: (began.set(), find(*a, **k))[1])
    view.take(cache)
    view.offer(1, _faces(1))
    assert not view._settled.isActive()
    view.show()
    assert view._settled.isActive()
    view.hide()
    assert not view._settled.isActive()
    assert not began.is_set()
    view.show()
    qtbot.waitUntil(lambda: _compared(view), timeout=LONG)
    assert began.is_set()


def test_hiding_gives_up_a_look_under_way(
    qtbot: QtBot, view: CopiesView, cache: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, stopped = threading.Event(), threading.Event()

    def wait(cache: object, faces: object, *, cancelled: object) -> object:
        entered.set()
        while not cancelled():  # type: ignore[operator]
            threading.Event().wait(0.005)
        stopped.set()
        raise copies.Cancelled("given up")

    monkeypatch.setattr(copies, "nearest_of_each", wait)
    view.take(cache)
    view.show()
    view.offer(1, _faces(1))
    qtbot.waitUntil(entered.is_set, timeout=LONG)
    view.hide()
    assert stopped.wait(10)


def test_faces_of_the_training_leave_it_its_time(qtbot: QtBot, view: CopiesView, cache: PictureCache) -> None:
    view.take(cache)
    view.show()
    view.offer(1, _faces(1), live=True)
    qtbot.waitUntil(lambda: _compared(view), timeout=LONG)
    view._next_at += 3600  # as after a look that took minutes
    view.offer(2, _faces(2), live=True)
    assert view.words.text().startswith("Step 1.")  # what was found stays
    assert view._settled.remainingTime() > 3_000_000
    view.offer(3, _faces(3))  # the person looks at another step: at once
    assert view._settled.remainingTime() < 1000
    qtbot.waitUntil(lambda: _compared(view) and view.words.text().startswith("Step 3."), timeout=LONG)


def test_without_training_pictures_they_are_asked_for(
    qtbot: QtBot, view: CopiesView, cache: PictureCache
) -> None:
    view.show()
    nothing = view.findChild(EmptyState, "nearestNothing")
    assert nothing is not None
    qtbot.waitUntil(nothing.isVisible)
    with qtbot.waitSignal(view.real_wanted, timeout=LONG):
        view.offer(1, _faces(1))
    view.say("The folder is gone.")
    assert view.words.text() == "The folder is gone."
    view.take(cache)
    qtbot.waitUntil(lambda: _compared(view), timeout=LONG)
    view.clear()
    assert nothing.isVisible()


def test_pictures_of_another_size_are_a_sentence(qtbot: QtBot, view: CopiesView, cache: PictureCache) -> None:
    view.take(cache)
    view.show()
    view.offer(1, _faces(1)[:, :16, :16])
    qtbot.waitUntil(lambda: "32 px" in view.words.text(), timeout=LONG)
    assert not _compared(view)


def test_pairs_keep_inside_whatever_the_room(view: CopiesView, cache: PictureCache) -> None:
    view.show()
    view.offer(1, _faces(1))
    for width, height in ((240, 160), (380, 500), (900, 300)):
        view.pairs.resize(width, height)
        places = [view.pairs.place(index) for index in range(COUNT)]
        assert all(view.pairs.rect().contains(each) for each in places)
        assert not any(a.intersects(b) for a in places for b in places if a is not b)


def test_the_time_slider_chooses_the_faces(
    qtbot: QtBot, qapp: object, cache: PictureCache, tmp_path: Path
) -> None:
    install(qapp)
    grids = []
    for step in (10, 20, 30):
        path = tmp_path / f"{step:09d}.png"
        save_grid(path, _faces(step), 4, spacing=0)
        grids.append((step, path))
    card = FacesCard()
    card.resize(620, 640)
    qtbot.addWidget(card)
    card.begin(grids, 16)
    card.take_training(cache)
    card.choose(COPIES)
    card.show()
    try:
        qtbot.waitUntil(lambda: card.copies.words.text().startswith("Step 30."), timeout=LONG)
        assert card.slider.isVisible()
        card.slider.setValue(0)
        qtbot.waitUntil(lambda: card.copies.words.text().startswith("Step 10."), timeout=LONG)
        np.testing.assert_array_equal(card.copies.pairs.pairs()[2].face, _faces(10)[2])
        card.choose(FACES)
        assert not card.copies.isVisible()
        card.slider.setValue(1)
        qtbot.waitUntil(lambda: card.caption.text() == "Step 20")
        assert not card.copies._settled.isActive()
    finally:
        card.shut_down()


def test_a_run_in_training_is_compared_with_its_own_pictures(ready: MainWindow, qtbot: QtBot) -> None:
    window = ready
    click(qtbot, window, "startButton")
    faces = window.train.monitor.faces
    qtbot.waitUntil(lambda: faces.grid.count() > 0, timeout=LONG)
    click(qtbot, window, "copiesView")
    qtbot.waitUntil(lambda: "Real pictures are typically" in faces.copies.words.text(), timeout=LONG)
    assert len(faces.copies.pairs.pairs()) == COUNT
    click(qtbot, window, "stopButton")
    qtbot.waitUntil(lambda: not window.session.active, timeout=LONG)

from collections.abc import Callable
from pathlib import Path
from threading import Semaphore
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QMenu
from pytestqt.qtbot import QtBot

from core import runs
from core.data.cache import PictureCache
from core.data.prepare import prepare
from core.data.sources import open_source
from core.generators import load, save
from core.latent import decode, z_of_seed
from core.likeness.neighbours import nearest
from core.runs import Run
from studio.explore.bench import copies
from studio.explore.bench.comparison import Comparison, compare
from studio.explore.bench.copies import CopiesPage
from studio.explore.bench.face_list import FaceList
from studio.explore.exploration import Exploration
from studio.explore.subjects import subject_of_file
from tests.studio.hands import LONG, click, text


@pytest.fixture
def cache(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PictureCache:
    monkeypatch.setenv("DCGAN_STUDIO_CACHE", str(tmp_path / "cache"))
    return prepare(open_source(folder), size=32)


@pytest.fixture
def run(cache: PictureCache, folder: Path, make_run: Callable[..., Run]) -> Run:
    made = make_run("faces")
    return runs.change(made, made.config, source=str(folder), source_digest=cache.digest)


@pytest.fixture
def page(exploration: Exploration, qtbot: QtBot) -> CopiesPage:
    page = CopiesPage(exploration)
    qtbot.addWidget(page)
    page.resize(1000, 150)
    page.show()
    return page


def _list(page: CopiesPage, name: str = "copiesNearest") -> FaceList:
    found = page.findChild(FaceList, name)
    assert found is not None
    return found


def _captions(page: CopiesPage) -> list[str]:
    return [_list(page).item(at).text() for at in range(_list(page).count())]


def _expected(exploration: Exploration, cache: PictureCache, seed: int) -> list[str]:
    assert exploration.moment is not None
    assert exploration.moment.path is not None
    picture = decode(load(exploration.moment.path), z_of_seed(seed, 10))[0]
    return [f"{each.distance:.1f} away" for each in nearest(cache, picture, 6)]


def _button(page: CopiesPage, name: str) -> QAbstractButton:
    found = page.findChild(QAbstractButton, name)
    assert found is not None
    return found


def test_it_shows_the_nearest_training_pictures_and_a_yardstick(
    qtbot: QtBot, page: CopiesPage, exploration: Exploration, cache: PictureCache
) -> None:
    qtbot.waitUntil(_button(page, "copiesLookButton").isEnabled, timeout=LONG)
    click(qtbot, page, "copiesLookButton")
    qtbot.waitUntil(lambda: _captions(page) == _expected(exploration, cache, 0), timeout=LONG)
    assert "Real pictures are typically" in text(page, "copiesWords")
    exploration.become(z_of_seed(1, 10)[0], "another face")
    assert "has changed" in text(page, "copiesWords")
    click(qtbot, page, "copiesLookButton")
    qtbot.waitUntil(lambda: _captions(page) == _expected(exploration, cache, 1), timeout=LONG)


def test_it_follows_the_face_if_asked_and_only_while_it_is_seen(
    qtbot: QtBot, page: CopiesPage, exploration: Exploration, cache: PictureCache
) -> None:
    follow = page.findChild(QCheckBox, "copiesFollow")
    assert follow is not None
    qtbot.waitUntil(follow.isEnabled, timeout=LONG)
    follow.setChecked(True)
    qtbot.waitUntil(lambda: _captions(page) == _expected(exploration, cache, 0), timeout=LONG)
    exploration.become(z_of_seed(2, 10)[0], "another face")
    qtbot.waitUntil(lambda: _captions(page) == _expected(exploration, cache, 2), timeout=LONG)
    page.hide()
    exploration.become(z_of_seed(3, 10)[0], "another face")
    assert not page._settled.isActive()
    page.show()
    qtbot.waitUntil(lambda: _captions(page) == _expected(exploration, cache, 3), timeout=LONG)


def test_a_face_that_moves_meanwhile_does_not_give_up_the_comparison(
    qtbot: QtBot,
    page: CopiesPage,
    exploration: Exploration,
    cache: PictureCache,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns = Semaphore(0)  # of comparisons that may begin; 40 pictures are compared in a moment

    def in_turn(*given: Any) -> Comparison:
        assert turns.acquire(timeout=LONG / 1000)
        return compare(*given)

    monkeypatch.setattr(copies, "compare", in_turn)
    follow = page.findChild(QCheckBox, "copiesFollow")
    assert follow is not None
    qtbot.waitUntil(follow.isEnabled, timeout=LONG)
    follow.setChecked(True)
    qtbot.waitUntil(lambda: page._looking is not None, timeout=LONG)
    exploration.become(z_of_seed(1, 10)[0], "another face")
    page._settled.stop()
    page._follow_up()  # as after a moment of rest
    faces = _list(page, "copiesFace")
    turns.release()
    qtbot.waitUntil(lambda: faces.count() == 1, timeout=LONG)
    assert _captions(page) == _expected(exploration, cache, 0)
    assert "The face has changed since." in text(page, "copiesWords")
    turns.release()
    qtbot.waitUntil(lambda: _captions(page) == _expected(exploration, cache, 1), timeout=LONG)
    assert "has changed" not in text(page, "copiesWords")


def test_pictures_that_were_prepared_elsewhere_meanwhile_are_found_when_the_page_is_shown_again(
    qtbot: QtBot, exploration: Exploration, cache: PictureCache
) -> None:
    elsewhere = cache.folder.rename(cache.folder.with_name("elsewhere"))
    (elsewhere / "cache.json").rename(elsewhere / "cache.away")
    page = CopiesPage(exploration)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: "Prepare them again" in text(page, "copiesTrouble"), timeout=LONG)
    page.hide()
    elsewhere.rename(cache.folder)
    (cache.folder / "cache.away").rename(cache.folder / "cache.json")
    page.show()
    qtbot.waitUntil(_button(page, "copiesLookButton").isEnabled, timeout=LONG)


def test_the_menu_for_other_pictures_goes_when_it_is_closed(
    qtbot: QtBot, page: CopiesPage, exploration: Exploration
) -> None:
    page._training.choose(QPoint(0, 0))
    menu = page.findChild(QMenu, "trainingPicturesMenu")
    assert menu is not None
    assert [each.objectName() for each in menu.actions()] == ["trainingFolderAction", "trainingZipAction"]
    menu.close()
    qtbot.waitUntil(lambda: page.findChild(QMenu, "trainingPicturesMenu") is None, timeout=LONG)


def test_pictures_that_are_not_prepared_any_more_are_prepared_again(
    qtbot: QtBot, exploration: Exploration, cache: PictureCache
) -> None:
    cache.folder.rename(cache.folder.with_name("elsewhere"))
    (cache.folder.with_name("elsewhere") / "cache.json").unlink()
    page = CopiesPage(exploration)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: "Prepare them again" in text(page, "copiesTrouble"), timeout=LONG)
    click(qtbot, page, "copiesPrepareButton")
    qtbot.waitUntil(_button(page, "copiesLookButton").isEnabled, timeout=LONG)
    assert page._training.cache is not None
    assert page._training.cache.digest == cache.digest
    assert not page._training.others


def test_pictures_that_are_gone_are_asked_for_and_others_are_told_apart(
    qtbot: QtBot, exploration: Exploration, cache: PictureCache, folder: Path
) -> None:
    (cache.folder / "cache.json").unlink()
    moved = folder.rename(folder.with_name("moved"))
    (moved / "0.png").unlink()
    page = CopiesPage(exploration)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: "Prepare them again" in text(page, "copiesTrouble"), timeout=LONG)
    click(qtbot, page, "copiesPrepareButton")
    qtbot.waitUntil(lambda: "There is no folder" in text(page, "copiesTrouble"), timeout=LONG)
    assert page._training.run is not None
    page._training._prepare(page._training.run, str(moved))
    qtbot.waitUntil(_button(page, "copiesLookButton").isEnabled, timeout=LONG)
    assert page._training.others


def test_an_imported_generator_has_no_training_pictures(
    qtbot: QtBot, page: CopiesPage, exploration: Exploration, tmp_path: Path
) -> None:
    assert exploration.moment is not None
    assert exploration.moment.path is not None
    save(tmp_path / "other.safetensors", load(exploration.moment.path), name="other")
    imported = subject_of_file(tmp_path / "other.safetensors")
    exploration.open(imported, imported.moments[0])
    qtbot.waitUntil(lambda: "imported generator" in text(page, "copiesTrouble"), timeout=LONG)
    assert not _button(page, "copiesPrepareButton").isVisible()


def test_a_copy_is_called_one(page: CopiesPage) -> None:
    from studio.explore.bench.comparison import verdict

    real = np.linspace(10, 60, 51)
    assert "was copied" in verdict(3.0, real)
    assert "by eye" in verdict(20.0, real)
    assert "no sign of a copy" in verdict(40.0, real)

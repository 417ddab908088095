from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from core.generators import load
from core.keepsakes.store import Favourite, Keepsakes
from core.latent import decode, z_of_seed
from studio.explore.bench.face_list import FaceList
from studio.explore.bench.favourites import FavouritesPage
from studio.explore.dragging import face_mime
from studio.explore.exploration import Exploration
from studio.explore.subjects import subject_of_run
from tests.studio.hands import click, text

COPY = Qt.DropAction.CopyAction


@pytest.fixture
def page(exploration: Exploration, qtbot: QtBot) -> FavouritesPage:
    page = FavouritesPage(exploration)
    qtbot.addWidget(page)
    page.resize(1000, 190)
    page.show()
    return page


def _kept(exploration: Exploration) -> list[Favourite]:
    assert exploration.subject is not None
    return Keepsakes(exploration.subject.home).favourites()


def _list(page: FavouritesPage) -> FaceList:
    found = page.findChild(FaceList, "favouriteList")
    assert found is not None
    return found


def _names(page: FavouritesPage) -> list[str]:
    return [_list(page).item(at).text() for at in range(_list(page).count())]


def _await_names(qtbot: QtBot, page: FavouritesPage, names: list[str]) -> None:
    qtbot.waitUntil(lambda: _names(page) == names)


def _add_two(qtbot: QtBot, page: FavouritesPage, exploration: Exploration) -> None:
    exploration.become(z_of_seed(5, 10)[0], "a face", truncation=0.5)
    click(qtbot, page, "favouriteAddButton")
    exploration.become(z_of_seed(6, 10)[0], "another", truncation=1.0)
    field = page.findChild(QLineEdit, "favouriteName")
    assert field is not None
    field.setText("Anna")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    _await_names(qtbot, page, ["Face 1", "Anna"])


def test_without_favourites_it_says_what_would_be_here(page: FavouritesPage) -> None:
    empty = page.findChild(QLabel, "favouritesEmpty")
    assert empty is not None
    assert empty.isVisible()
    assert "Add current face" in empty.text()


def test_a_favourite_is_kept_and_comes_back_with_its_truncation(
    qtbot: QtBot, page: FavouritesPage, exploration: Exploration
) -> None:
    _add_two(qtbot, page, exploration)
    kept = _kept(exploration)
    np.testing.assert_array_equal(kept[0].z, z_of_seed(5, 10)[0])
    assert [(each.truncation, each.step) for each in kept] == [(0.5, 20), (1.0, 20)]
    first = _list(page).visualItemRect(_list(page).item(0)).center()
    qtbot.mouseClick(_list(page).viewport(), Qt.MouseButton.LeftButton, pos=first)
    np.testing.assert_array_equal(exploration.z, z_of_seed(5, 10)[0])
    assert exploration.state.truncation == 0.5
    exploration.history.undo()
    np.testing.assert_array_equal(exploration.z, z_of_seed(6, 10)[0])
    assert exploration.state.truncation == 1.0


def test_each_is_drawn_with_its_own_truncation_at_the_moment_that_is_shown(
    qtbot: QtBot, page: FavouritesPage, exploration: Exploration
) -> None:
    _add_two(qtbot, page, exploration)
    assert exploration.subject is not None
    earlier = exploration.subject.moments[0]
    assert earlier.path is not None
    with qtbot.waitSignal(
        page._line.ready, check_params_cb=lambda faces: faces.wish.moments == (earlier,)
    ) as got:
        exploration.go_to(earlier)
    assert got.args is not None
    z = np.stack([z_of_seed(5, 10)[0] * np.float32(0.5), z_of_seed(6, 10)[0]])
    np.testing.assert_array_equal(got.args[0].pictures, decode(load(earlier.path), z))
    assert not _list(page).item(1).icon().isNull()


def test_what_is_removed_comes_back_in_its_place_with_undo(
    qtbot: QtBot, page: FavouritesPage, exploration: Exploration
) -> None:
    _add_two(qtbot, page, exploration)
    _list(page).setCurrentRow(0)
    with qtbot.waitSignal(exploration.message, check_params_cb=lambda said: "Undo brings it back" in said):
        click(qtbot, page, "favouriteRemoveButton")
    _await_names(qtbot, page, ["Anna"])
    qtbot.waitUntil(lambda: exploration.history.undoText() == "remove Face 1")
    exploration.history.undo()
    _await_names(qtbot, page, ["Face 1", "Anna"])
    qtbot.waitUntil(lambda: sorted(each.name for each in _kept(exploration)) == ["Anna", "Face 1"])
    exploration.history.redo()
    _await_names(qtbot, page, ["Anna"])
    exploration.history.undo()
    exploration.history.undo()  # and Anna had never been added
    _await_names(qtbot, page, ["Face 1"])


def test_it_can_be_renamed_and_a_name_that_is_taken_is_refused_in_words(
    qtbot: QtBot, page: FavouritesPage, exploration: Exploration
) -> None:
    _add_two(qtbot, page, exploration)
    _list(page).setCurrentRow(0)
    click(qtbot, page, "favouriteRenameButton")
    editor = _list(page).findChild(QLineEdit)
    assert editor is not None
    editor.setText("Bert")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [each.name for each in _kept(exploration)] == ["Bert", "Anna"])
    with qtbot.waitSignal(exploration.message, check_params_cb=lambda said: "Choose another name" in said):
        _list(page).item(0).setText("Anna")
    _await_names(qtbot, page, ["Bert", "Anna"])
    assert exploration.history.undoText() == "rename Face 1"
    exploration.history.undo()
    _await_names(qtbot, page, ["Face 1", "Anna"])


def test_pictures_that_come_while_a_name_is_typed_wait_for_it(
    qtbot: QtBot, page: FavouritesPage, exploration: Exploration
) -> None:
    _add_two(qtbot, page, exploration)
    _list(page).setCurrentRow(0)
    click(qtbot, page, "favouriteRenameButton")
    editor = _list(page).findChild(QLineEdit)
    assert editor is not None
    editor.setText("Bert")
    before = _list(page).item(0).icon().cacheKey()
    _list(page).show_pictures(np.zeros((2, 32, 32, 3), np.uint8))
    assert editor.text() == "Bert"
    assert _list(page).item(0).icon().cacheKey() == before
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    _await_names(qtbot, page, ["Bert", "Anna"])
    qtbot.waitUntil(lambda: _list(page).item(0).icon().cacheKey() != before)


def test_a_face_dragged_in_is_kept(qtbot: QtBot, page: FavouritesPage, exploration: Exploration) -> None:
    z = z_of_seed(9, 10)[0]
    mime = face_mime(z)
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPointF(500, 90).toPoint(), COPY, mime, buttons, keys)
    page.dragEnterEvent(entering)
    assert entering.isAccepted()
    page.dropEvent(QDropEvent(QPointF(500, 90), COPY, mime, buttons, keys))
    _await_names(qtbot, page, ["Face 1"])
    np.testing.assert_array_equal(_kept(exploration)[0].z, z)
    other = face_mime(z_of_seed(9, 12)[0])
    foreign = QDragEnterEvent(QPointF(500, 90).toPoint(), COPY, other, buttons, keys)
    page.dragEnterEvent(foreign)
    assert not foreign.isAccepted()


def test_a_damaged_file_is_told_in_a_sentence(
    qtbot: QtBot, page: FavouritesPage, exploration: Exploration
) -> None:
    assert exploration.subject is not None
    exploration.subject.home.mkdir(parents=True, exist_ok=True)
    (exploration.subject.home / "favourites.json").write_text("{")
    with qtbot.waitSignal(exploration.message, check_params_cb=lambda said: "set aside" in said):
        page._kept.read()
    click(qtbot, page, "favouriteAddButton")
    _await_names(qtbot, page, ["Face 1"])


def test_the_sound_favourites_of_a_damaged_file_are_shown(
    qtbot: QtBot, page: FavouritesPage, exploration: Exploration
) -> None:
    assert exploration.subject is not None
    Keepsakes(exploration.subject.home).add(Favourite("Sound", z_of_seed(1, 10)[0]))
    path = exploration.subject.home / "favourites.json"
    path.write_text(path.read_text().replace("}\n]", "},\n{}\n]"))
    with qtbot.waitSignal(exploration.message, check_params_cb=lambda said: "set aside" in said):
        page._kept.read()
    _await_names(qtbot, page, ["Sound"])


def test_a_face_kept_from_elsewhere_leaves_the_name_that_is_half_typed_and_is_told_when_it_is_kept(
    qtbot: QtBot, page: FavouritesPage, exploration: Exploration
) -> None:
    field = page.findChild(QLineEdit, "favouriteName")
    assert field is not None
    field.setText("Ann")
    told: list[tuple[str, list[str]]] = []
    exploration.message.connect(
        lambda words: told.append((words, [each.name for each in _kept(exploration)]))
    )
    page.keep_shown()
    assert told == []
    qtbot.waitUntil(lambda: told == [("Kept among the favourites as Face 1.", ["Face 1"])])
    assert field.text() == "Ann"


def test_what_the_menu_offers_has_names(page: FavouritesPage, exploration: Exploration, qtbot: QtBot) -> None:
    _add_two(qtbot, page, exploration)
    page._open_menu(_list(page).visualItemRect(_list(page).item(0)).center())
    menu = page.findChild(QMenu, "favouriteMenu")
    assert menu is not None
    assert menu.accessibleName() == "What to do with Face 1"
    assert all(each.objectName() for each in menu.actions())
    menu.close()


def test_favourites_of_another_generator_are_counted_not_shown(
    qtbot: QtBot, page: FavouritesPage, exploration: Exploration
) -> None:
    assert exploration.subject is not None
    Keepsakes(exploration.subject.home).add(Favourite("Other", z_of_seed(1, 12)[0]))
    page._kept.read()
    qtbot.waitUntil(lambda: "1 favourite of another generator" in text(page, "favouriteNote"))
    assert _names(page) == []


def test_another_run_has_its_own(
    qtbot: QtBot, page: FavouritesPage, exploration: Exploration, make_run: Callable[..., object]
) -> None:
    _add_two(qtbot, page, exploration)
    first = exploration.subject
    assert first is not None
    other = subject_of_run(make_run("other", latent_dim=12))  # type: ignore[arg-type]
    exploration.open(other, other.moments[-1])
    _await_names(qtbot, page, [])
    exploration.open(first, first.moments[-1])
    _await_names(qtbot, page, ["Face 1", "Anna"])

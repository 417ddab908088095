from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QSlider
from pytestqt.qtbot import QtBot

from core.generators import load
from core.latent import decode, z_of_seed
from core.likeness.photos import Square
from studio.drops import kind_of
from studio.explore.bench.crop_view import CropView
from studio.explore.bench.photo import PhotoPage
from studio.explore.bench.photo_search import likeness
from studio.explore.exploration import Exploration
from studio.jobs import wait_for_all
from tests.studio.hands import LONG, click, text


@pytest.fixture
def page(exploration: Exploration, qtbot: QtBot) -> PhotoPage:
    page = PhotoPage(exploration)
    qtbot.addWidget(page)
    page.resize(960, 142)
    page.show()
    return page


@pytest.fixture
def photo(exploration: Exploration, tmp_path: Path) -> Path:
    """A face that the generator itself has drawn, as a person's file."""
    assert exploration.moment is not None
    assert exploration.moment.path is not None
    picture = decode(load(exploration.moment.path), z_of_seed(77, 10))[0]
    Image.fromarray(picture).save(tmp_path / "me.png")
    return tmp_path / "me.png"


def _open(qtbot: QtBot, page: PhotoPage, path: Path) -> None:
    page.open_picture(path)
    qtbot.waitUntil(lambda: page._photo is not None)


def _button(page: PhotoPage, name: str) -> QAbstractButton:
    found = page.findChild(QAbstractButton, name)
    assert found is not None
    return found


def _crop(page: PhotoPage) -> CropView:
    found = page.findChild(CropView, "photoCrop")
    assert found is not None
    return found


def test_without_a_picture_it_says_what_to_do(page: PhotoPage) -> None:
    assert "Choose a picture of a face" in text(page, "photoWords")
    assert not _button(page, "photoFindButton").isEnabled()
    assert not _button(page, "photoUseButton").isEnabled()


def test_the_nearest_face_is_found_shown_and_made_the_current_one(
    qtbot: QtBot, page: PhotoPage, exploration: Exploration, photo: Path
) -> None:
    exploration.set_truncation(0.5)
    _open(qtbot, page, photo)
    click(qtbot, page, "photoFindButton")
    assert not _button(page, "photoFindButton").isEnabled()
    qtbot.waitUntil(lambda: page._search is None, timeout=LONG)
    assert page._found is not None
    assert page._found.error < 6  # the generator can draw it, so it is found
    assert "Found" in text(page, "photoWords")
    click(qtbot, page, "photoUseButton")
    np.testing.assert_array_equal(exploration.z, page._found.z)
    assert exploration.state.truncation == 1.0
    exploration.history.undo()
    assert exploration.state.truncation == 0.5


def test_stopping_keeps_what_was_found_so_far(
    qtbot: QtBot, page: PhotoPage, exploration: Exploration, photo: Path
) -> None:
    _open(qtbot, page, photo)
    click(qtbot, page, "photoFindButton")
    qtbot.waitUntil(lambda: page._found is not None, timeout=LONG)
    assert page._search is not None
    click(qtbot, page, "photoStopButton")
    qtbot.waitUntil(lambda: page._search is None, timeout=LONG)
    assert page._found is not None
    assert _button(page, "photoUseButton").isEnabled()


def test_another_generator_ends_the_search_and_forgets_what_it_found(
    qtbot: QtBot, page: PhotoPage, exploration: Exploration, photo: Path
) -> None:
    _open(qtbot, page, photo)
    click(qtbot, page, "photoFindButton")
    qtbot.waitUntil(lambda: page._found is not None, timeout=LONG)
    assert exploration.subject is not None
    exploration.open(exploration.subject, exploration.subject.moments[0])
    qtbot.waitUntil(lambda: page._search is None, timeout=LONG)
    assert page._found is None
    assert not _button(page, "photoUseButton").isEnabled()
    assert _button(page, "photoFindButton").isEnabled()  # the picture is still there


def test_closing_the_workspace_ends_the_search(
    qtbot: QtBot, page: PhotoPage, exploration: Exploration, photo: Path
) -> None:
    _open(qtbot, page, photo)
    click(qtbot, page, "photoFindButton")
    exploration.decoder.close()
    qtbot.waitUntil(lambda: page._search is None, timeout=LONG)


def test_what_is_no_picture_is_told_in_a_sentence(qtbot: QtBot, page: PhotoPage, tmp_path: Path) -> None:
    (tmp_path / "me.jpg").write_bytes(b"not a picture")
    page.open_picture(tmp_path / "me.jpg")
    qtbot.waitUntil(lambda: "me.jpg cannot be used" in text(page, "photoWords"))
    assert not _button(page, "photoFindButton").isEnabled()


def test_a_bad_file_during_a_search_ends_it_and_stays_told(
    qtbot: QtBot, page: PhotoPage, exploration: Exploration, photo: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"not a picture")
    _open(qtbot, page, photo)
    click(qtbot, page, "photoFindButton")
    page.open_picture(tmp_path / "bad.jpg")
    qtbot.waitUntil(lambda: "bad.jpg cannot be used" in text(page, "photoWords"))
    assert not _button(page, "photoStopButton").isVisible()
    assert _button(page, "photoFindButton").isEnabled()  # the picture of before is still there
    assert exploration.subject is not None
    exploration.go_to(exploration.subject.moments[0])
    assert "bad.jpg cannot be used" in text(page, "photoWords")
    page._recropped()
    assert text(page, "photoWords").startswith("me.png:")


def test_of_two_files_opened_quickly_the_second_is_shown(
    qtbot: QtBot, page: PhotoPage, photo: Path, tmp_path: Path
) -> None:
    Image.effect_noise((3000, 3000), 60).save(tmp_path / "slow.png")
    page.open_picture(tmp_path / "slow.png")
    page.open_picture(photo)
    wait_for_all()
    _settle()
    assert text(page, "photoWords").startswith("me.png:")
    assert page._photo is not None
    assert page._photo.shape == (32, 32, 3)


def test_what_was_found_at_another_moment_says_so(
    qtbot: QtBot, page: PhotoPage, exploration: Exploration, photo: Path
) -> None:
    _open(qtbot, page, photo)
    click(qtbot, page, "photoFindButton")
    qtbot.waitUntil(lambda: page._found is not None, timeout=LONG)
    click(qtbot, page, "photoStopButton")
    qtbot.waitUntil(lambda: page._search is None, timeout=LONG)
    assert "Press Find again" not in text(page, "photoWords")
    assert exploration.subject is not None
    exploration.go_to(exploration.subject.moments[0])
    assert text(page, "photoWords").startswith("Found at step 20:")
    assert "Press Find again for this moment." in text(page, "photoWords")
    exploration.go_to(exploration.subject.moments[-1])
    assert text(page, "photoWords").startswith("Found: ")


def _settle() -> None:
    """Deliver what the threads have found."""
    for _ in range(3):
        QApplication.processEvents()


def test_a_picture_can_be_dropped_and_a_folder_cannot(qtbot: QtBot, page: PhotoPage, photo: Path) -> None:
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(photo.parent))])
    entering = QDragEnterEvent(QPoint(50, 50), copy, mime, left, none)
    page.dragEnterEvent(entering)
    assert not entering.isAccepted()
    mime.setUrls([QUrl.fromLocalFile(str(photo))])
    entering = QDragEnterEvent(QPoint(50, 50), copy, mime, left, none)
    page.dragEnterEvent(entering)
    assert entering.isAccepted()
    page.dropEvent(QDropEvent(QPointF(50, 50), copy, mime, left, none))
    qtbot.waitUntil(lambda: page._photo is not None)


def test_the_part_in_the_frame_follows_hand_wheel_and_keys(
    qtbot: QtBot, page: PhotoPage, tmp_path: Path
) -> None:
    Image.new("RGB", (200, 100), "red").save(tmp_path / "wide.png")
    _open(qtbot, page, tmp_path / "wide.png")
    crop = _crop(page)
    assert crop.part() == Square(50, 0, 100)
    side = crop.width()
    qtbot.mousePress(crop, Qt.MouseButton.LeftButton, pos=QPoint(side // 2, side // 2))
    qtbot.mouseMove(crop, QPoint(side // 2 + side // 4, side // 2))
    qtbot.mouseRelease(crop, Qt.MouseButton.LeftButton)
    assert crop.part().left == pytest.approx(25, abs=2)
    slider = page.findChild(QSlider, "photoZoom")
    assert slider is not None
    slider.setValue(200)
    assert crop.part().side == pytest.approx(50)
    qtbot.keyClick(crop, Qt.Key.Key_Minus)
    assert slider.value() == pytest.approx(100 * crop.zoom(), abs=1)
    for _ in range(40):
        qtbot.keyClick(crop, Qt.Key.Key_Right)
        qtbot.keyClick(crop, Qt.Key.Key_Down)
    part = crop.part()
    assert (part.left + part.side, part.top + part.side) == pytest.approx((200, 100))


def test_words_for_the_error() -> None:
    assert len({likeness(error) for error in (1.0, 20.0, 80.0)}) == 3


def test_the_window_takes_every_picture_that_the_page_takes(tmp_path: Path) -> None:
    (tmp_path / "me.TIFF").touch()
    assert kind_of(tmp_path / "me.TIFF") == "picture"

"""The pad between four faces."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.generators import load
from core.latent import corners, decode, z_of_seed
from core.runs import Run
from studio.explore.bench.corners import CornersPage
from studio.explore.exploration import Exploration
from studio.explore.exports.sheet_dialog import SheetDialog
from studio.explore.subjects import subject_of_run
from studio.pictures import tiled, to_image
from tests.studio.hands import click

MakeRun = Callable[..., Run]
FOUR = z_of_seed(0, 10, 4)


@pytest.fixture
def page(qtbot: QtBot, exploration: Exploration) -> CornersPage:
    made = CornersPage(exploration)
    qtbot.addWidget(made)
    made.resize(966, 142)
    made.show()
    qtbot.waitUntil(lambda: made.pad.width() == made.pad.height())
    return made


def _point(page: CornersPage, u: float, v: float) -> QPoint:
    return page.pad.point(u, v).toPoint()


def test_a_drag_moves_the_current_face_and_is_undone_at_once(
    qtbot: QtBot, page: CornersPage, exploration: Exploration
) -> None:
    before = exploration.z
    qtbot.mousePress(page.pad, Qt.MouseButton.LeftButton, pos=_point(page, 0.1, 0.2))
    for step in range(20):
        qtbot.mouseMove(page.pad, _point(page, 0.1 + 0.04 * step, 0.2 + 0.03 * step))
        np.testing.assert_array_equal(exploration.z, corners(FOUR, *page.pad.at()))
    qtbot.mouseRelease(page.pad, Qt.MouseButton.LeftButton)
    assert page.pad.at() == pytest.approx((0.86, 0.77), abs=0.02)
    qtbot.mouseClick(page.pad, Qt.MouseButton.LeftButton, pos=_point(page, 0.5, 0.5))
    assert exploration.history.count() == 2
    exploration.history.undo()
    assert page.pad.at() == pytest.approx((0.86, 0.77), abs=0.02)
    exploration.history.undo()
    assert exploration.z is before


def test_the_ends_of_the_pad_are_the_four_faces(
    qtbot: QtBot, page: CornersPage, exploration: Exploration
) -> None:
    square = page.pad.square().adjusted(1, 1, -1, -1)  # Qt takes (0, 0) for the middle
    places = (square.topLeft(), square.topRight(), square.bottomLeft(), square.bottomRight())
    for place, z in zip(places, FOUR, strict=True):
        qtbot.mouseClick(page.pad, Qt.MouseButton.LeftButton, pos=place)
        np.testing.assert_allclose(exploration.z, z, atol=1e-6)


def test_keys_move_the_dot_and_one_press_is_one_step(
    qtbot: QtBot, page: CornersPage, exploration: Exploration
) -> None:
    qtbot.keyClick(page.pad, Qt.Key.Key_Right)
    qtbot.keyClick(page.pad, Qt.Key.Key_Up)
    qtbot.keyClick(page.pad, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert page.pad.at() == pytest.approx((0.55, 0.46))
    np.testing.assert_array_equal(exploration.z, corners(FOUR, *page.pad.at()))
    assert exploration.history.count() == 3


def test_the_dot_is_hollow_when_the_face_is_elsewhere(
    qtbot: QtBot, page: CornersPage, exploration: Exploration
) -> None:
    assert not page.pad._exact
    qtbot.keyClick(page.pad, Qt.Key.Key_Right)
    assert page.pad._exact
    exploration.become(FOUR[2], "face")
    assert not page.pad._exact
    exploration.history.undo()
    assert page.pad._exact


@pytest.mark.parametrize("across", [3, 9])
def test_the_sheet_lies_under_the_dot(
    qtbot: QtBot, page: CornersPage, exploration: Exploration, across: int
) -> None:
    click(qtbot, page, f"cornersAcross{across}")
    z = page.sheet().reshape(across, across, 10)
    for (row, column), expected in zip(
        ((0, 0), (0, across - 1), (across - 1, 0), (across - 1, across - 1)), FOUR, strict=True
    ):
        np.testing.assert_allclose(z[row, column], expected, atol=1e-6)
    assert exploration.moment is not None
    assert exploration.moment.path is not None
    faces = decode(load(exploration.moment.path), page.sheet())
    qtbot.waitUntil(lambda: page.pad._sheet == to_image(tiled(faces, across)))
    cell = page.pad.square().width() / across
    first = page.pad.point(0, 0) - page.pad.square().topLeft()
    assert (first.x(), first.y()) == pytest.approx((cell / 2, cell / 2))
    qtbot.mouseClick(page.pad, Qt.MouseButton.LeftButton, pos=page.pad.square().topRight())
    np.testing.assert_allclose(exploration.z, z[0, -1], atol=1e-6)


def test_a_corner_takes_the_current_face_and_undo_gives_the_old_one_back(
    qtbot: QtBot, page: CornersPage, exploration: Exploration
) -> None:
    z = z_of_seed(9, 10)[0]
    exploration.become(z, "face")
    click(qtbot, page, "cornerBottomLeftSetButton")
    np.testing.assert_array_equal(page.faces[2].vectors[0], z)
    np.testing.assert_allclose(page.sheet()[-5], z, atol=1e-6)
    exploration.history.undo()
    np.testing.assert_array_equal(page.faces[2].vectors[0], FOUR[2])


def test_a_click_on_a_corner_goes_there(qtbot: QtBot, page: CornersPage, exploration: Exploration) -> None:
    tray = page.trays[1]
    qtbot.mouseClick(tray, Qt.MouseButton.LeftButton, pos=tray.cell(0).center())
    assert page.pad.at() == (1, 0)
    np.testing.assert_allclose(exploration.z, FOUR[1], atol=1e-6)


def test_four_random_corners_are_one_step(qtbot: QtBot, page: CornersPage, exploration: Exploration) -> None:
    click(qtbot, page, "cornersRandomButton")
    assert not any(np.array_equal(faces.vectors[0], z) for faces, z in zip(page.faces, FOUR, strict=True))
    exploration.history.undo()
    assert all(np.array_equal(faces.vectors[0], z) for faces, z in zip(page.faces, FOUR, strict=True))


def test_another_latent_size_has_corners_of_its_own(
    page: CornersPage, exploration: Exploration, make_run: MakeRun
) -> None:
    other = subject_of_run(make_run("other", latent_dim=12))
    exploration.open(other, other.moments[0])
    assert page.sheet().shape == (25, 12)


def test_the_sheet_can_be_exported(qtbot: QtBot, page: CornersPage) -> None:
    click(qtbot, page, "cornersAcross7")
    click(qtbot, page, "cornersExportButton")
    form = page.findChild(SheetDialog)
    assert form is not None
    shown = " ".join(each.text() for each in form.findChildren(QLabel))
    assert "49 faces" in shown
    form.reject()


def test_without_a_generator_it_says_what_would_be_here(qtbot: QtBot, qapp: object) -> None:
    exploration = Exploration()
    page = CornersPage(exploration)
    qtbot.addWidget(page)
    page.show()
    assert not page.pad.isVisible()
    exploration.close()

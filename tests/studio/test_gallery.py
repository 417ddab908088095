"""Random faces: seeds, choosing, dragging, truncation, edits of all."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QSlider, QSpinBox
from pytestqt.qtbot import QtBot

from core.generators import load
from core.latent import decode, truncate, z_of_seed
from core.runs import Run
from studio.explore.dragging import face_mime, face_of
from studio.explore.panel import ExplorePanel
from studio.explore.stage.gallery import FaceGrid
from tests.studio.explored import child, expect_face, press, show
from tests.studio.hands import LONG


@pytest.fixture
def shown(qtbot: QtBot, panel: ExplorePanel, run: Run) -> ExplorePanel:
    show(qtbot, panel)
    return panel


def _expect_grid(qtbot: QtBot, panel: ExplorePanel, run: Run, z: np.ndarray) -> None:
    expected = decode(load(run.checkpoints()[-1][1]), z)
    qtbot.waitUntil(
        lambda: panel.gallery._pictures is not None and np.array_equal(panel.gallery._pictures, expected),
        timeout=LONG,
    )


def _click(qtbot: QtBot, panel: ExplorePanel, index: int) -> None:
    grid = panel.gallery.grid
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid._cells()[index].center())


def test_random_faces_follow_the_seed_and_one_can_be_chosen(
    qtbot: QtBot, shown: ExplorePanel, run: Run
) -> None:
    press(shown, "randomizeButton")
    seed = child(shown, QSpinBox, "exploreSeed").value()
    assert seed != 0
    expect_face(qtbot, shown, run, z_of_seed(seed, 10)[0])
    _expect_grid(qtbot, shown, run, z_of_seed(seed, 10, shown.gallery.grid.count()))
    _click(qtbot, shown, 6)
    expect_face(qtbot, shown, run, z_of_seed(seed, 10, 7)[6])
    assert shown.gallery.grid.selected() == 6


def test_next_and_previous_seed_and_back_by_undo(shown: ExplorePanel) -> None:
    seed = child(shown, QSpinBox, "exploreSeed")
    for button, expected in (("nextSeedButton", 1), ("nextSeedButton", 2), ("previousSeedButton", 1)):
        press(shown, button)
        assert seed.value() == expected
        np.testing.assert_array_equal(shown.exploration.z, z_of_seed(expected, 10)[0])
    assert shown.exploration.history.undoText() == "seed 1"
    shown.exploration.history.undo()
    assert seed.value() == 2


@pytest.mark.parametrize(("across", "least"), [(3, 9), (8, 64)])
def test_the_grid_holds_what_is_asked_for(
    qtbot: QtBot, shown: ExplorePanel, run: Run, across: int, least: int
) -> None:
    child(shown, QComboBox, "gallerySizeCombo").setCurrentText(f"{across} across")
    qtbot.waitUntil(lambda: shown.gallery.grid.columns() == across, timeout=LONG)
    _expect_grid(qtbot, shown, run, z_of_seed(0, 10, shown.gallery.grid.count()))
    assert least <= shown.gallery.grid.count() <= 64


def test_truncation_holds_for_the_face_and_the_grid(qtbot: QtBot, shown: ExplorePanel, run: Run) -> None:
    child(shown, QSlider, "truncationSlider").setValue(40)
    z = z_of_seed(0, 10, shown.gallery.grid.count())
    expect_face(qtbot, shown, run, truncate(z, 0.4)[0])
    _expect_grid(qtbot, shown, run, truncate(z, 0.4))
    assert child(shown, QLineEdit, "truncationValue").text() == "0.40"
    np.testing.assert_array_equal(shown.exploration.z, z[0])
    shown.exploration.history.undo()
    expect_face(qtbot, shown, run, z[0])
    assert child(shown, QSlider, "truncationSlider").value() == 100


def test_edits_move_one_face_or_all(qtbot: QtBot, shown: ExplorePanel, run: Run) -> None:
    z = z_of_seed(0, 10, shown.gallery.grid.count())
    child(shown, QSlider, "latentSlider2").setValue(300)
    _expect_grid(qtbot, shown, run, z)
    press(shown, "editAllButton")
    edit = np.zeros(10, np.float32)
    edit[2] = 3 - z[0, 2]
    _expect_grid(qtbot, shown, run, z + edit)
    _click(qtbot, shown, 5)  # it comes with the edit, and a reset takes that away
    expect_face(qtbot, shown, run, (z + edit)[5])
    assert shown.gallery.grid.selected() == 5
    press(shown, "resetLatentButton")
    expect_face(qtbot, shown, run, z[5])
    _expect_grid(qtbot, shown, run, z)
    assert shown.gallery.grid.selected() == 5


def test_faces_of_a_sheet_take_the_grid_until_a_seed_is_asked_for(
    qtbot: QtBot, shown: ExplorePanel, run: Run
) -> None:
    z = z_of_seed(77, 10, 6)
    shown.exploration.lay_out(z, 3, 0.5, "open a sheet")
    _expect_grid(qtbot, shown, run, truncate(z, 0.5))
    assert shown.gallery.grid.columns() == 3
    press(shown, "nextSeedButton")
    _expect_grid(qtbot, shown, run, truncate(z_of_seed(1, 10, shown.gallery._rows * 4), 0.5))


def test_a_face_is_dragged_without_being_chosen(
    qtbot: QtBot, shown: ExplorePanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[np.ndarray] = []
    # A real drag would wait for the mouse of a desktop.
    monkeypatch.setattr("studio.explore.stage.gallery.drag_face", lambda source, z, image: carried.append(z))
    grid: FaceGrid = shown.gallery.grid
    start = grid._cells()[3].center()
    qtbot.mousePress(grid, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(grid, start + QPoint(30, 10))
    qtbot.mouseRelease(grid, Qt.MouseButton.LeftButton, pos=start + QPoint(30, 10))
    np.testing.assert_array_equal(carried[0], z_of_seed(0, 10, 4)[3])
    assert shown.gallery.grid.selected() == 0
    assert shown.exploration.history.count() == 0


def test_a_dragged_face_survives_the_way_and_nothing_else_does() -> None:
    z = z_of_seed(3, 10)[0]
    np.testing.assert_array_equal(face_of(face_mime(z), 10), z)
    assert face_of(face_mime(z), 12) is None
    assert face_of(face_mime(z * np.nan), 10) is None

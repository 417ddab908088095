"""Arrays on screen: pixels survive, grids are read back, a click and the keys pick the right picture."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from studio.pictures import PictureGrid, read_grid, tiled, to_image


@pytest.mark.parametrize("width", [1, 2, 3, 31, 32])  # rows that are no multiple of four bytes
@pytest.mark.parametrize("shape", [(), (1,), (3,)])
def test_image_has_the_array_s_pixels(qapp: object, width: int, shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).integers(0, 256, (5, width, *shape), np.uint8)
    image = to_image(array)
    for y, x in ((0, 0), (4, width - 1)):
        expected = np.broadcast_to(array[y, x].reshape(-1), 3)
        assert QColor(image.pixel(x, y)).getRgb()[:3] == tuple(expected)


def test_image_owns_its_pixels(qapp: object) -> None:
    array = np.full((4, 4, 3), 200, np.uint8)
    image = to_image(array[::2, ::-1])
    array[:] = 0
    assert QColor(image.pixel(0, 0)).red() == 200


def test_saved_grid_is_read_back(tmp_path: Path) -> None:
    faces = np.random.default_rng(1).integers(0, 256, (16, 8, 8, 3), np.uint8)
    Image.fromarray(tiled(faces, 4)).save(tmp_path / "grid.png")
    assert np.array_equal(read_grid(tmp_path / "grid.png", 16), faces)


def test_click_and_keys_pick(qtbot: QtBot) -> None:
    grid = PictureGrid()
    qtbot.addWidget(grid)
    grid.resize(400, 400)
    grid.set_pictures(np.zeros((16, 8, 8, 3), np.uint8))
    grid.show()
    picked: list[int] = []
    grid.picked.connect(picked.append)
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=QPoint(250, 150))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(grid, key)
    assert picked == [6, 7, 11, 12, 12]
    grid.set_pictures(np.zeros((4, 8, 8, 3), np.uint8))
    assert grid.selected() is None


def test_grid_fills_a_narrow_place(qtbot: QtBot) -> None:
    grid = PictureGrid(fill=True)
    qtbot.addWidget(grid)
    grid.resize(100, 800)
    grid.set_pictures(np.zeros((16, 8, 8, 3), np.uint8))
    assert grid.columns() == 2


def test_some_pictures_are_replaced_and_the_rest_stays(qtbot: QtBot) -> None:
    grid, whole = PictureGrid(), PictureGrid()
    faces = np.random.default_rng(2).integers(0, 256, (9, 8, 8, 3), np.uint8)
    for each in (grid, whole):
        qtbot.addWidget(each)
        each.resize(90, 90)
    grid.set_pictures(faces, 3)
    before = grid.grab().toImage()
    faces[4:6] = 255 - faces[4:6]
    grid.replace(4, faces[4:6])
    whole.set_pictures(faces, 3)
    after = grid.grab().toImage()
    assert after != before
    assert after == whole.grab().toImage()


@pytest.mark.parametrize("side", [64, 100, 31])  # as they are, larger, and so small that pixels are averaged
def test_pictures_do_not_run_into_each_other(qtbot: QtBot, side: int) -> None:
    grid = PictureGrid(gap=0)
    qtbot.addWidget(grid)
    grid.resize(2 * side, 2 * side)
    shades = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]], np.uint8)
    grid.set_pictures(np.broadcast_to(shades[:, None, None], (4, 64, 64, 3)))
    drawn = grid.grab().toImage()
    for index, shade in enumerate(shades.tolist()):
        row, column = divmod(index, 2)
        for y in (0, side - 1):
            for x in (0, side - 1):
                assert drawn.pixelColor(column * side + x, row * side + y).getRgb()[:3] == tuple(shade)

"""Faces are gathered by hand and by drag and drop, and nothing is lost by a slip."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.generators import load
from core.latent import decode, truncate, z_of_seed
from core.runs import Run
from studio.explore.bench.tray import FaceTray
from studio.explore.collection import Collection
from studio.explore.dragging import face_mime
from studio.explore.exploration import Exploration, Vector
from studio.explore.subjects import subject_of_run
from studio.pictures import to_image

MakeRun = Callable[..., Run]
FACES = z_of_seed(0, 10, 6)


@pytest.fixture
def tray(qtbot: QtBot, exploration: Exploration) -> FaceTray:
    """With the first three faces."""
    made = FaceTray(
        exploration,
        Collection(exploration),
        "tray",
        "Tray",
        whole="the tray",
        empty="Drop",
        most=4,
        one_row=True,
    )
    qtbot.addWidget(made)
    made.resize(600, 100)
    made.show()
    for z in FACES[:3]:
        made.add(z)
    return made


def _order(tray: FaceTray) -> list[int]:
    """Which of FACES it holds."""
    return [int(np.flatnonzero((z == FACES).all(axis=1))[0]) for z in tray.vectors]


def _drop(tray: FaceTray, mime: QMimeData, where: QPoint) -> bool:
    """Let a face go over the tray; whether it was taken."""
    args = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(where, *args)
    QApplication.sendEvent(tray, enter)
    if not enter.isAccepted():
        return False
    drop = QDropEvent(QPointF(where), *args)
    QApplication.sendEvent(tray, drop)
    return drop.isAccepted()


def _beside(tray: FaceTray, index: int) -> QPoint:
    """Left of a face."""
    cell = tray.cell(index)
    return QPoint(cell.left() + 2, cell.center().y())


def test_faces_are_drawn_as_the_moment_has_them(
    qtbot: QtBot, tray: FaceTray, exploration: Exploration
) -> None:
    assert exploration.subject is not None
    for moment in reversed(exploration.subject.moments):
        exploration.go_to(moment)
        assert moment.path is not None
        expected = [to_image(each) for each in decode(load(moment.path), FACES[:3])]
        qtbot.waitUntil(lambda expected=expected: [tray.picture(at) for at in range(3)] == expected)
    exploration.set_truncation(0.3)
    plainer = [to_image(each) for each in decode(load(moment.path), truncate(FACES[:3], 0.3))]
    qtbot.waitUntil(lambda: [tray.picture(at) for at in range(3)] == plainer)


def test_a_face_dropped_beside_another_goes_there(tray: FaceTray) -> None:
    assert _drop(tray, face_mime(FACES[4]), _beside(tray, 1))
    assert _order(tray) == [0, 4, 1, 2]


def test_a_face_dropped_behind_the_last_is_added(tray: FaceTray) -> None:
    assert _drop(tray, face_mime(FACES[4]), QPoint(tray.width() - 5, 50))
    assert _order(tray) == [0, 1, 2, 4]


def test_a_face_dropped_on_another_takes_its_place(tray: FaceTray) -> None:
    assert _drop(tray, face_mime(FACES[4]), tray.cell(1).center())
    assert _order(tray) == [0, 4, 2]


def test_a_full_tray_only_replaces(tray: FaceTray) -> None:
    tray.add(FACES[3])
    assert not _drop(tray, face_mime(FACES[5]), QPoint(tray.width() - 5, 50))
    assert _drop(tray, face_mime(FACES[5]), _beside(tray, 3))
    assert _order(tray) == [0, 1, 2, 5]
    tray.add(FACES[4])
    assert len(tray.vectors) == 4


def test_a_drag_that_enters_where_nothing_fits_may_go_on(tray: FaceTray) -> None:
    """Of a drag that is refused when it enters nothing more is told."""
    tray.add(FACES[3])
    rim, middle = QPoint(tray.width() - 1, 0), tray.cell(1).center()
    way = Qt.DropAction.CopyAction, face_mime(FACES[5]), Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(rim, *way, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(tray, enter)
    assert enter.isAccepted()
    for where, fits in ((rim, False), (middle, True)):
        move = QDragMoveEvent(where, *way, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(tray, move)
        assert move.isAccepted() == fits
    QApplication.sendEvent(tray, QDropEvent(QPointF(middle), *way, Qt.KeyboardModifier.NoModifier))
    assert _order(tray) == [0, 5, 2, 3]


def test_faces_of_other_generators_and_other_things_are_refused(tray: FaceTray) -> None:
    other = QMimeData()
    other.setText("a text")
    broken = FACES[4].copy()
    broken[3] = np.nan
    for mime in (face_mime(z_of_seed(0, 12)[0]), face_mime(broken), other):
        assert not _drop(tray, mime, tray.cell(1).center())
    assert _order(tray) == [0, 1, 2]


def test_every_change_can_be_undone_and_redone(tray: FaceTray, exploration: Exploration) -> None:
    tray.remove(1)
    tray.replace(0, FACES[5])
    tray.move_to(0, 1)
    assert _order(tray) == [2, 5]
    assert exploration.history.undoText() == "move a face of the tray"
    seen = [_order(tray)]
    while exploration.history.canUndo():
        exploration.history.undo()
        seen.append(_order(tray))
    assert seen == [[2, 5], [5, 2], [0, 2], [0, 1, 2], [0, 1], [0], []]
    while exploration.history.canRedo():
        exploration.history.redo()
    assert _order(tray) == [2, 5]


def test_keys_choose_move_and_remove(qtbot: QtBot, tray: FaceTray) -> None:
    chosen: list[int] = []
    tray.picked.connect(chosen.append)
    tray.select(None)
    qtbot.keyClick(tray, Qt.Key.Key_Right)
    qtbot.keyClick(tray, Qt.Key.Key_Right)
    qtbot.keyClick(tray, Qt.Key.Key_Return)
    assert chosen == [1]
    qtbot.keyClick(tray, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert _order(tray) == [0, 2, 1]
    qtbot.keyClick(tray, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)  # there is nothing behind it
    assert _order(tray) == [0, 2, 1]
    qtbot.keyClick(tray, Qt.Key.Key_Delete)
    assert _order(tray) == [0, 2]


def test_the_cross_removes_and_a_click_beside_it_chooses(qtbot: QtBot, tray: FaceTray) -> None:
    chosen: list[int] = []
    tray.picked.connect(chosen.append)
    qtbot.mouseClick(tray, Qt.MouseButton.LeftButton, pos=tray.cell(2).center())
    assert (chosen, tray.selected()) == ([2], 2)
    qtbot.mouseClick(tray, Qt.MouseButton.LeftButton, pos=tray._cross(0).center())
    assert (chosen, _order(tray)) == ([2], [1, 2])


def test_faces_are_put_in_order_with_the_mouse(
    tray: FaceTray, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """Only what the platform does with the mouse during a drag is left out: there is no screen."""

    def carried(source: FaceTray, z: Vector, image: object) -> None:
        mime = face_mime(z)
        args = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        where = QPointF(source.width() - 5, 50)
        event = QDropEvent(where, *args)
        monkeypatch.setattr(QDropEvent, "source", lambda _: source)
        source.dropEvent(event)

    monkeypatch.setattr("studio.explore.bench.block.drag_face", carried)
    start = tray.cell(0).center()
    qtbot.mousePress(tray, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(tray, start + QPoint(60, 0))
    assert _order(tray) == [1, 2, 0]


def test_another_run_has_other_faces_and_the_first_ones_come_back(
    tray: FaceTray, exploration: Exploration, make_run: MakeRun
) -> None:
    first = exploration.subject
    other = subject_of_run(make_run("other", latent_dim=12))
    exploration.open(other, other.moments[0])
    assert tray.vectors == ()
    tray.add(z_of_seed(0, 12)[0])
    assert first is not None
    exploration.open(first, first.moments[0])
    assert _order(tray) == [0, 1, 2]
    assert not exploration.history.canUndo()

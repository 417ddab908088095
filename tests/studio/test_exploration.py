"""What all parts of the workspace share: every edit can be undone, locks hold, lines follow the generator."""

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.generators import load
from core.latent import decode, truncate, z_of_seed
from core.runs import Run
from studio.explore.decoder import Channel
from studio.explore.exploration import Exploration, Faces, Line
from studio.explore.subjects import Moment, subject_of_run
from tests.studio.hands import LONG

MakeRun = Callable[..., Run]


@pytest.fixture
def z(exploration: Exploration) -> np.ndarray:
    """Ten random faces of the opened run."""
    return z_of_seed(5, exploration.latent_dim, 10)


def _unit(dimension: int) -> np.ndarray:
    return np.eye(10, dtype=np.float32)[dimension]


def _pictures(exploration: Exploration, z: np.ndarray) -> np.ndarray:
    moment = exploration.moment
    assert moment is not None
    assert moment.path is not None
    return decode(load(moment.path), z)


def _answer(qtbot: QtBot, line: Line, ask: Callable[[], object]) -> Faces:
    """What the line delivers next."""
    with qtbot.waitSignal(line.ready, timeout=LONG) as caught:
        ask()
    assert caught.args is not None
    return caught.args[0]


def test_a_drag_is_one_step_and_the_next_drag_another(exploration: Exploration, z: np.ndarray) -> None:
    before = exploration.z
    for vector in z[:5]:
        exploration.edit(vector, "move number 3", "number 3")
    exploration.settle()
    for vector in z[5:]:
        exploration.edit(vector, "move number 3", "number 3")
    assert exploration.history.count() == 2
    exploration.history.undo()
    np.testing.assert_array_equal(exploration.z, z[4])
    exploration.history.undo()
    np.testing.assert_array_equal(exploration.z, before)
    exploration.history.redo()
    np.testing.assert_array_equal(exploration.z, z[4])


def test_edits_of_two_sliders_do_not_merge(exploration: Exploration, z: np.ndarray) -> None:
    exploration.edit(z[0], "move number 1", "number 1")
    exploration.edit(z[1], "move number 2", "number 2")
    exploration.edit(z[2], "move number 1", "number 1")
    assert exploration.history.count() == 3


def test_an_edit_keeps_the_origin_and_becoming_sets_it(exploration: Exploration, z: np.ndarray) -> None:
    origin = exploration.state.origin
    exploration.edit(z[0], "edit")
    np.testing.assert_array_equal(exploration.state.origin, origin)
    exploration.become(z[1], "face 2", picked=1)
    np.testing.assert_array_equal(exploration.state.origin, z[1])
    exploration.become(z[1], "face 2", origin=z[2])
    np.testing.assert_array_equal(exploration.z, z[1])
    np.testing.assert_array_equal(exploration.state.origin, z[2])


def test_locks_hold_through_everything_but_their_own_release(exploration: Exploration, z: np.ndarray) -> None:
    diagonal = np.ones(10, np.float32) / np.sqrt(10)
    exploration.set_lock("number 2", _unit(2))
    exploration.set_lock("diagonal", diagonal)
    held = exploration.z[2], diagonal @ exploration.z
    for change in (
        lambda: exploration.edit(z[0], "edit"),
        lambda: exploration.become(z[1], "face"),
        lambda: exploration.move_along(_unit(4), 3.5, "move number 4"),
    ):
        change()
        assert exploration.z[2] == pytest.approx(held[0], abs=1e-5)
        assert diagonal @ exploration.z == pytest.approx(held[1], abs=1e-5)
    assert exploration.z[4] == pytest.approx(3.5, abs=1e-5)
    many = exploration.held(z)
    for each, one in zip(many, z, strict=True):
        np.testing.assert_allclose(each, exploration.held(one), atol=1e-6)
    exploration.unlock()
    exploration.edit(z[3], "edit")
    np.testing.assert_array_equal(exploration.z, z[3])
    exploration.history.undo()
    exploration.history.undo()
    assert set(exploration.state.locks) == {"number 2", "diagonal"}


def test_moving_along_a_direction_changes_nothing_beside_it(exploration: Exploration) -> None:
    direction = np.array([3, 4, *([0] * 8)], np.float32) / 5
    before = exploration.z
    exploration.move_along(direction, -2.0, "move smile", "smile")
    assert direction @ exploration.z == pytest.approx(-2, abs=1e-5)
    np.testing.assert_array_equal(exploration.z[2:], before[2:])
    exploration.move_along(direction, float(direction @ before), "move smile", "smile")
    np.testing.assert_allclose(exploration.z, before, atol=1e-5)


def test_a_preview_needs_no_undo_and_an_edit_ends_it(exploration: Exploration, z: np.ndarray) -> None:
    exploration.preview(z[0])
    np.testing.assert_array_equal(exploration.shown, z[0])
    assert exploration.history.count() == 0
    exploration.edit(z[1], "edit")
    np.testing.assert_array_equal(exploration.shown, z[1])


def test_opening_another_run_starts_anew(exploration: Exploration, make_run: MakeRun, z: np.ndarray) -> None:
    exploration.edit(z[0], "edit")
    exploration.set_lock("number 2", _unit(2))
    other = subject_of_run(make_run("other", latent_dim=12))
    exploration.open(other, other.moments[0])
    assert exploration.latent_dim == 12
    assert not exploration.history.canUndo()
    assert not exploration.state.locks


def test_a_line_follows_moment_and_truncation(qtbot: QtBot, exploration: Exploration, z: np.ndarray) -> None:
    line, plain = exploration.line(1), exploration.line(1, truncated=False)
    faces = _answer(qtbot, line, lambda: line.ask(z))
    np.testing.assert_array_equal(faces.pictures, _pictures(exploration, z))
    plain.ask(z)
    subject = exploration.subject
    assert subject is not None
    faces = _answer(qtbot, line, lambda: exploration.go_to(subject.moments[0]))
    np.testing.assert_array_equal(faces.pictures, _pictures(exploration, z))
    exploration.preview(None)
    faces = _answer(qtbot, line, lambda: exploration.set_truncation(0.3))
    np.testing.assert_array_equal(faces.pictures, _pictures(exploration, truncate(z, 0.3)))
    faces = _answer(qtbot, plain, plain.again)
    np.testing.assert_array_equal(faces.pictures, _pictures(exploration, z))


def test_what_cannot_have_changed_is_not_decoded_again(
    exploration: Exploration, z: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = exploration.subject
    assert subject is not None
    own, plain = exploration.line(3), exploration.line(2, truncated=False)
    own.ask(z[:2], moments=subject.moments)
    plain.ask(z)
    asked: list[Channel] = []
    monkeypatch.setattr(exploration.decoder, "ask", lambda channel, _: asked.append(channel))
    exploration.go_to(subject.moments[0])
    assert asked == [plain._channel]
    exploration.set_truncation(0.4)
    assert asked == [plain._channel, own._channel]


def test_a_closed_line_asks_for_nothing_more(exploration: Exploration, z: np.ndarray) -> None:
    line = exploration.line(2)
    line.ask(z)
    line.close()
    line.close()
    line.ask(z)
    assert not exploration.decoder._waiting


def test_each_vector_can_have_a_moment_of_its_own(
    qtbot: QtBot, exploration: Exploration, z: np.ndarray
) -> None:
    subject = exploration.subject
    assert subject is not None
    line = exploration.line(3)
    faces = _answer(qtbot, line, lambda: line.ask(z[:2], moments=subject.moments))
    for at, moment in enumerate(subject.moments):
        assert moment.path is not None
        np.testing.assert_array_equal(faces.pictures[at], decode(load(moment.path), z[at : at + 1])[0])


def test_a_hidden_line_decodes_nothing_until_it_is_shown(
    qtbot: QtBot, exploration: Exploration, z: np.ndarray
) -> None:
    hidden, shown = exploration.line(0), exploration.line(3)
    answers: list[Faces] = []
    hidden.ready.connect(answers.append)
    hidden.set_active(False)
    hidden.ask(z[:1])
    _answer(qtbot, shown, lambda: shown.ask(z[:1]))  # the less urgent one has been served
    assert not answers
    _answer(qtbot, hidden, lambda: hidden.set_active(True))


def test_a_live_moment_is_decoded_without_a_file(
    qtbot: QtBot, exploration: Exploration, z: np.ndarray
) -> None:
    subject = exploration.subject
    assert subject is not None
    path = subject.moments[0].path
    assert path is not None
    generator = load(path)
    line = exploration.line(0)
    line.ask(z)
    live = Moment(1234, live=generator)
    assert live.title == "step 1,234, live"
    faces: Faces | None = None
    while faces is None or faces.wish.moments[0] != live:
        faces = _answer(qtbot, line, lambda: (exploration.go_to(live), line.again()))
    np.testing.assert_array_equal(faces.pictures, decode(generator, z))


def test_vectors_of_another_length_are_not_decoded(exploration: Exploration) -> None:
    line = exploration.line(0)
    line.ask(np.zeros((1, 7), np.float32))
    assert not exploration.decoder._waiting

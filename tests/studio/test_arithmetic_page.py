"""A - B + C in the window."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.arithmetic import CENTRE, combine, neighbourhood
from core.generators import load
from core.latent import decode, z_of_seed
from core.runs import Run
from studio.explore.bench.arithmetic import MOST, ArithmeticPage
from studio.explore.exploration import Exploration
from studio.explore.subjects import subject_of_run
from studio.pictures import to_image
from tests.studio.hands import click, text

MakeRun = Callable[..., Run]
FACES = z_of_seed(7, 10, 6)
A, B, C = FACES[:3], FACES[3:5], FACES[5:]


@pytest.fixture
def page(qtbot: QtBot, exploration: Exploration) -> ArithmeticPage:
    made = ArithmeticPage(exploration)
    qtbot.addWidget(made)
    made.resize(966, 142)
    made.show()
    return made


def _fill(qtbot: QtBot, page: ArithmeticPage) -> None:
    """A with three faces, B with two, C with one, each made the current face first."""
    for letter, term in (("A", A), ("B", B), ("C", C)):
        for z in term:
            page.exploration.become(z, "face")
            click(qtbot, page, f"term{letter}AddButton")


def test_until_all_have_a_face_it_says_which_lack_one(qtbot: QtBot, page: ArithmeticPage) -> None:
    missing = page.findChild(QLabel, "arithmeticMissing")
    assert missing is not None
    assert missing.text().startswith("A, B and C are still without a face.")
    click(qtbot, page, "termARandomButton")
    assert missing.text().startswith("B and C are")
    click(qtbot, page, "termCRandomButton")
    assert missing.text().startswith("B is")
    assert missing.isVisible()
    click(qtbot, page, "termBRandomButton")
    assert not missing.isVisible()
    assert page.result.isVisible()


def test_the_result_is_that_of_the_means(
    qtbot: QtBot, page: ArithmeticPage, exploration: Exploration
) -> None:
    _fill(qtbot, page)
    nine = neighbourhood(combine(A, B, C), 0)
    np.testing.assert_array_equal(np.stack(page.around.vectors), nine)
    np.testing.assert_allclose(page.result.vectors[0], A.mean(0) - B.mean(0) + C[0], atol=1e-6)
    assert exploration.moment is not None
    assert exploration.moment.path is not None
    generator = load(exploration.moment.path)
    expected = [to_image(each) for each in decode(generator, nine)]
    qtbot.waitUntil(lambda: [page.around.picture(at) for at in range(9)] == expected)
    mean = to_image(decode(generator, A.mean(0, keepdims=True))[0])
    qtbot.waitUntil(lambda: page.terms[0]._mean.picture(0) == mean)
    assert text(page, "termACaption") == "mean of 3"


def test_the_result_and_its_neighbours_can_be_taken_over(
    qtbot: QtBot, page: ArithmeticPage, exploration: Exploration
) -> None:
    _fill(qtbot, page)
    nine = np.stack(page.around.vectors)
    qtbot.mouseClick(page.around, Qt.MouseButton.LeftButton, pos=page.around.cell(7).center())
    np.testing.assert_array_equal(exploration.z, nine[7])
    np.testing.assert_array_equal(exploration.state.origin, nine[7])
    qtbot.mouseClick(page.result, Qt.MouseButton.LeftButton, pos=page.result.cell(0).center())
    np.testing.assert_array_equal(exploration.z, nine[CENTRE])
    exploration.history.undo()
    np.testing.assert_array_equal(exploration.z, nine[7])


def test_other_neighbours_of_the_same_result(qtbot: QtBot, page: ArithmeticPage) -> None:
    _fill(qtbot, page)
    before = np.stack(page.around.vectors)
    click(qtbot, page, "arithmeticAnewButton")
    after = np.stack(page.around.vectors)
    np.testing.assert_array_equal(after[CENTRE], before[CENTRE])
    others = np.arange(9) != CENTRE
    assert (before[others] != after[others]).all()
    assert np.abs(after - after[CENTRE]).max() <= 0.25


def test_removing_a_face_changes_the_result_and_undo_brings_it_back(
    qtbot: QtBot, page: ArithmeticPage, exploration: Exploration
) -> None:
    _fill(qtbot, page)
    before = page.result.vectors[0]
    page.terms[0].tray.remove(0)
    np.testing.assert_allclose(page.result.vectors[0], combine(A[1:], B, C), atol=1e-6)
    exploration.history.undo()
    np.testing.assert_array_equal(page.result.vectors[0], before)


def test_a_face_or_a_mean_of_a_term_can_be_looked_at(
    qtbot: QtBot, page: ArithmeticPage, exploration: Exploration
) -> None:
    _fill(qtbot, page)
    tray = page.terms[1].tray
    qtbot.mouseClick(tray, Qt.MouseButton.LeftButton, pos=tray.cell(0).center())
    np.testing.assert_array_equal(exploration.z, B[0])
    page.terms[1]._mean.setFocus()
    qtbot.keyClick(page.terms[1]._mean, Qt.Key.Key_Return)
    np.testing.assert_allclose(exploration.z, B.mean(0), atol=1e-6)


def test_a_lock_holds_for_the_result(qtbot: QtBot, page: ArithmeticPage, exploration: Exploration) -> None:
    _fill(qtbot, page)
    exploration.set_lock("number 1", np.eye(10, dtype=np.float32)[0])
    kept = exploration.z[0]
    assert [float(each[0]) for each in page.around.vectors] == pytest.approx([float(kept)] * 9)
    exploration.history.undo()
    np.testing.assert_array_equal(np.stack(page.around.vectors), neighbourhood(combine(A, B, C), 0))


def test_another_run_with_other_latent_vectors_begins_anew(
    qtbot: QtBot, page: ArithmeticPage, exploration: Exploration, make_run: MakeRun
) -> None:
    _fill(qtbot, page)
    first = exploration.subject
    assert first is not None
    other = subject_of_run(make_run("other", latent_dim=12))
    exploration.open(other, other.moments[0])
    assert page.result.vectors == ()
    for letter in "ABC":
        click(qtbot, page, f"term{letter}RandomButton")
    assert page.result.vectors[0].shape == (12,)
    exploration.open(first, first.moments[0])
    np.testing.assert_allclose(page.result.vectors[0], combine(A, B, C), atol=1e-6)


def test_a_term_takes_so_many_faces(qtbot: QtBot, page: ArithmeticPage) -> None:
    for _ in range(MOST):
        click(qtbot, page, "termBRandomButton")
    assert not page.terms[1]._add.isEnabled()
    assert len(page.terms[1].faces.vectors) == MOST

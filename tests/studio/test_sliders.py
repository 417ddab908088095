"""Sliders over numbers and directions: moved, typed, reset, locked, found, saved."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QMenu, QSlider, QWidget
from pytestqt.qtbot import QtBot

from core.directions.direction import Direction, unit
from core.directions.unsupervised import closed_form, principal
from core.generators import load
from core.keepsakes.store import Keepsakes
from core.latent import z_of_seed
from core.runs import Run
from studio.explore.exploration import Faces
from studio.explore.panel import ExplorePanel
from studio.explore.subjects import Moment
from tests.studio.explored import child, expect_face, press, show
from tests.studio.hands import LONG

MakeRun = Callable[..., Run]


@pytest.fixture
def shown(qtbot: QtBot, panel: ExplorePanel, run: Run) -> ExplorePanel:
    show(qtbot, panel)
    return panel


def _turn(qtbot: QtBot, panel: ExplorePanel, tab: str, first: str) -> QSlider:
    """Turn to a tab and wait for its first slider."""
    press(panel, tab)
    qtbot.waitUntil(lambda: panel.findChild(QSlider, first) is not None, timeout=LONG)
    return child(panel, QSlider, first)


def _type(qtbot: QtBot, panel: ExplorePanel, name: str, text: str) -> None:
    field = child(panel, QLineEdit, name)
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_a_slider_moves_one_number_and_the_newest_position_wins(
    qtbot: QtBot, shown: ExplorePanel, run: Run
) -> None:
    decoded: list[Faces] = []
    shown.face.shown.connect(decoded.append)
    slider = child(shown, QSlider, "latentSlider3")
    for position in range(-300, 301):
        slider.setValue(position)
    z = z_of_seed(0, 10)[0]
    z[3] = 3.0
    expect_face(qtbot, shown, run, z)
    assert len(decoded) < 300
    assert child(shown, QLineEdit, "latentValue3").text() == "3.00"


def test_one_drag_is_one_undo(qtbot: QtBot, shown: ExplorePanel) -> None:
    slider, history = child(shown, QSlider, "latentSlider3"), shown.exploration.history
    for _ in range(2):
        middle = QPoint(slider.width() // 2, slider.height() // 2)
        slider.setValue(0)  # so that the handle is where it is taken
        before = history.count()
        qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=middle)
        for step in range(1, 20):
            qtbot.mouseMove(slider, middle + QPoint(step, 0))
        qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=middle + QPoint(19, 0))
        assert history.count() == before + 1
        assert shown.exploration.z[3] > 0.2


def test_a_value_can_be_typed_and_put_back(qtbot: QtBot, shown: ExplorePanel, run: Run) -> None:
    origin = z_of_seed(0, 10)[0]
    for dimension, text in ((0, "-1.5"), (1, "2")):
        _type(qtbot, shown, f"latentValue{dimension}", text)
    changed = origin.copy()
    changed[:2] = -1.5, 2
    expect_face(qtbot, shown, run, changed)
    press(shown, "latentReset0")
    changed[0] = origin[0]
    expect_face(qtbot, shown, run, changed)
    press(shown, "resetLatentButton")
    expect_face(qtbot, shown, run, origin)
    assert not child(shown, QAbstractButton, "resetLatentButton").isEnabled()


def test_a_locked_number_stays_whatever_face_comes(qtbot: QtBot, shown: ExplorePanel) -> None:
    _type(qtbot, shown, "latentValue2", "1.25")
    press(shown, "latentLock2")
    assert not child(shown, QSlider, "latentSlider2").isEnabled()
    press(shown, "randomizeButton")
    press(shown, "resetLatentButton")
    child(shown, QSlider, "latentSlider3").setValue(-200)
    assert shown.exploration.z[2] == pytest.approx(1.25, abs=1e-5)
    assert shown.exploration.z[3] == pytest.approx(-2, abs=1e-5)
    press(shown, "unlockAllButton")
    assert child(shown, QSlider, "latentSlider2").isEnabled()
    assert not child(shown, QAbstractButton, "unlockAllButton").isVisible()


def test_every_number_of_a_long_vector_can_be_reached(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    make_run("long", latent_dim=40)
    show(qtbot, panel)
    seen: set[str] = set()
    following = child(panel, QAbstractButton, "latentNextButton")
    while True:
        seen |= {each.objectName() for each in panel.findChildren(QSlider) if each.isVisible()}
        if not following.isEnabled():
            break
        following.click()
    assert {f"latentSlider{dimension}" for dimension in range(40)} <= seen


def test_the_search_goes_to_a_number(qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun) -> None:
    make_run("long", latent_dim=100)
    show(qtbot, panel)
    assert panel.findChild(QSlider, "latentSlider57") is None
    panel.activateWindow()
    qtbot.keyClicks(child(panel, QLineEdit, "latentSearch"), "57")
    assert child(panel, QSlider, "latentSlider57").isVisible()
    qtbot.keyClick(child(panel, QLineEdit, "latentSearch"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: child(panel, QSlider, "latentSlider57").hasFocus())


@pytest.mark.parametrize(
    ("tab", "stem", "find"),
    [("principalTab", "principal", principal), ("closedFormTab", "closedForm", closed_form)],
)
def test_directions_of_the_generator_move_along_themselves_only(
    qtbot: QtBot, shown: ExplorePanel, run: Run, tab: str, stem: str, find: Callable[..., list[Direction]]
) -> None:
    expected = find(load(run.checkpoints()[-1][1]))
    slider = _turn(qtbot, shown, tab, f"{stem}Slider1")
    before = shown.exploration.z
    assert slider.value() == round(float(expected[1].vector @ before) * 100)
    slider.setValue(250)
    moved = shown.exploration.z - before
    assert expected[1].vector @ shown.exploration.z == pytest.approx(2.5, abs=1e-4)
    np.testing.assert_allclose(moved, (moved @ expected[1].vector) * expected[1].vector, atol=1e-5)


def test_a_locked_direction_holds_while_numbers_move(qtbot: QtBot, shown: ExplorePanel) -> None:
    _turn(qtbot, shown, "principalTab", "principalSlider0")
    found = shown.sliders.shelf.found("principal")
    assert found is not None
    press(shown, "principalLock0")
    before = float(found[0].vector @ shown.exploration.z)
    press(shown, "numbersTab")
    child(shown, QSlider, "latentSlider4").setValue(300)
    assert found[0].vector @ shown.exploration.z == pytest.approx(before, abs=1e-4)
    assert shown.exploration.z[4] == pytest.approx(3, abs=1e-4)


def test_another_moment_has_directions_of_its_own(qtbot: QtBot, shown: ExplorePanel, run: Run) -> None:
    _turn(qtbot, shown, "closedFormTab", "closedFormSlider0")
    child(shown, QSlider, "exploreMomentSlider").setValue(0)
    expected = closed_form(load(run.checkpoints()[0][1]))[0].vector

    def found() -> bool:
        known = shown.sliders.shelf.found("closed-form")
        return known is not None and np.array_equal(known[0].vector, expected)

    qtbot.waitUntil(found, timeout=LONG)


def _choose(qtbot: QtBot, panel: ExplorePanel, button: str, text: str) -> None:
    """Choose from a slider's menu."""
    press(panel, button)
    menu = child(panel, QMenu, "directionMenu")
    action = next(each for each in menu.actions() if each.text().startswith(text))
    action.trigger()
    menu.close()
    qtbot.waitUntil(lambda: panel.findChild(QMenu, "directionMenu") is None)


def _name(qtbot: QtBot, panel: ExplorePanel, text: str) -> None:
    """Answer the window that asks for a name."""
    child(panel.window(), QLineEdit, "nameEdit").setText(text)
    press(panel.window(), "nameSaveButton")
    qtbot.waitUntil(lambda: panel.window().findChild(QWidget, "nameDialog") is None)


def test_a_direction_is_saved_renamed_offered_to_other_moments_and_removed(
    qtbot: QtBot, shown: ExplorePanel, run: Run
) -> None:
    _turn(qtbot, shown, "principalTab", "principalSlider0")
    found = shown.sliders.shelf.found("principal")
    assert found is not None
    _choose(qtbot, shown, "principalMenu0", "Save")
    _name(qtbot, shown, "towards the light")
    child(shown, QSlider, "exploreMomentSlider").setValue(0)
    slider = _turn(qtbot, shown, "attributesTab", "attributeSlider0")
    assert child(shown, QLabel, "attributeName0").text() == "towards the light"
    slider.setValue(-150)
    assert found[0].vector @ shown.exploration.z == pytest.approx(-1.5, abs=1e-4)
    _choose(qtbot, shown, "attributeMenu0", "Rename")
    _name(qtbot, shown, "light")
    qtbot.waitUntil(lambda: child(shown, QLabel, "attributeName0").text() == "light", timeout=LONG)
    _await_kept(qtbot, shown, run, ["light"])  # it is shown before it is written
    _choose(qtbot, shown, "attributeMenu0", "Remove")
    qtbot.waitUntil(lambda: shown.findChild(QSlider, "attributeSlider0") is None, timeout=LONG)
    assert "Nothing taught yet" in child(shown, QLabel, "slidersNote").text()


def _undo_to(qtbot: QtBot, panel: ExplorePanel, run: Run, text: str, names: list[str]) -> None:
    """Undo what bears this text, and wait for what is kept then."""
    history = panel.exploration.history
    qtbot.waitUntil(lambda: history.undoText() == text)
    history.undo()
    _await_kept(qtbot, panel, run, names)


def _await_kept(qtbot: QtBot, panel: ExplorePanel, run: Run, names: list[str]) -> None:
    kept = Keepsakes(run.latent_folder)
    qtbot.waitUntil(lambda: [each.name for each in kept.directions()] == names, timeout=LONG)
    qtbot.waitUntil(lambda: [each.name for each in panel.sliders.shelf.kept] == names, timeout=LONG)


def test_saving_renaming_and_removing_a_direction_are_undone_one_by_one(
    qtbot: QtBot, shown: ExplorePanel, run: Run
) -> None:
    shelf, history = shown.sliders.shelf, shown.exploration.history
    shelf.keep(Direction("", "principal", unit(np.arange(10) + 1)), "light")
    _await_kept(qtbot, shown, run, ["light"])
    shelf.rename(shelf.kept[0], "bright")
    _await_kept(qtbot, shown, run, ["bright"])
    shelf.remove(shelf.kept[0])
    _await_kept(qtbot, shown, run, [])
    _undo_to(qtbot, shown, run, "remove bright", ["bright"])
    _undo_to(qtbot, shown, run, "rename light", ["light"])
    _undo_to(qtbot, shown, run, "save light", [])
    history.redo()
    _await_kept(qtbot, shown, run, ["light"])


def test_the_sound_directions_of_a_damaged_file_are_shown(
    qtbot: QtBot, panel: ExplorePanel, run: Run
) -> None:
    Keepsakes(run.latent_folder).add(Direction("smile", "attribute", unit(np.arange(10) + 1)))
    path = run.latent_folder / "directions.json"
    path.write_text(
        path.read_text().replace("]}\n]", ']},\n{"name": 3}\n]').replace("null}\n]", "null},\n{}\n]")
    )
    said: list[str] = []
    panel.exploration.message.connect(said.append)
    show(qtbot, panel)
    qtbot.waitUntil(lambda: [each.name for each in panel.sliders.shelf.kept] == ["smile"])
    assert "set aside" in said[0]


@pytest.mark.parametrize("tab", ["latent", "principal"])
def test_what_is_being_typed_survives_the_snapshots_of_a_run_in_training(
    qtbot: QtBot, shown: ExplorePanel, run: Run, tab: str
) -> None:
    exploration = shown.exploration
    weights = [load(path) for _, path in run.checkpoints()]
    exploration.go_to(Moment(30, live=weights[0]))
    if tab == "principal":
        _turn(qtbot, shown, "principalTab", "principalSlider0")
    field = child(shown, QLineEdit, f"{tab}Value1")
    field.selectAll()
    qtbot.keyClicks(field, "1.2")
    axis = shown.sliders._rows[1].axis
    exploration.go_to(Moment(40, live=weights[1]))
    assert shown.sliders._rows[1].axis is axis
    shown.sliders.shelf._live.clear()  # so that directions are looked for anew
    shown.sliders.shelf.want(shown.sliders.shelf._wanted)
    qtbot.waitUntil(lambda: not shown.sliders.shelf._at_work, timeout=LONG)
    exploration.set_truncation(0.8)
    assert field.text() == "1.2"
    qtbot.keyClicks(field, "5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert axis is not None
    assert axis.value(exploration.z) == pytest.approx(1.25, abs=1e-4)
    assert not shown.sliders._due


def test_typing_that_is_no_number_is_forgotten(qtbot: QtBot, shown: ExplorePanel) -> None:
    field = child(shown, QLineEdit, "latentValue1")
    before = field.text()
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "-")
    press(shown, "latentReset1")
    assert field.text() == before


def test_accuracy_is_shown_and_chance_is_a_warning(qtbot: QtBot, panel: ExplorePanel, run: Run) -> None:
    keepsakes = Keepsakes(run.latent_folder)
    vector = unit(np.arange(10) + 1)
    keepsakes.add(Direction("smile", "attribute", vector, None, 0.91, (0.82, 0.96), 60))
    keepsakes.add(Direction("hat", "attribute", vector[::-1].copy(), None, 0.55, (0.41, 0.68), 40))
    show(qtbot, panel)
    _turn(qtbot, panel, "attributesTab", "attributeSlider1")
    smile, hat = (child(panel, QLabel, f"attributeNote{at}") for at in range(2))
    assert (smile.text(), smile.property("tone")) == ("91 % right", "good")
    assert (hat.text(), hat.property("tone")) == ("55 %, no better than chance", "warn")
    assert "between 41 % and 68 %, 95 % of the time" in hat.toolTip()
    assert "may be luck" in hat.toolTip()
    assert "teach" not in hat.toolTip()
    qtbot.keyClicks(child(panel, QLineEdit, "latentSearch"), "HAT")
    assert child(panel, QLabel, "attributeName1").text() == "hat"
    assert panel.findChild(QSlider, "attributeSlider0") is None


def test_as_many_sliders_as_the_height_holds(qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun) -> None:
    keepsakes = Keepsakes(make_run("long", latent_dim=100).latent_folder)
    for dimension in range(3):
        vector = unit(np.eye(100)[dimension])
        keepsakes.add(Direction(f"way {dimension}", "custom", vector))
    show(qtbot, panel)

    def count(stem: str) -> int:
        found = [each for each in panel.findChildren(QSlider) if each.isVisible()]
        return sum(each.objectName().startswith(f"{stem}Slider") for each in found)

    many = count("latent")
    panel.resize(1200, 1000)
    qtbot.waitUntil(lambda: count("latent") > many + 4)
    press(panel, "attributesTab")
    qtbot.waitUntil(lambda: count("attribute") == 3, timeout=LONG)
    press(panel, "numbersTab")
    panel.resize(1200, 800)
    qtbot.waitUntil(lambda: count("latent") == many)

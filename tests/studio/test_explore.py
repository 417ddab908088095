"""The workspace as a whole: what it opens, what it says when it cannot, and how its parts hang together."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QComboBox,
    QDialog,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core import generators
from core.keepsakes.store import Favourite, Keepsakes
from core.latent import decode, z_of_seed
from core.runs import Run
from studio.explore.panel import ExplorePanel
from studio.explore.stage.face import FaceView
from studio.explore.subjects import find_subjects, imported_folder, subject_of_file
from studio.parts import EmptyState, Segmented
from studio.pictures import PictureGrid
from studio.window import EXPLORE, MainWindow
from tests.studio.explored import (
    child,
    damage,
    expect_face,
    expect_picture,
    moment_words,
    press,
    run_name,
    show,
)
from tests.studio.hands import LONG

MakeRun = Callable[..., Run]


def test_without_runs_it_says_what_will_be_here(qtbot: QtBot, panel: ExplorePanel) -> None:
    panel.show()
    empty = child(panel, EmptyState, "exploreEmpty")
    qtbot.waitUntil(empty.isVisible)
    assert "press Start" in empty.accessibleName()
    assert child(panel, QAbstractButton, "importButton").isVisible()


def test_it_opens_the_newest_moment(qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun) -> None:
    run = make_run("faces", steps=(10, 1500))
    show(qtbot, panel)
    assert moment_words(panel) == "step 1,500"
    expect_face(qtbot, panel, run, z_of_seed(0, 10)[0])


def test_the_moment_slider_keeps_the_vector_and_another_run_does_not(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run, other = make_run("faces", steps=(10, 20, 30)), make_run("other", latent_dim=12)
    show(qtbot, panel)
    panel.open_run(run.folder)
    qtbot.waitUntil(lambda: run_name(panel) == "faces")
    z = z_of_seed(0, 10, 5)[4]
    panel.exploration.become(z, "test")
    child(panel, QSlider, "exploreMomentSlider").setValue(0)
    assert moment_words(panel) == "step 10"
    expect_face(qtbot, panel, run, z, checkpoint=0)
    child(panel, QSlider, "exploreMomentSlider").setValue(1)
    expect_face(qtbot, panel, run, z, checkpoint=1)
    panel.open_run(other.folder)
    expect_face(qtbot, panel, other, z_of_seed(0, 12)[0])


def test_a_run_that_is_asked_for_is_opened_although_an_older_list_comes_first(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun, tmp_path: Path
) -> None:
    make_run("near")
    elsewhere = make_run("far").folder.rename(tmp_path / "far")
    show(qtbot, panel)
    panel.open_run(elsewhere)
    panel._list(find_subjects())  # begun before the run was asked for, it knows nothing of it
    assert run_name(panel) == "near"
    qtbot.waitUntil(lambda: run_name(panel) == "far")


def test_a_generator_that_outlived_its_checkpoint_is_a_moment(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run = make_run("faces", steps=(10, 20))
    first = run.checkpoints()[0][1]
    generator = generators.load(first)
    run.generator_folder.mkdir()
    name = f"gen-000000010-{generators.digest(generator)}.safetensors"
    generators.save(run.generator_folder / name, generator, name="faces", step=10)
    first.unlink()
    show(qtbot, panel)
    child(panel, QSlider, "exploreMomentSlider").setValue(0)
    assert moment_words(panel) == "step 10"
    expect_picture(qtbot, panel, decode(generator, z_of_seed(0, 10))[0])


def test_an_imported_generator_is_offered_beside_the_runs(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run = make_run("faces")
    imported_folder().mkdir()
    generator = generators.load(run.checkpoints()[0][1])
    generators.save(imported_folder() / "found.safetensors", generator, name="found")
    show(qtbot, panel)
    combo = child(panel, QComboBox, "exploreRunCombo")
    assert [combo.itemText(at) for at in range(combo.count())] == ["faces", "found (imported)"]
    combo.setCurrentIndex(1)
    expect_face(qtbot, panel, run, z_of_seed(0, 10)[0], checkpoint=0)
    assert not child(panel, QSlider, "exploreMomentSlider").isVisible()


def test_what_was_just_imported_is_shown(qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun) -> None:
    run = make_run("faces", steps=(10, 20))
    show(qtbot, panel)
    imported_folder().mkdir()
    path = imported_folder() / "found.safetensors"
    generators.save(path, generators.load(run.checkpoints()[0][1]), name="found")
    subject = subject_of_file(path)
    panel.importing.opened.emit(subject, subject.moments[0])
    expect_face(qtbot, panel, run, z_of_seed(0, 10)[0], checkpoint=0)
    assert run_name(panel) == "found (imported)"
    qtbot.waitUntil(lambda: len(panel.choice.subjects) == 2)
    assert run_name(panel) == "found (imported)"


def test_a_part_that_goes_to_another_moment_takes_the_slider_along(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    make_run("faces", steps=(10, 20, 30))
    show(qtbot, panel)
    subject = panel.exploration.subject
    assert subject is not None
    panel.exploration.go_to(subject.moments[1])
    assert moment_words(panel) == "step 20"
    assert child(panel, QSlider, "exploreMomentSlider").value() == 1


def test_a_refresh_keeps_what_is_chosen(qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun) -> None:
    run = make_run("faces")
    show(qtbot, panel)
    child(panel, QSlider, "exploreMomentSlider").setValue(0)
    make_run("newer")
    panel.refresh()
    qtbot.waitUntil(lambda: child(panel, QComboBox, "exploreRunCombo").count() == 2)
    assert (run_name(panel), moment_words(panel)) == ("faces", "step 10")
    expect_face(qtbot, panel, run, z_of_seed(0, 10)[0], checkpoint=0)


def test_a_pruned_checkpoint_gives_way_to_the_nearest(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run = make_run("faces", steps=(10, 20, 500))
    show(qtbot, panel)
    child(panel, QSlider, "exploreMomentSlider").setValue(0)
    expect_face(qtbot, panel, run, z_of_seed(0, 10)[0], checkpoint=0)
    run.checkpoints()[0][1].unlink()
    panel.refresh()
    qtbot.waitUntil(lambda: moment_words(panel) == "step 20")
    expect_face(qtbot, panel, run, z_of_seed(0, 10)[0], checkpoint=0)


def test_damaged_newest_checkpoints_give_way_to_the_newest_good_one(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run = make_run("faces", steps=(10, 20, 30))
    for _, path in run.checkpoints()[1:]:
        damage(path)
    said: list[str] = []
    panel.message.connect(said.append)
    panel.show()
    expect_face(qtbot, panel, run, z_of_seed(0, 10)[0], checkpoint=0)
    assert moment_words(panel) == "step 10"
    assert said[-1] == f"{run.checkpoints()[1][1].name} is damaged, so step 10 is opened instead."
    assert child(panel, QAbstractButton, "exportSheetButton").isEnabled()


def test_a_broken_checkpoint_is_one_sentence_and_an_older_one_still_opens(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run = make_run("faces", steps=(10, 20, 30))
    show(qtbot, panel)
    damage(run.checkpoints()[1][1])
    child(panel, QSlider, "exploreMomentSlider").setValue(1)
    trouble = child(panel, EmptyState, "exploreTrouble")
    qtbot.waitUntil(trouble.isVisible)
    assert "Choose an older checkpoint" in trouble.accessibleName()
    assert not child(panel, QAbstractButton, "exportSheetButton").isEnabled()
    child(panel, QSlider, "exploreMomentSlider").setValue(0)
    expect_face(qtbot, panel, run, z_of_seed(0, 10)[0], checkpoint=0)
    assert child(panel, QAbstractButton, "exportSheetButton").isEnabled()
    assert not trouble.isVisible()


def test_a_run_that_has_saved_nothing_says_when_it_will(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run = make_run("young", steps=(), checkpoint_every=700)
    panel.open_run(run.folder)
    panel.show()
    trouble = child(panel, EmptyState, "exploreTrouble")
    qtbot.waitUntil(trouble.isVisible)
    assert "700 steps" in trouble.accessibleName()


def test_a_run_from_elsewhere_that_cannot_be_read_is_a_message(
    qtbot: QtBot, panel: ExplorePanel, tmp_path: Path
) -> None:
    with qtbot.waitSignal(panel.message, check_params_cb=lambda text: "holds no run" in text):
        panel.open_run(tmp_path / "nowhere")


@pytest.mark.parametrize("redo", ["Ctrl+Shift+Z", "Ctrl+Y"])
def test_edits_are_undone_and_redone_by_key_and_the_tooltip_tells_which(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun, redo: str
) -> None:
    run = make_run("faces")
    show(qtbot, panel)
    origin = panel.exploration.z
    child(panel, QSlider, "latentSlider3").setValue(200)
    undo = child(panel, QToolButton, "undoButton")
    assert undo.toolTip() == "Undo: move number 3 (Ctrl+Z)"
    panel.activateWindow()
    child(panel, QLineEdit, "latentValue3").setFocus()
    qtbot.keyClick(child(panel, QLineEdit, "latentValue3"), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    expect_face(qtbot, panel, run, origin)
    assert child(panel, QSlider, "latentSlider3").value() == round(float(origin[3]) * 100)
    assert not undo.isEnabled()
    modifiers = Qt.KeyboardModifier.ControlModifier
    if "Shift" in redo:
        modifiers |= Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(panel, Qt.Key.Key_Z if "Shift" in redo else Qt.Key.Key_Y, modifiers)
    assert panel.exploration.z[3] == 2


def test_the_star_keeps_the_face(qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun) -> None:
    run = make_run("faces")
    show(qtbot, panel)
    press(panel, "keepFaceButton")

    def kept() -> list[Favourite]:
        return Keepsakes(run.latent_folder).favourites()

    qtbot.waitUntil(lambda: len(kept()) == 1, timeout=LONG)
    np.testing.assert_array_equal(kept()[0].z, z_of_seed(0, 10)[0])


@pytest.mark.parametrize("button", ["exportSheetButton", "exportFaceButton", "teachButton"])
def test_what_needs_questions_opens_a_dialog(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun, button: str
) -> None:
    make_run("faces")
    show(qtbot, panel)
    press(panel, button)
    dialogs = [each for each in panel.window().findChildren(QDialog) if each.isVisible()]
    assert len(dialogs) == 1
    dialogs[0].reject()


def test_everything_fits_the_smallest_window(window: MainWindow, make_run: MakeRun, qtbot: QtBot) -> None:
    make_run("faces", steps=(10, 20), latent_dim=100)
    window.resize(1100, 700)
    window.show_workspace(EXPLORE)
    panel = window.explore
    qtbot.waitUntil(lambda: panel.face.faces is not None, timeout=LONG)
    qtbot.wait(50)  # the layout settles
    for kind in (QPushButton, Segmented):
        for each in panel.findChildren(kind):
            if each.isVisible():
                assert each.width() >= each.sizeHint().width(), each.objectName()
    assert panel.minimumSizeHint().width() <= panel.width()


def test_what_one_uses_has_a_name(qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun) -> None:
    make_run("faces", steps=(10, 20))
    show(qtbot, panel)
    for tab in ("numbersTab", "principalTab", "attributesTab"):
        press(panel, tab)
        for kind in (QAbstractButton, QAbstractSlider, QComboBox, QSpinBox, QLineEdit, PictureGrid, FaceView):
            for each in panel.findChildren(kind):
                if each.isVisible() and not each.objectName().startswith("qt_"):
                    assert each.objectName(), each
                    assert _accessible(each), each.objectName()


def _accessible(widget: QWidget) -> bool:
    return bool(widget.accessibleName()) or isinstance(widget.parentWidget(), QSpinBox)

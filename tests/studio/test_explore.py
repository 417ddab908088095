import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QSlider,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.export import sheet
from core.generators import load
from core.latent import decode, slerp, z_of_seed
from core.runs import Run
from studio.explore.panel import ExplorePanel
from studio.explore.face import FaceView
from studio.parts import EmptyState
from studio.pictures import PictureGrid, to_image
from studio.theme import install
from studio.window import EXPLORE, MainWindow

T = TypeVar("T", bound=QWidget)
MakeRun = Callable[..., Run]


@pytest.fixture
def panel(qtbot: QtBot, runs_folder: Path, qapp: object) -> Iterator[ExplorePanel]:
    install(qapp)
    panel = ExplorePanel()
    panel.resize(1200, 800)
    qtbot.addWidget(panel)
    yield panel
    panel.shut_down()
    assert not [each for each in threading.enumerate() if each.name.startswith("studio")]


def _show(qtbot: QtBot, panel: ExplorePanel) -> None:
    """Show the panel and wait until it has settled on a face."""
    panel.show()
    qtbot.waitUntil(lambda: panel._shown is not None and _child(panel, PictureGrid, "randomGrid").count() > 0)


def _child(panel: QWidget, kind: type[T], name: str) -> T:
    found = panel.findChild(kind, name)
    assert found is not None, name
    return found


def _expect_face(qtbot: QtBot, panel: ExplorePanel, run: Run, z: np.ndarray, checkpoint: int = -1) -> None:
    """Wait until the face on screen is the one that the checkpoint's generator makes of z."""
    expected = decode(load(run.checkpoints()[checkpoint][1]), z[None])[0]

    def same() -> None:
        assert panel._shown is not None
        np.testing.assert_array_equal(panel._shown.pictures[0], expected)

    qtbot.waitUntil(lambda: _passes(same))
    assert _child(panel, FaceView, "face")._image == to_image(panel._shown.shown[0])


def _passes(check: object) -> bool:
    try:
        check()  # type: ignore[operator]
    except AssertionError:
        return False
    return True


def test_without_runs_it_says_what_will_be_here(qtbot: QtBot, panel: ExplorePanel) -> None:
    panel.show()
    empty = _child(panel, EmptyState, "exploreEmpty")
    qtbot.waitUntil(empty.isVisible)
    assert "press Start" in empty.accessibleName()


def test_it_opens_the_newest_checkpoint_and_lists_newest_first(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run = make_run("faces", steps=(10, 1500))
    _show(qtbot, panel)
    combo = _child(panel, QComboBox, "exploreCheckpointCombo")
    assert [combo.itemText(at) for at in range(combo.count())] == ["step 1,500", "step 10"]
    _expect_face(qtbot, panel, run, z_of_seed(0, 10)[0])


def test_a_slider_moves_one_number_and_the_newest_position_wins(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run = make_run("faces")
    _show(qtbot, panel)
    decoded: list[object] = []
    panel._face_worker.result.connect(decoded.append)
    slider = _child(panel, QSlider, "latentSlider3")
    for position in range(-300, 301):
        slider.setValue(position)
    z = z_of_seed(0, 10)[0]
    z[3] = 3.0
    _expect_face(qtbot, panel, run, z)
    assert len(decoded) < 300
    assert _child(panel, QLineEdit, "latentValue3").text() == "3.00"


def test_a_value_can_be_typed_and_put_back(qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun) -> None:
    run = make_run("faces")
    _show(qtbot, panel)
    origin = z_of_seed(0, 10)[0]
    for dimension, text in ((0, "-1.5"), (1, "2")):
        box = _child(panel, QLineEdit, f"latentValue{dimension}")
        box.selectAll()
        qtbot.keyClicks(box, text)
        qtbot.keyClick(box, Qt.Key.Key_Return)
    changed = origin.copy()
    changed[:2] = -1.5, 2
    _expect_face(qtbot, panel, run, changed)
    _child(panel, QAbstractButton, "latentReset0").click()
    changed[0] = origin[0]
    _expect_face(qtbot, panel, run, changed)
    _child(panel, QAbstractButton, "resetLatentButton").click()
    _expect_face(qtbot, panel, run, origin)
    assert not _child(panel, QAbstractButton, "resetLatentButton").isEnabled()


def test_every_number_of_a_long_vector_can_be_reached(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    make_run("faces", latent_dim=40)
    _show(qtbot, panel)
    seen: set[str] = set()
    following = _child(panel, QAbstractButton, "latentNextButton")
    while True:
        seen |= {each.objectName() for each in panel.findChildren(QSlider) if each.isVisible()}
        if not following.isEnabled():
            break
        following.click()
    assert {f"latentSlider{dimension}" for dimension in range(40)} <= seen


def test_random_faces_follow_the_seed_and_one_can_be_chosen(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run = make_run("faces")
    _show(qtbot, panel)
    _child(panel, QAbstractButton, "randomizeButton").click()
    seed = _child(panel, QSpinBox, "exploreSeed").value()
    assert seed != 0
    _expect_face(qtbot, panel, run, z_of_seed(seed, 10)[0])
    grid = _child(panel, PictureGrid, "randomGrid")
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid._cell(6).center())
    _expect_face(qtbot, panel, run, z_of_seed(seed, 10, 7)[6])


def test_a_morph_leads_from_a_to_b(qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun) -> None:
    run = make_run("faces")
    _show(qtbot, panel)
    a, b = z_of_seed(0, 10, 6)[[0, 5]]
    panel._pick(5)
    _child(panel, QAbstractButton, "setBButton").click()
    slider = _child(panel, QSlider, "morphSlider")
    assert slider.value() == 100
    slider.setValue(25)
    _expect_face(qtbot, panel, run, slerp(a, b, 0.25))
    assert _child(panel, QLabel, "morphLabel").text() == "25 %"
    _child(panel, QAbstractButton, "morphFaceA").click()
    _expect_face(qtbot, panel, run, a)
    _child(panel, QAbstractButton, "randomAButton").click()
    slider.setValue(100)
    _expect_face(qtbot, panel, run, b)


def test_another_checkpoint_keeps_the_vector_and_another_run_does_not(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run, other = make_run("faces"), make_run("other", latent_dim=12)
    _show(qtbot, panel)
    panel.open_run(run.folder)
    qtbot.waitUntil(lambda: _child(panel, QComboBox, "exploreRunCombo").currentText() == "faces")
    panel._pick(4)
    _child(panel, QComboBox, "exploreCheckpointCombo").setCurrentIndex(1)
    _expect_face(qtbot, panel, run, z_of_seed(0, 10, 5)[4], checkpoint=0)
    panel.open_run(other.folder)
    _expect_face(qtbot, panel, other, z_of_seed(0, 12)[0])


def test_a_refresh_keeps_what_is_chosen(qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun) -> None:
    run = make_run("faces")
    _show(qtbot, panel)
    _child(panel, QComboBox, "exploreCheckpointCombo").setCurrentIndex(1)
    _expect_face(qtbot, panel, run, z_of_seed(0, 10)[0], checkpoint=0)
    make_run("newer")
    panel.refresh()
    qtbot.waitUntil(lambda: _child(panel, QComboBox, "exploreRunCombo").count() == 2)
    assert _child(panel, QComboBox, "exploreRunCombo").currentText() == "faces"
    assert _child(panel, QComboBox, "exploreCheckpointCombo").currentText() == "step 10"


def _damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def test_damaged_newest_checkpoints_give_way_to_the_newest_good_one(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run = make_run("faces", steps=(10, 20, 30))
    for _, path in run.checkpoints()[1:]:
        _damage(path)
    said: list[str] = []
    panel.message.connect(said.append)
    panel.show()
    _expect_face(qtbot, panel, run, z_of_seed(0, 10)[0], checkpoint=0)
    assert _child(panel, QComboBox, "exploreCheckpointCombo").currentText() == "step 10"
    assert (
        said[-1]
        == f"{run.checkpoints()[1][1].name} is damaged, so the checkpoint of step 10 is opened instead."
    )
    assert _child(panel, QAbstractButton, "exportSheetButton").isEnabled()


def test_set_buttons_show_their_whole_text_in_the_smallest_window(
    window: MainWindow, make_run: MakeRun, qtbot: QtBot
) -> None:
    make_run("faces")
    window.resize(1100, 700)
    window.show_workspace(EXPLORE)
    for name in ("setAButton", "setBButton"):
        button = _child(window.explore, QAbstractButton, name)
        qtbot.waitUntil(button.isVisible)
        qtbot.waitUntil(lambda shown=button: shown.width() >= shown.sizeHint().width())


def test_a_broken_checkpoint_is_one_sentence_and_an_older_one_still_opens(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run = make_run("faces", steps=(10, 20, 30))
    _show(qtbot, panel)
    _damage(run.checkpoints()[1][1])
    _child(panel, QComboBox, "exploreCheckpointCombo").setCurrentIndex(1)
    trouble = _child(panel, EmptyState, "exploreTrouble")
    qtbot.waitUntil(trouble.isVisible)
    assert "Choose an older checkpoint" in trouble.accessibleName()
    assert not _child(panel, QAbstractButton, "exportSheetButton").isEnabled()
    _child(panel, QComboBox, "exploreCheckpointCombo").setCurrentIndex(2)
    _expect_face(qtbot, panel, run, z_of_seed(0, 10)[0], checkpoint=0)
    assert _child(panel, QAbstractButton, "exportSheetButton").isEnabled()
    assert not trouble.isVisible()


def test_a_run_that_has_saved_nothing_says_when_it_will(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun
) -> None:
    run = make_run("young", steps=(), checkpoint_every=700)
    panel.open_run(run.folder)
    panel.show()
    trouble = _child(panel, EmptyState, "exploreTrouble")
    qtbot.waitUntil(trouble.isVisible)
    assert "700 steps" in trouble.accessibleName()


def test_a_run_from_elsewhere_that_cannot_be_read_is_a_message(
    qtbot: QtBot, panel: ExplorePanel, tmp_path: Path
) -> None:
    with qtbot.waitSignal(panel.message, check_params_cb=lambda text: "holds no run" in text):
        panel.open_run(tmp_path / "nowhere")


def test_a_sheet_is_exported_with_its_seed(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun, tmp_path: Path
) -> None:
    run = make_run("faces")
    _show(qtbot, panel)
    _child(panel, QSpinBox, "exploreSeed").setValue(9)
    _child(panel, QSpinBox, "sheetRows").setValue(2)
    _child(panel, QSpinBox, "sheetColumns").setValue(3)
    _accept(qtbot, panel, "exportSheetButton", tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.info["Seed"] == "9"
        assert image.info["Generator"] == run.checkpoints()[-1][1].name
        pixels = np.asarray(image)
    faces = decode(load(run.checkpoints()[-1][1]), z_of_seed(9, 10, 6))
    np.testing.assert_array_equal(pixels, sheet(faces, 3))


def test_the_face_is_saved_with_its_vector(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun, tmp_path: Path
) -> None:
    run = make_run("faces")
    _show(qtbot, panel)
    _expect_face(qtbot, panel, run, z_of_seed(0, 10)[0])
    _accept(qtbot, panel, "exportFaceButton", tmp_path / "face.png")
    with Image.open(tmp_path / "face.png") as image:
        z = np.array(image.info["Latent vector"].split(), np.float32)
        assert image.size == (32, 32)
    np.testing.assert_array_equal(z, z_of_seed(0, 10)[0])


def test_a_sheet_that_cannot_be_written_is_a_message(
    qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun, tmp_path: Path
) -> None:
    make_run("faces")
    _show(qtbot, panel)
    (tmp_path / "file").write_text("")
    with qtbot.waitSignal(panel.message, check_params_cb=lambda text: "could not be written" in text):
        panel._writer._write(
            tmp_path / "file" / "x.png",
            lambda path: panel._writer._decoder.export_sheet(panel._shown.wish, path, 1, {}),
        )


def test_what_one_uses_has_a_name(qtbot: QtBot, panel: ExplorePanel, make_run: MakeRun) -> None:
    make_run("faces")
    _show(qtbot, panel)
    for kind in (QAbstractButton, QAbstractSlider, QComboBox, QSpinBox, PictureGrid, FaceView):
        for each in panel.findChildren(kind):
            if each.isVisible() and not each.objectName().startswith("qt_"):
                assert each.objectName(), each
                assert each.accessibleName(), each.objectName()


def _accept(qtbot: QtBot, panel: ExplorePanel, button: str, path: Path) -> None:
    """Press the button, name the file in the dialog, and wait until it is written."""
    _child(panel, QAbstractButton, button).click()
    dialog = panel.findChild(QFileDialog, "exportDialog")
    assert dialog is not None
    dialog.selectFile(str(path))
    with qtbot.waitSignal(panel.message, check_params_cb=lambda text: text.startswith("Saved")):
        dialog.accept()

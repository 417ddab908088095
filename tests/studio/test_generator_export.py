"""The generator alone as a file, and the menu that leads there."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from core import generators
from core.errors import Cancelled
from core.latent import decode, z_of_seed
from core.runs import Run
from studio import jobs
from studio.explore.exploration import Exploration
from studio.explore.exports.export_menu import ExportMenu
from studio.explore.exports.film_dialog import FilmDialog
from studio.explore.exports.generator_export import GeneratorDialog, write_generator
from studio.explore.subjects import Moment, subject_of_file
from tests.studio.hands import click


@pytest.fixture
def over(qtbot: QtBot, exploration: Exploration) -> Iterator[QWidget]:
    """A window with the menu's button in it."""
    made = QWidget()
    ExportMenu(exploration).setParent(made)
    qtbot.addWidget(made)
    made.show()
    yield made
    jobs.wait_for_all()


def _choose(over: QWidget, name: str) -> None:
    action = over.findChild(QAction, name)
    assert action is not None
    action.trigger()


def _save(qtbot: QtBot, over: QWidget, folder: Path, name: str = "") -> Path:
    """Press Save and choose a file, of the proposed name unless another is given."""
    form = over.findChild(GeneratorDialog)
    assert form is not None
    click(qtbot, form, "exportSaveButton")
    where = form.findChild(QFileDialog, "exportDialog")
    assert where is not None
    path = folder / (name or Path(where.selectedFiles()[0]).name)
    where.fileSelected.emit(str(path))
    return path


def test_safetensors_hold_the_same_generator_and_have_a_card(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], run: Run, tmp_path: Path
) -> None:
    _choose(over, "exportGeneratorAction")
    path = _save(qtbot, over, tmp_path)
    qtbot.waitUntil(lambda: bool(said))
    assert path.name == "faces step 20.safetensors"
    assert said == [f"Saved {path.name} and its card {path.name}.md in {tmp_path}."]
    facts = generators.read_facts(path)
    original = generators.load(run.checkpoints()[-1][1])
    assert (facts.name, facts.step, facts.digest) == ("faces", 20, generators.digest(original))
    assert facts.about["run"] == "faces"
    z = z_of_seed(0, 10, 3)
    np.testing.assert_array_equal(decode(generators.load(path), z), decode(original, z))
    card = path.with_name(f"{path.name}.md").read_text("utf-8")
    assert facts.digest in card


def test_onnx_tells_the_measured_difference(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], run: Run, tmp_path: Path
) -> None:
    import onnxruntime

    _choose(over, "exportGeneratorAction")
    form = over.findChild(GeneratorDialog)
    click(qtbot, form, "asOnnx")
    path = _save(qtbot, over, tmp_path)
    qtbot.waitUntil(lambda: bool(said))
    assert path.name == "faces step 20.onnx"
    assert "pictures differ from PyTorch's by" in said[0]
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    z = z_of_seed(0, 10, 3)
    (drawn,) = session.run(None, {"z": z})
    pixels = np.clip(np.round((drawn + 1) * 127.5), 0, 255).transpose(0, 2, 3, 1)
    expected = decode(generators.load(run.checkpoints()[-1][1]), z)
    assert np.abs(pixels - expected).max() <= 1


def test_a_file_gets_the_suffix_of_its_kind_and_replaces_none(
    qtbot: QtBot, over: QWidget, said: list[str], tmp_path: Path
) -> None:
    (tmp_path / "x.bin.onnx").write_text("something else")
    _choose(over, "exportGeneratorAction")
    click(qtbot, over.findChild(GeneratorDialog), "asOnnx")
    _save(qtbot, over, tmp_path, "x.bin")
    qtbot.waitUntil(lambda: bool(said))
    assert sorted(each.name for each in tmp_path.glob("x.*")) == ["x.bin 2.onnx", "x.bin.onnx"]
    assert (tmp_path / "x.bin.onnx").read_text() == "something else"


@pytest.mark.parametrize("suffix", [".safetensors", ".onnx"])
def test_what_is_cancelled_is_not_written(exploration: Exploration, tmp_path: Path, suffix: str) -> None:
    assert exploration.subject is not None
    assert exploration.moment is not None
    path = tmp_path / f"faces{suffix}"
    with pytest.raises(Cancelled):
        write_generator(path, exploration.subject, exploration.moment, lambda *_: None, lambda: True)
    assert not path.exists()


def test_the_live_generator_can_be_exported(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], run: Run, tmp_path: Path
) -> None:
    generator = generators.load(run.checkpoints()[0][1])
    exploration.go_to(Moment(13, live=generator))
    _choose(over, "exportGeneratorAction")
    path = _save(qtbot, over, tmp_path)
    qtbot.waitUntil(lambda: bool(said))
    assert generators.read_facts(path).step == 13
    assert generators.read_facts(path).digest == generators.digest(generator)


def test_an_imported_generator_has_no_film_and_keeps_its_origin(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], run: Run, tmp_path: Path
) -> None:
    film = over.findChild(QAction, "exportFilmAction")
    assert film is not None
    assert film.isEnabled()
    file = tmp_path / "theirs.safetensors"
    original = generators.load(run.checkpoints()[0][1])
    generators.save(file, original, name="theirs", about={"imported from": "netG.pth"})
    subject = subject_of_file(file)
    exploration.open(subject, subject.moments[0])
    assert not film.isEnabled()
    _choose(over, "exportGeneratorAction")
    path = _save(qtbot, over, tmp_path / "out")
    qtbot.waitUntil(lambda: bool(said))
    assert generators.read_facts(path).about == {"imported from": "netG.pth"}
    assert generators.read_facts(path).step is None


def test_the_menu_drops_down_and_tells_what_is_wanted(
    qtbot: QtBot, over: QWidget, exploration: Exploration
) -> None:
    menu = over.findChild(ExportMenu)
    assert menu is not None
    click(qtbot, over, "exportMenuButton")
    assert menu._menu.isVisible()
    menu._menu.close()
    for name, wanted in (
        ("exportSheetAction", menu.sheet_wanted),
        ("exportFaceAction", menu.face_wanted),
    ):
        with qtbot.waitSignal(wanted):
            _choose(over, name)
    _choose(over, "exportFilmAction")
    qtbot.waitUntil(lambda: over.findChild(FilmDialog) is not None)
    exploration.go_to(None)
    assert not menu.isEnabled()

"""Pictures dropped on the window: a sheet's faces come back bit for bit, or it is said what is missing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from core import generators
from core.latent import z_of_seed
from core.runs import Run
from core.sheets import Sheet
from studio.explore.arrivals.sheet_drop import Found, SheetDrop
from studio.explore.exploration import Exploration
from studio.explore.exports.sheet_dialog import PNG
from studio.explore.exports.sheet_export import write_faces
from studio.explore.stage.gallery import GalleryCard
from studio.explore.subjects import Moment, Subject, imported_folder, subject_of_file, subject_of_run
from tests.studio.hands import click

MakeRun = Callable[..., Run]


@pytest.fixture
def exploration(runs_folder: Path, qapp: object) -> Iterator[Exploration]:
    made = Exploration()
    yield made
    made.close()


@pytest.fixture
def drop(exploration: Exploration, over: QWidget) -> SheetDrop:
    return SheetDrop(exploration, over)


@pytest.fixture
def restored(drop: SheetDrop) -> list[Found]:
    made: list[Found] = []
    drop.restored.connect(lambda subject, moment, sheet: made.append(Found(subject, moment, sheet)))
    return made


def _export(path: Path, subject: Subject, moment: Moment, truncation: float = 0.8) -> np.ndarray:
    """A sheet as the window writes it, of 12 faces; its faces come back."""
    sheet = Sheet(z_of_seed(5, subject.latent_dim, 12), 3, 4, spacing=0, truncation=truncation)
    write_faces(path, PNG, sheet, subject, moment, lambda done, total: None, lambda: False)
    size = subject.size_px
    pixels = np.asarray(Image.open(path)).reshape(3, size, 4, size, 3).swapaxes(1, 2)
    return pixels.reshape(12, size, size, 3)


def _shown(qtbot: QtBot, exploration: Exploration) -> np.ndarray:
    """What the workspace draws of the grid's faces."""
    line = exploration.line(1)
    with qtbot.waitSignal(line.ready) as answer:
        line.ask(exploration.faces(12))
    return answer.args[0].pictures


def _dialog(over: QWidget, name: str) -> QDialog:
    found = over.findChild(QDialog, name)
    assert found is not None
    return found


def _text(over: QWidget, name: str) -> str:
    found = over.findChild(QLabel, name)
    assert found is not None
    return found.text()


def test_a_sheet_restores_its_faces_bit_for_bit(
    qtbot: QtBot,
    exploration: Exploration,
    drop: SheetDrop,
    restored: list[Found],
    make_run: MakeRun,
    tmp_path: Path,
) -> None:
    other, run = (
        subject_of_run(make_run("other", steps=(1, 2))),
        subject_of_run(make_run("faces", steps=(10, 20, 30))),
    )
    path = tmp_path / "sheet.png"
    faces = _export(path, run, run.moments[1])
    exploration.open(other, other.moments[-1])
    exploration.set_lock("number 0", np.eye(10, dtype=np.float32)[0])
    said: list[str] = []
    drop.message.connect(said.append)
    drop.open_file(path)
    qtbot.waitUntil(lambda: bool(restored))
    assert exploration.subject is not None
    assert (exploration.subject.key, exploration.moment) == (run.key, run.moments[1])
    np.testing.assert_array_equal(exploration.faces(1), z_of_seed(5, 10, 12))
    np.testing.assert_array_equal(exploration.z, z_of_seed(5, 10)[0])
    assert exploration.state.truncation == 0.8
    assert (exploration.state.picked, exploration.state.sheet_columns) == (0, 4)
    np.testing.assert_array_equal(_shown(qtbot, exploration), faces)
    assert said == ["12 faces from sheet.png: faces, step 20."]


def test_within_one_run_it_can_be_undone(
    qtbot: QtBot,
    exploration: Exploration,
    drop: SheetDrop,
    restored: list[Found],
    make_run: MakeRun,
    tmp_path: Path,
) -> None:
    run = subject_of_run(make_run("faces"))
    _export(tmp_path / "sheet.png", run, run.moments[0])
    exploration.open(run, run.moments[1], seed=3)
    drop.open_file(tmp_path / "sheet.png")
    qtbot.waitUntil(lambda: bool(restored))
    assert exploration.moment == run.moments[0]
    exploration.history.undo()
    np.testing.assert_array_equal(exploration.faces(4), z_of_seed(3, 10, 4))
    exploration.history.redo()
    exploration.become(z_of_seed(9, 10)[0], "seed 9", seed=9, picked=0)
    np.testing.assert_array_equal(exploration.faces(4), z_of_seed(9, 10, 4))


def test_an_imported_generator_is_found_too(
    qtbot: QtBot,
    exploration: Exploration,
    drop: SheetDrop,
    restored: list[Found],
    make_run: MakeRun,
    tmp_path: Path,
) -> None:
    run = make_run("faces")
    file = imported_folder() / "theirs.safetensors"
    original = generators.load(run.checkpoints()[0][1])
    generators.save(file, original, name="theirs")
    subject = subject_of_file(file)
    _export(tmp_path / "sheet.png", subject, subject.moments[0])
    run.checkpoints()[0][1].unlink()  # it drew the same faces
    drop.open_file(tmp_path / "sheet.png")
    qtbot.waitUntil(lambda: bool(restored))
    assert (restored[0].subject.name, restored[0].moment.path) == ("theirs", file)


def test_the_live_generator_is_found(
    qtbot: QtBot,
    exploration: Exploration,
    drop: SheetDrop,
    restored: list[Found],
    make_run: MakeRun,
    tmp_path: Path,
) -> None:
    run = subject_of_run(make_run("faces"))
    generator = generators.load(run.moments[0].path)
    with_change = generator.layers[0].weight.clone() + 1
    generator.layers[0].weight = type(generator.layers[0].weight)(with_change, requires_grad=False)
    live = Moment(15, live=generator)
    _export(tmp_path / "sheet.png", run, live)
    exploration.open(run, live)
    drop.open_file(tmp_path / "sheet.png")
    qtbot.waitUntil(lambda: bool(restored))
    assert restored[0].moment == live


def test_the_missing_generator_is_named(
    qtbot: QtBot, drop: SheetDrop, restored: list[Found], over: QWidget, make_run: MakeRun, tmp_path: Path
) -> None:
    run = make_run("faces")
    subject = subject_of_run(run)
    _export(tmp_path / "sheet.png", subject, subject.moments[0])
    digest = generators.digest(generators.load(run.checkpoints()[0][1]))
    run.checkpoints()[0][1].unlink()
    drop.open_file(tmp_path / "sheet.png")
    qtbot.waitUntil(lambda: over.findChild(QDialog, "missingGeneratorDialog") is not None)
    assert _text(over, "missingGeneratorDialogText") == (
        f"sheet.png was drawn by faces, step 10 (weights {digest}). The run faces is here, but it no longer "
        "keeps the generator of that moment."
    )
    with qtbot.waitSignal(drop.import_wanted):
        click(qtbot, _dialog(over, "missingGeneratorDialog"), "missingImportButton")
    assert restored == []


def test_without_its_run_the_sheet_says_where_it_comes_from(
    qtbot: QtBot, drop: SheetDrop, over: QWidget, make_run: MakeRun, tmp_path: Path
) -> None:
    import shutil

    run = make_run("faces")
    subject = subject_of_run(run)
    _export(tmp_path / "sheet.png", subject, subject.moments[0])
    shutil.rmtree(run.folder)
    drop.open_file(tmp_path / "sheet.png")
    qtbot.waitUntil(lambda: over.findChild(QDialog, "missingGeneratorDialog") is not None)
    said = _text(over, "missingGeneratorDialogText")
    assert said.startswith("sheet.png was drawn by faces, step 10 (weights ")
    assert "neither among your runs nor among the imported generators" in said


@pytest.mark.parametrize("name", ["photo.png", "photo.jpg"])
def test_an_ordinary_picture_can_be_sought(
    qtbot: QtBot,
    exploration: Exploration,
    drop: SheetDrop,
    over: QWidget,
    make_run: MakeRun,
    tmp_path: Path,
    name: str,
) -> None:
    run = subject_of_run(make_run("faces"))
    exploration.open(run, run.moments[0])
    Image.new("RGB", (40, 40), "red").save(tmp_path / name)
    drop.open_file(tmp_path / name)
    qtbot.waitUntil(lambda: over.findChild(QDialog, "pictureDialog") is not None)
    with qtbot.waitSignal(drop.photo_wanted) as wanted:
        click(qtbot, _dialog(over, "pictureDialog"), "pictureFindButton")
    assert wanted.args == [tmp_path / name]


def test_without_a_generator_it_says_what_can_be_dropped(
    qtbot: QtBot, drop: SheetDrop, over: QWidget, tmp_path: Path
) -> None:
    Image.new("RGB", (40, 40), "red").save(tmp_path / "photo.png")
    drop.open_file(tmp_path / "photo.png")
    qtbot.waitUntil(lambda: over.findChild(QDialog, "pictureDialog") is not None)
    assert "a generator (.pth, .pt, .ckpt, .bin, .safetensors)" in _text(over, "pictureDialogText")
    click(qtbot, _dialog(over, "pictureDialog"), "pictureCloseButton")


def test_a_damaged_sheet_is_one_sentence(
    qtbot: QtBot, drop: SheetDrop, make_run: MakeRun, tmp_path: Path
) -> None:
    subject = subject_of_run(make_run("faces"))
    path = tmp_path / "sheet.png"
    _export(path, subject, subject.moments[0])
    data = bytearray(path.read_bytes())
    at = data.index(b'"schema_version"')
    data[at + 2] ^= 1
    path.write_bytes(data)
    with qtbot.waitSignal(drop.message) as said:
        drop.open_file(path)
    assert said.args[0].startswith("sheet.png is damaged")


def test_a_sheet_of_many_faces_is_leafed_through(
    qtbot: QtBot, exploration: Exploration, make_run: MakeRun
) -> None:
    run = subject_of_run(make_run("faces"))
    exploration.open(run, run.moments[0])
    card = GalleryCard(exploration)
    qtbot.addWidget(card)
    card.resize(300, 600)
    card.show()
    sheet = z_of_seed(5, 10, 70)
    exploration.lay_out(sheet, 10, 1.0, "open a sheet")
    qtbot.waitUntil(lambda: card._pager.isVisible() and card.grid.count() == len(card._vectors))
    count = len(card._vectors)
    assert _text(card, "sheetPagerLabel") == f"1 to {count} of 70"
    click(qtbot, card, "sheetOnButton")
    np.testing.assert_array_equal(card._vectors, sheet[count : 2 * count])
    card.grid.picked.emit(1)
    np.testing.assert_array_equal(exploration.z, sheet[count + 1])
    assert (exploration.state.picked, card.grid.selected()) == (count + 1, 1)
    vectors, columns = card.shown()
    np.testing.assert_array_equal(vectors, sheet)
    assert columns == 10
    while card.findChild(QAbstractButton, "sheetOnButton").isEnabled():
        click(qtbot, card, "sheetOnButton")
    np.testing.assert_array_equal(card._vectors[-1], sheet[-1])
    card.resize(300, 700)
    qtbot.waitUntil(lambda: len(card._vectors) > 0 and card.grid.count() == len(card._vectors))
    exploration.become(z_of_seed(1, 10)[0], "seed 1", seed=1, picked=0)
    assert card._pager.isHidden()
    np.testing.assert_array_equal(card._vectors, z_of_seed(1, 10, len(card._vectors)))

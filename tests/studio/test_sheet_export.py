"""From faces to files: what is written is what was seen, whole or not at all, and can be read back."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from core.errors import Cancelled
from core.generators import digest, load
from core.latent import decode, truncate, z_of_seed
from core.runs import Run
from core.sheets import Sheet, arrange, read_sheet
from studio.explore.exploration import Exploration
from studio.explore.exports.sheet_dialog import ARRAY, FOLDER, PNG, SheetDialog
from studio.explore.exports.sheet_export import SheetExport, write_faces
from studio.explore.subjects import subject_of_run
from tests.studio.hands import click


def _form(over: QWidget) -> SheetDialog:
    form = over.findChild(SheetDialog)
    assert form is not None
    return form


def _spin(form: SheetDialog, name: str) -> QSpinBox:
    found = form.findChild(QSpinBox, name)
    assert found is not None
    return found


def _label(form: SheetDialog, name: str) -> str:
    found = form.findChild(QLabel, name)
    assert found is not None
    return found.text()


def _save(qtbot: QtBot, form: SheetDialog, place: Path) -> str:
    """Press Save and choose; the proposed name comes back."""
    click(qtbot, form, "exportSaveButton")
    where = form.findChild(QFileDialog, "exportDialog")
    assert where is not None
    proposed = Path(where.selectedFiles()[0]).name
    where.fileSelected.emit(str(place))
    return proposed


def test_a_sheet_of_a_seed_is_what_the_generator_draws_and_is_read_back(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], run: Run, tmp_path: Path
) -> None:
    exploration.set_truncation(0.5)
    SheetExport(exploration, over).ask_seed(7, 2, 3)
    form = _form(over)
    for name, value in (("exportColumns", 4), ("exportScale", 2), ("exportSpacing", 3)):
        _spin(form, name).setValue(value)
    form.findChild(QAbstractButton, "exportLabels").setChecked(True)
    width, height = 4 * 67 + 3, 2 * 82 + 3
    assert _label(form, "exportExtent") == f"8 faces · {width} × {height} px"
    assert _label(form, "exportNote").startswith("Truncation 0.50")
    path = tmp_path / "sheet.png"
    assert _save(qtbot, form, path) == "faces seed 7 step 20.png"
    qtbot.waitUntil(lambda: bool(said))
    assert said == [f"Saved sheet.png in {tmp_path}."]

    generator = load(run.checkpoints()[-1][1])
    sheet = read_sheet(path)
    np.testing.assert_array_equal(sheet.z, z_of_seed(7, 10, 8))
    assert (sheet.rows, sheet.columns, sheet.scale, sheet.spacing, sheet.labels) == (2, 4, 2, 3, True)
    assert (sheet.truncation, sheet.digest) == (0.5, digest(generator))
    assert sheet.generator == "faces, step 20"
    assert sheet.config == run.config.model_dump()
    faces = decode(generator, truncate(sheet.z, 0.5))
    with Image.open(path) as picture:
        np.testing.assert_array_equal(np.asarray(picture), arrange(faces, sheet))
        assert picture.size == (width, height)
    first = np.asarray(Image.open(path))[3 : 3 + 64 : 2, 3 : 3 + 64 : 2]
    np.testing.assert_array_equal(first, faces[0])


def test_given_faces_keep_their_number_and_the_rows_follow_the_columns(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], tmp_path: Path
) -> None:
    z = z_of_seed(1, 10, 5)
    SheetExport(exploration, over).ask(z, 1, 5, "morph", truncation=0.7)
    form = _form(over)
    assert not _spin(form, "exportRows").isEnabled()
    _spin(form, "exportColumns").setValue(2)
    assert _spin(form, "exportRows").value() == 3
    path = tmp_path / "sheet.png"
    assert _save(qtbot, form, path) == "morph step 20.png"
    qtbot.waitUntil(lambda: bool(said))
    sheet = read_sheet(path)
    np.testing.assert_array_equal(sheet.z, z)
    assert (sheet.rows, sheet.columns) == (3, 2)
    assert sheet.truncation == pytest.approx(0.7)


def test_one_face_carries_its_vector(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], run: Run, tmp_path: Path
) -> None:
    SheetExport(exploration, over).ask(exploration.z[None], 1, 1, "face")
    form = _form(over)
    assert not _spin(form, "exportColumns").isVisible()
    _spin(form, "exportScale").setValue(3)
    path = tmp_path / "face.png"
    _save(qtbot, form, path)
    qtbot.waitUntil(lambda: bool(said))
    np.testing.assert_array_equal(read_sheet(path).z, exploration.z[None])
    face = decode(load(run.checkpoints()[-1][1]), exploration.z[None])[0]
    np.testing.assert_array_equal(np.asarray(Image.open(path)), face.repeat(3, 0).repeat(3, 1))


def test_an_array_and_a_folder_hold_the_same_faces(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], run: Run, tmp_path: Path
) -> None:
    writer = SheetExport(exploration, over)
    for button, place in (("sheetAsArray", tmp_path / "faces.npy"), ("sheetAsFolder", tmp_path)):
        writer.ask_seed(0, 2, 2)
        form = over.findChildren(SheetDialog)[-1]
        click(qtbot, form, button)
        assert _spin(form, "exportSpacing").isHidden()
        _save(qtbot, form, place)
        seen = len(said)
        qtbot.waitUntil(lambda seen=seen: len(said) > seen)
    faces = decode(load(run.checkpoints()[-1][1]), z_of_seed(0, 10, 4))
    np.testing.assert_array_equal(np.load(tmp_path / "faces.npy"), faces.transpose(0, 3, 1, 2))
    folder = tmp_path / "faces seed 0 step 20"
    assert [path.name for path in sorted(folder.iterdir())] == [f"{number:04d}.png" for number in range(4)]
    np.testing.assert_array_equal(np.asarray(Image.open(folder / "0002.png")), faces[2])
    np.testing.assert_array_equal(read_sheet(folder / "0002.png").z, z_of_seed(0, 10, 3)[2:])


@pytest.mark.parametrize("kind", [PNG, ARRAY, FOLDER])
def test_cancelled_leaves_nothing(run: Run, tmp_path: Path, kind: int) -> None:
    subject = subject_of_run(run)
    seen: list[int] = []

    def cancelled() -> bool:
        return len(seen) > (20 if kind != FOLDER else 64)  # midway in the decoding, or in the writing

    sheet = Sheet(z_of_seed(0, 10, 60), 6, 10)
    with pytest.raises(Cancelled):
        write_faces(
            tmp_path / "out" / "faces",
            kind,
            sheet,
            subject,
            subject.moments[-1],
            lambda done, total: seen.append(done),
            cancelled,
        )
    assert not list(tmp_path.glob("out/*"))


def test_what_is_too_large_cannot_be_saved(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str]
) -> None:
    SheetExport(exploration, over).ask_seed(0, 50, 50)
    form = _form(over)
    save = form.findChild(QAbstractButton, "exportSaveButton")
    assert save.isEnabled()
    _spin(form, "exportScale").setValue(32)
    assert not save.isEnabled()
    assert "megapixels" in _label(form, "exportNote")


def test_a_place_that_cannot_be_written_is_one_sentence(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    SheetExport(exploration, over).ask_seed(0, 2, 2)
    _save(qtbot, _form(over), tmp_path / "file" / "sheet.png")
    qtbot.waitUntil(lambda: bool(said))
    assert "could not be written" in said[0]
    assert len(said) == 1

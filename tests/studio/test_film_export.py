"""Films: the frames that were promised, at the pace and size that were chosen, whole or not at all."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from core.generators import load
from core.latent import decode, slerp, truncate, z_of_seed
from core.runs import Run
from studio.explore.exploration import Exploration
from studio.explore.exports.film_dialog import FilmDialog
from studio.explore.exports.film_export import FilmExport
from studio.explore.exports.training_film import TrainingFilm
from studio.explore.subjects import subject_of_run
from studio.task import TaskDialog
from tests.studio.hands import click

MakeRun = Callable[..., Run]


@pytest.fixture
def run(make_run: MakeRun) -> Run:
    return make_run("faces", steps=(10, 20, 30))


def _form(qtbot: QtBot, over: QWidget) -> FilmDialog:
    qtbot.waitUntil(lambda: over.findChild(FilmDialog) is not None)
    form = over.findChild(FilmDialog)
    assert form is not None
    return form


def _set(form: FilmDialog, name: str, value: int) -> None:
    found = form.findChild(QSpinBox, name)
    assert found is not None
    found.setValue(value)


def _label(form: FilmDialog, name: str) -> str:
    found = form.findChild(QLabel, name)
    assert found is not None
    return found.text()


def _save(qtbot: QtBot, form: FilmDialog, folder: Path) -> Path:
    """Press Save and choose a folder; the path comes back."""
    click(qtbot, form, "exportSaveButton")
    where = form.findChild(QFileDialog, "exportDialog")
    assert where is not None
    path = folder / Path(where.selectedFiles()[0]).name
    where.fileSelected.emit(str(path))
    return path


def _frames(path: Path) -> np.ndarray:
    with Image.open(path) as film:
        return np.stack([np.asarray(each.convert("RGB")) for each in ImageSequence.Iterator(film)])


def test_a_webp_has_every_frame_as_it_was_drawn(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], run: Run, tmp_path: Path
) -> None:
    exploration.set_truncation(0.6)
    z = slerp(*z_of_seed(0, 10, 2), np.linspace(0, 1, 7))
    FilmExport(exploration, over).ask(z, 10, True, "morph")
    form = _form(qtbot, over)
    click(qtbot, form, "filmAsWebp")
    _set(form, "exportScale", 2)
    _set(form, "exportFps", 20)
    assert _label(form, "exportExtent") == "7 frames · 0.3 s"
    assert _label(form, "exportNote") == "64 × 64 px"
    faces = decode(load(run.checkpoints()[-1][1]), truncate(z, 0.6))
    qtbot.waitUntil(lambda: len(form.preview._images) == 7)
    path = _save(qtbot, form, tmp_path)
    qtbot.waitUntil(lambda: bool(said))
    assert said == [f"Saved morph.webp (7 frames) in {tmp_path}."]
    np.testing.assert_array_equal(_frames(path), faces.repeat(2, 1).repeat(2, 2))


def test_an_mp4_and_a_gif_have_the_stated_number_of_frames(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], tmp_path: Path
) -> None:
    import av

    z = slerp(*z_of_seed(0, 10, 2), np.linspace(0, 1, 9))
    for button in ("filmAsMp4", "filmAsGif"):
        FilmExport(exploration, over).ask(z, 30, False, "morph")
        form = over.findChildren(FilmDialog)[-1]
        click(qtbot, form, button)
        loop = form.findChild(QAbstractButton, "exportLoop")
        assert loop.isHidden() == (button == "filmAsMp4")
        assert not loop.isChecked()
        _save(qtbot, form, tmp_path)
        seen = len(said)
        qtbot.waitUntil(lambda seen=seen: len(said) > seen)
    assert len(_frames(tmp_path / "morph.gif")) == 9
    with av.open(str(tmp_path / "morph.mp4")) as film:
        frames = list(film.decode(video=0))
    assert (len(frames), frames[0].width, frames[0].height) == (9, 384, 384)


def test_a_film_through_the_training_takes_each_moment(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], run: Run, tmp_path: Path
) -> None:
    moments = subject_of_run(run).moments
    z = z_of_seed(0, 10)
    FilmExport(exploration, over).ask(z.repeat(3, 0), 2, True, "over time", moments=moments)
    form = _form(qtbot, over)
    click(qtbot, form, "filmAsWebp")
    _set(form, "exportScale", 1)
    path = _save(qtbot, form, tmp_path)
    qtbot.waitUntil(lambda: bool(said))
    expected = np.concatenate([decode(load(file), z) for _, file in run.checkpoints()])
    np.testing.assert_array_equal(_frames(path), expected)


def test_a_cancelled_film_leaves_nothing(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], tmp_path: Path
) -> None:
    FilmExport(exploration, over).ask(z_of_seed(0, 10, 500), 30, True, "morph")
    _save(qtbot, _form(qtbot, over), tmp_path / "films")
    task = over.findChild(TaskDialog)
    assert task is not None
    task.cancel()
    qtbot.waitUntil(lambda: over.findChild(TaskDialog) is None)
    assert said == []
    assert not list(tmp_path.glob("films/*"))


def test_a_pace_that_a_gif_cannot_have_is_told(qtbot: QtBot, over: QWidget, exploration: Exploration) -> None:
    FilmExport(exploration, over).ask(z_of_seed(0, 10, 4), 60, True, "morph")
    form = _form(qtbot, over)
    save = form.findChild(QAbstractButton, "exportSaveButton")
    assert save.isEnabled()
    click(qtbot, form, "filmAsGif")
    assert not save.isEnabled()
    assert "50 frames a second" in _label(form, "exportNote")
    _set(form, "exportFps", 25)
    assert save.isEnabled()


@pytest.mark.parametrize("face", [None, 5])
def test_a_film_of_the_training_shows_its_grids_or_one_face(
    qtbot: QtBot,
    over: QWidget,
    exploration: Exploration,
    said: list[str],
    run: Run,
    tmp_path: Path,
    face: int | None,
) -> None:
    TrainingFilm(exploration, over).ask()
    form = _form(qtbot, over)
    click(qtbot, form, "filmAsWebp")
    if face is not None:
        click(qtbot, form, "filmOfOne")
        _set(form, "filmFace", face)
    _set(form, "exportScale", 1)
    _set(form, "filmFrames", 2)
    path = _save(qtbot, form, tmp_path)
    qtbot.waitUntil(lambda: bool(said))
    grids = np.stack([np.asarray(Image.open(path)) for _, path in run.samples()])[[0, 2]]
    expected = grids if face is None else grids[:, 32:64, 32:64]  # the second of the second row of four
    np.testing.assert_array_equal(_frames(path), expected)


def test_fewer_frames_leave_the_preview_as_it_is(
    qtbot: QtBot, over: QWidget, exploration: Exploration
) -> None:
    TrainingFilm(exploration, over).ask()
    form = _form(qtbot, over)
    before = form.preview._images
    _set(form, "filmFrames", 2)
    assert _label(form, "exportExtent").startswith("2 frames")
    assert form.preview._images is before
    form.reject()


def test_without_pictures_there_is_no_film(
    qtbot: QtBot, over: QWidget, exploration: Exploration, said: list[str], run: Run
) -> None:
    for _, path in run.samples():
        path.unlink()
    TrainingFilm(exploration, over).ask()
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["faces has no pictures of its training yet. Train it for a while first."]
    assert over.findChild(FilmDialog) is None

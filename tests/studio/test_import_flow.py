"""Generators from elsewhere: opened, kept once, and refused without a trace."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtWidgets import QFileDialog, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from core import generators
from core.latent import decode, z_of_seed
from core.models import Generator, GeneratorShape
from core.runs import Run
from studio.explore.arrivals.import_flow import ImportFlow
from studio.explore.arrivals.refusal_dialog import MOST_LINES, RefusalDialog
from studio.explore.subjects import Moment, Subject, find_subjects, imported_folder
from studio.task import TaskDialog
from tests.studio.hands import LONG, click

MakeRun = Callable[..., Run]


class Outcomes:
    """What the flow has told."""

    def __init__(self, flow: ImportFlow) -> None:
        self.opened: list[tuple[Subject, Moment]] = []
        self.said: list[str] = []
        flow.opened.connect(lambda subject, moment: self.opened.append((subject, moment)))
        flow.message.connect(self.said.append)


@pytest.fixture
def flow(over: QWidget, runs_folder: Path) -> ImportFlow:
    return ImportFlow(over)


@pytest.fixture
def told(flow: ImportFlow) -> Outcomes:
    return Outcomes(flow)


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A state dict as the examples of PyTorch name it, of 32 px and 8 latent numbers."""
    torch.manual_seed(1)
    generator = Generator(GeneratorShape(8, (8, 6, 4), 3, (False,) * 4))
    state = {key.replace("layers.", "main."): value for key, value in generator.state_dict().items()}
    path = tmp_path / "netG_epoch_24.pth"
    torch.save(state, path)
    return path


def _kept() -> list[str]:
    return sorted(path.name for path in imported_folder().glob("*"))


def test_a_foreign_generator_is_kept_beside_the_runs_and_opened(
    qtbot: QtBot, flow: ImportFlow, told: Outcomes, over: QWidget, foreign: Path
) -> None:
    flow.ask()
    dialog = over.findChild(QFileDialog, "importDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(foreign))
    qtbot.waitUntil(lambda: bool(told.opened), timeout=LONG)
    subject, moment = told.opened[0]
    assert (subject.name, subject.latent_dim, subject.size_px) == ("netG_epoch_24", 8, 32)
    assert moment.path == imported_folder() / "netG_epoch_24.safetensors"
    assert told.said == ["Imported netG_epoch_24, 32 px faces from 8 numbers."]
    assert [each.key for each in find_subjects()] == [subject.key]

    torch.manual_seed(1)
    original = Generator(GeneratorShape(8, (8, 6, 4), 3, (False,) * 4)).eval()
    z = z_of_seed(0, 8, 4)
    np.testing.assert_array_equal(decode(generators.load(moment.path), z), decode(original, z))


def test_the_same_generator_is_kept_once_and_another_gets_a_name_of_its_own(
    qtbot: QtBot, flow: ImportFlow, told: Outcomes, foreign: Path
) -> None:
    flow.open_file(foreign)
    qtbot.waitUntil(lambda: len(told.opened) == 1, timeout=LONG)
    flow.open_file(foreign)
    qtbot.waitUntil(lambda: len(told.opened) == 2, timeout=LONG)
    assert told.opened[1][1] == told.opened[0][1]
    assert told.said[1].startswith("Imported before: netG_epoch_24")
    assert _kept() == ["netG_epoch_24.safetensors"]
    state = torch.load(foreign, weights_only=True)
    state["main.0.weight"] += 1
    torch.save(state, foreign)
    flow.open_file(foreign)
    qtbot.waitUntil(lambda: len(told.opened) == 3, timeout=LONG)
    assert _kept() == ["netG_epoch_24 2.safetensors", "netG_epoch_24.safetensors"]


def test_what_does_not_fit_is_told_layer_by_layer_and_nothing_is_kept(
    qtbot: QtBot, flow: ImportFlow, told: Outcomes, over: QWidget, tmp_path: Path
) -> None:
    path = tmp_path / "classifier.pth"
    torch.save(torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.Linear(4, 2)).state_dict(), path)
    flow.open_file(path)
    qtbot.waitUntil(lambda: over.findChild(RefusalDialog) is not None, timeout=LONG)
    dialog = over.findChild(RefusalDialog)
    assert dialog is not None
    sentence = dialog.findChild(QLabel, "refusalDialogText")
    details = dialog.findChild(QPlainTextEdit, "refusalDetails")
    assert sentence is not None
    assert details is not None
    assert sentence.text().startswith("classifier.pth ")
    assert details.toPlainText()
    assert (told.opened, told.said, _kept()) == ([], [], [])
    click(qtbot, dialog, "refusalCloseButton")


def test_a_missing_file_is_one_sentence(
    qtbot: QtBot, flow: ImportFlow, told: Outcomes, over: QWidget, tmp_path: Path
) -> None:
    flow.open_file(tmp_path / "gone.pth")
    qtbot.waitUntil(lambda: over.findChild(RefusalDialog) is not None, timeout=LONG)
    dialog = over.findChild(RefusalDialog)
    assert dialog is not None
    assert "gone.pth" in dialog.findChild(QLabel, "refusalDialogText").text()
    assert dialog.findChild(QPlainTextEdit, "refusalDetails") is None


def test_a_long_list_of_layers_is_cut_off(qtbot: QtBot, over: QWidget) -> None:
    dialog = RefusalDialog(over, "x.pth does not fit.", [f"layer {n}" for n in range(10_000)])
    details = dialog.findChild(QPlainTextEdit, "refusalDetails")
    assert details is not None
    lines = details.toPlainText().splitlines()
    assert (len(lines), lines[-1]) == (MOST_LINES + 1, "… and 9,600 more")


def test_cancelled_keeps_nothing(
    qtbot: QtBot, flow: ImportFlow, told: Outcomes, over: QWidget, foreign: Path
) -> None:
    flow.open_file(foreign)
    task = over.findChild(TaskDialog)
    assert task is not None
    task.cancel()
    qtbot.waitUntil(lambda: over.findChild(TaskDialog) is None, timeout=LONG)
    assert (told.opened, told.said, _kept()) == ([], [], [])
    assert over.findChild(RefusalDialog) is None


def test_a_moment_of_a_run_is_opened_where_it_lies(
    qtbot: QtBot, flow: ImportFlow, told: Outcomes, make_run: MakeRun
) -> None:
    run = make_run("faces")
    step, path = run.checkpoints()[0]
    flow.open_file(path)
    qtbot.waitUntil(lambda: bool(told.opened))
    subject, moment = told.opened[0]
    assert (subject.name, moment) == ("faces", Moment(step, path))
    assert told.said == ["Opened faces, step 10."]
    assert _kept() == []


def test_a_lone_checkpoint_and_a_generator_file_of_ours_are_copied(
    qtbot: QtBot, flow: ImportFlow, told: Outcomes, make_run: MakeRun, tmp_path: Path
) -> None:
    run = make_run("faces")
    alone = tmp_path / "downloads" / run.checkpoints()[0][1].name
    alone.parent.mkdir()
    shutil.copy(run.checkpoints()[0][1], alone)
    flow.open_file(alone)
    qtbot.waitUntil(lambda: len(told.opened) == 1)
    subject, moment = told.opened[0]
    assert (subject.name, moment.step) == (alone.stem, 10)
    assert moment.path == imported_folder() / alone.name
    exported = tmp_path / "mine.safetensors"
    generators.save(exported, generators.load(run.checkpoints()[1][1]), name="../My faces", step=20)
    flow.open_file(exported)
    qtbot.waitUntil(lambda: len(told.opened) == 2)
    subject, moment = told.opened[1]
    assert (subject.name, moment.step) == ("../My faces", 20)
    assert moment.path == imported_folder() / "My faces.safetensors"
    assert moment.path.is_file()

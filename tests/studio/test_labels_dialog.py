from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QListWidget, QListWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from core import checkpoints, runs
from core.checkpoints import Checkpoint
from core.data.cache import PictureCache
from core.data.labels import Labels
from core.data.prepare import prepare
from core.data.sources import open_source
from core.directions.direction import Direction
from core.keepsakes.store import Keepsakes
from core.runs import Run
from core.trainee import Trainee
from studio.explore.exploration import Exploration
from studio.explore.teaching.label_lessons import label_counts
from studio.explore.teaching.labels_dialog import LabelsDialog
from tests.studio.hands import LONG, click, text


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PictureCache:
    """Forty dark and forty bright pictures, and three others."""
    monkeypatch.setenv("DCGAN_STUDIO_CACHE", str(tmp_path / "cache"))
    random = np.random.default_rng(0)
    for name, low, number in (("dark", 0, 40), ("bright", 160, 40), ("rare", 80, 3)):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for at in range(number):
            pixels = random.integers(low, low + 96, (32, 32, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pictures" / name / f"{at}.png")
    return prepare(open_source(tmp_path / "pictures"), size=32, processes=1)


@pytest.fixture
def run(cache: PictureCache, make_run: Callable[..., Run]) -> Run:
    """A run with a whole checkpoint, the discriminator included; its faces differ in their brightness."""
    made = make_run("labelled", steps=())
    torch.manual_seed(0)
    tensors = Trainee(made.config, torch.device("cpu")).tensors()
    for name, tensor in tensors.items():
        if name.startswith("EMA/") and tensor.dim() == 4:
            even = 0.3 * torch.randn(tensor.shape[:2])[..., None, None]
            tensors[name] = even.expand(tensor.shape).contiguous()
    checkpoints.save(made.checkpoint_folder, Checkpoint(30, 1.0, made.config, tensors))
    return runs.change(made, made.config, source=cache.source, source_digest=cache.digest)


def _open(exploration: Exploration, over: QWidget) -> LabelsDialog:
    dialog = LabelsDialog(exploration, over)
    dialog.open()
    return dialog


def _list(dialog: LabelsDialog) -> QListWidget:
    found = dialog.findChild(QListWidget, "labelsList")
    assert found is not None
    return found


def _item(dialog: LabelsDialog, name: str) -> QListWidgetItem:
    (found,) = _list(dialog).findItems(name, Qt.MatchFlag.MatchStartsWith)
    return found


def _learn(dialog: LabelsDialog) -> QAbstractButton:
    found = dialog.findChild(QAbstractButton, "labelsLearnButton")
    assert found is not None
    return found


def test_ticked_labels_are_learned_and_kept_and_what_cannot_be_is_told(
    qtbot: QtBot, exploration: Exploration, over: QWidget
) -> None:
    dialog = _open(exploration, over)
    qtbot.waitUntil(lambda: _list(dialog).count() == 3)
    assert _item(dialog, "bright").text().endswith("40 pictures")
    assert not _learn(dialog).isEnabled()
    for name in ("bright", "rare"):
        _item(dialog, name).setCheckState(Qt.CheckState.Checked)
    with qtbot.waitSignal(dialog.learned, timeout=LONG) as got:
        click(qtbot, dialog, "labelsLearnButton")
    assert got.args is not None
    assert [each.name for each in got.args[0]] == ["bright"]
    assert "Real pictures it had not seen: " in _item(dialog, "bright").text()
    assert "Generated faces" in _item(dialog, "bright").text()
    assert "are needed" in _item(dialog, "rare").text()
    assert text(dialog, "labelsWords").startswith("1 of 2 labels became sliders.")
    assert dialog.chosen() == ["rare"]
    assert exploration.subject is not None
    assert [each.name for each in Keepsakes(exploration.subject.home).directions()] == ["bright"]
    dialog.reject()


def test_several_labels_are_told_once_when_all_are_kept(
    qtbot: QtBot, exploration: Exploration, over: QWidget
) -> None:
    dialog = _open(exploration, over)
    qtbot.waitUntil(lambda: _list(dialog).count() == 3)
    for name in ("bright", "dark"):
        _item(dialog, name).setCheckState(Qt.CheckState.Checked)
    told: list[list[Direction]] = []
    dialog.learned.connect(told.append)
    click(qtbot, dialog, "labelsLearnButton")
    qtbot.waitUntil(lambda: text(dialog, "labelsWords").startswith("2 of 2"), timeout=LONG)
    assert [[each.name for each in some] for some in told] == [["bright", "dark"]]
    dialog.reject()


def test_labels_can_be_searched(qtbot: QtBot, exploration: Exploration, over: QWidget) -> None:
    dialog = _open(exploration, over)
    qtbot.waitUntil(lambda: _list(dialog).count() == 3)
    field = dialog.findChild(QLineEdit, "labelsSearch")
    assert field is not None
    field.setText("RAR")
    assert [_item(dialog, name).isHidden() for name in ("bright", "dark", "rare")] == [True, True, False]
    dialog.reject()


def test_a_run_without_a_checkpoint_says_what_to_do(
    qtbot: QtBot, exploration: Exploration, over: QWidget, run: Run
) -> None:
    run.checkpoints()[0][1].unlink()
    dialog = _open(exploration, over)
    qtbot.waitUntil(lambda: "no checkpoint any more" in text(dialog, "labelsWords"))
    _item(dialog, "bright").setCheckState(Qt.CheckState.Checked)
    assert not _learn(dialog).isEnabled()
    dialog.reject()


def test_pictures_without_labels_say_where_labels_come_from(
    qtbot: QtBot, exploration: Exploration, over: QWidget, cache: PictureCache
) -> None:
    for name in ("labels.json", "labels.npy"):
        (cache.folder / name).unlink()
    dialog = _open(exploration, over)
    qtbot.waitUntil(lambda: "have no labels" in text(dialog, "labelsWords"))
    dialog.reject()


def test_pictures_that_are_gone_can_be_prepared_again(
    qtbot: QtBot, exploration: Exploration, over: QWidget, cache: PictureCache
) -> None:
    (cache.folder / "cache.json").unlink()
    dialog = _open(exploration, over)
    qtbot.waitUntil(lambda: "Prepare them again" in text(dialog, "labelsWords"))
    click(qtbot, dialog, "labelsPrepareButton")
    qtbot.waitUntil(lambda: _list(dialog).count() == 3, timeout=LONG)
    dialog.reject()


def test_several_labels_of_one_picture_are_counted_each(cache: PictureCache) -> None:
    labels = Labels(["a", "b"], np.array([[1, 0], [1, 1], [0, 1], [1, 0]], np.uint8))
    vars(cache)["labels"] = labels
    assert label_counts(cache) == [("a", 3), ("b", 2)]
    vars(cache)["labels"] = None
    assert label_counts(cache) == []

"""Weights for the FID: looked at, remembered, given to the next training, forgotten."""

from pathlib import Path

import pytest
import torch
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

pytest.importorskip("torchmetrics")

from studio.letters import Order
from studio.panels.inception import InceptionRow
from studio.settings import Settings
from studio.window import MainWindow
from tests.core.metrics.random_inception import random_weights
from tests.studio.hands import LONG, click, text


def _choose(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))


@pytest.fixture
def row(qtbot: QtBot) -> InceptionRow:
    made = InceptionRow()
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_file_that_cannot_be_used_is_refused_with_the_reason(
    row: InceptionRow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "wrong.pth"
    wrong.write_bytes(b"PK\3\4 half of it")
    _choose(monkeypatch, wrong)
    chosen: list[object] = []
    row.chosen.connect(chosen.append)
    click(qtbot, row, "inceptionButton")
    qtbot.waitUntil(lambda: "Choose the published weights" in text(row, "inceptionTrouble"), timeout=LONG)
    assert chosen == []
    click(qtbot, row, "inceptionButton")  # it can be tried again


def test_chosen_weights_are_given_to_the_next_training_and_remembered(
    ready: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "weights.pth"
    torch.save(random_weights(), weights)
    _choose(monkeypatch, weights)
    row, orders = ready.train.monitor.signals.inception, list[Order]()
    ready.train.start_requested.disconnect()
    ready.train.start_requested.connect(orders.append)
    click(qtbot, ready, "qualityView")
    with qtbot.waitSignal(row.chosen, timeout=LONG):
        click(qtbot, ready, "inceptionButton")
    assert row._state.toolTip() == str(weights)
    assert Settings().inception == weights
    click(qtbot, ready, "startButton")
    click(qtbot, ready, "inceptionButton")
    assert Settings().inception is None
    click(qtbot, ready, "startButton")
    assert [order.inception for order in orders] == [weights, None]


def test_weights_that_are_gone_are_no_hindrance(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    for path in (tmp_path / "gone.pth", tmp_path / ("n" * 300)):
        settings.inception = path
        assert settings.inception is None

"""Every exception becomes one sentence, every traceback goes to the log, and neither can fail."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from core.errors import RunError
from studio import faults
from studio.application import _watch_exceptions
from studio.faults import sentence
from studio.window import MainWindow


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A log of its own, whose folder does not exist yet."""
    folder = tmp_path / "state" / "log"
    monkeypatch.setattr("studio.faults.user_log_path", lambda *_, **__: folder)
    _forget_log()
    yield folder / "studio.log"
    _forget_log()


def _forget_log() -> None:
    for handler in faults._log.handlers:
        handler.close()
    faults._log.handlers = []
    faults.start_log.cache_clear()


def test_foreseen_error_is_its_sentence_and_its_cause_is_logged(log: Path) -> None:
    def read() -> None:
        try:
            raise OSError("sector 7")
        except OSError as error:
            raise RunError("The run cannot be read.") from error

    with pytest.raises(RunError) as caught:
        read()
    assert sentence(caught.value) == "The run cannot be read."
    assert "sector 7" in log.read_text()
    assert "direct cause" in log.read_text()


def test_unforeseen_error_names_the_log(log: Path) -> None:
    assert sentence(KeyError("weights")) == (
        f"Something unexpected went wrong: 'weights'. The details are in {log}."
    )
    assert "KeyError" in log.read_text()


def test_log_that_cannot_be_made_is_done_without(log: Path) -> None:
    log.parent.parent.write_text("a file where the folder would be")
    assert sentence(ValueError("odd")) == "Something unexpected went wrong: odd."
    assert any(isinstance(each, logging.NullHandler) for each in faults._log.handlers)


def test_error_in_a_slot_is_one_dialog(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # so that it is put back
    _watch_exceptions(window)
    for _ in range(3):  # as a timer would
        sys.excepthook(ValueError, ValueError("odd"), None)
    qtbot.waitUntil(lambda: window.findChild(QWidget, "errorDialog") is not None)
    [dialog] = window.findChildren(QWidget, "errorDialog")
    words = dialog.findChild(QLabel, "errorDialogText")
    assert words is not None
    assert words.text().startswith("Something unexpected went wrong: odd.")
    close = dialog.findChild(QAbstractButton, "closeErrorDialogButton")
    assert close is not None
    close.click()
    qtbot.waitUntil(lambda: window.findChild(QWidget, "errorDialog") is None)
    sys.excepthook(ValueError, ValueError("odd again"), None)
    qtbot.waitUntil(lambda: window.findChild(QWidget, "errorDialog") is not None)

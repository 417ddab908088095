"""The way in: where no window can open it says so in one line; everything in the window has its names."""

import os
import subprocess
import sys
from pathlib import Path
from types import UnionType

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QWidget,
)

ROOT = Path(__file__).parents[2]
CONTRACT = (
    *("sourceCombo", "browseButton", "presetCombo", "deviceCombo", "startButton", "pauseButton"),
    *(
        "stopButton",
        "progressBar",
        "statusLabel",
        "lossPlot",
        "scorePlot",
        "sampleGrid",
        "timeSlider",
        "runsList",
    ),
    *("randomizeButton", "morphSlider", "exportSheetButton", "playButton", "skippedButton", "previewGrid"),
    *("trainTab", "exploreTab", "runsTab"),
)  # latentSlider0 and its like come with the first run that is opened
INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
)


@pytest.mark.skipif(sys.platform != "linux", reason="only there can a session lack a display")
def test_no_display_is_one_line_and_status_2() -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    code = "import sys; from studio.app import run; sys.exit(run([]))"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert " train " in ended.stderr


def test_start_needs_no_torch(tmp_path: Path) -> None:
    """The window is shown before torch has been imported, which takes seconds."""
    code = (
        "import sys; from studio.app import create; app, window = create([]); "
        "window.train.shut_down(); window.explore.shut_down(); window.runs.shut_down(); "
        "sys.exit('torch' in sys.modules)"
    )
    environment = os.environ | {"DCGAN_STUDIO_CONFIG": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment).returncode == 0


def test_contract_s_names_are_there_once(window: QWidget) -> None:
    for name in CONTRACT:
        found = window.findChildren(QWidget, name)
        assert len(found) == 1, name
        assert found[0].accessibleName(), name


def test_everything_one_can_use_has_its_names(window: QWidget) -> None:
    nameless = [
        f"{type(widget).__name__} {widget.objectName()!r} in {_place(widget)}"
        for kind in INTERACTIVE
        for widget in window.findChildren(kind)
        if not isinstance(widget, QScrollBar)
        and not widget.objectName().startswith("qt_")
        and not _inside(widget, QComboBox | QLineEdit)
        and not (widget.objectName() and widget.accessibleName())
    ]
    assert not nameless, "\n".join(nameless)


def _inside(widget: QWidget, kind: UnionType) -> bool:
    """Whether it is a part of another control, such as a combo box's list."""
    parent = widget.parentWidget()
    return parent is not None and (isinstance(parent, kind) or _inside(parent, kind))


def _place(widget: QWidget) -> str:
    parent = widget.parentWidget()
    return parent.objectName() or _place(parent) if parent is not None else "the window"

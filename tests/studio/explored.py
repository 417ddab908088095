"""What a person sees and does in the Explore workspace, by object name."""

from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from core.generators import load
from core.latent import decode
from core.runs import Run
from studio.explore.panel import ExplorePanel
from tests.studio.hands import LONG

T = TypeVar("T", bound=QWidget)


def child(panel: QWidget, kind: type[T], name: str) -> T:
    found = panel.findChild(kind, name)
    assert found is not None, name
    return found


def press(panel: QWidget, name: str) -> None:
    child(panel, QAbstractButton, name).click()


def moment_words(panel: QWidget) -> str:
    return child(panel, QLabel, "exploreMomentLabel").text()


def run_name(panel: QWidget) -> str:
    return child(panel, QComboBox, "exploreRunCombo").currentText()


def show(qtbot: QtBot, panel: ExplorePanel) -> None:
    """Show the panel and wait until it has settled on a face."""
    panel.show()
    qtbot.waitUntil(lambda: panel.face.faces is not None and panel.gallery.grid.count() > 0, timeout=LONG)


def expect_face(
    qtbot: QtBot, panel: ExplorePanel, run: Run, z: NDArray[np.float32], checkpoint: int = -1
) -> None:
    """Wait until the large face is the one that the checkpoint's generator makes of z."""
    expect_picture(qtbot, panel, decode(load(run.checkpoints()[checkpoint][1]), z[None])[0])


def expect_picture(qtbot: QtBot, panel: ExplorePanel, expected: NDArray[np.uint8]) -> None:
    """Wait until the large face is this one.

    One face is drawn another way than many, so a level of a pixel may be rounded otherwise.
    """

    def shown() -> bool:
        faces = panel.face.faces
        return faces is not None and np.abs(faces.pictures[0].astype(int) - expected).max() <= 1

    qtbot.waitUntil(shown, timeout=LONG)


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)

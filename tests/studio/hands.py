"""What a person does to the window, and reads in it, by object name."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

LONG = 60_000  # ms, for what trains or prepares


def click(qtbot: QtBot, window: QWidget, name: str) -> None:
    button = window.findChild(QAbstractButton, name)
    assert button is not None
    assert button.isEnabled(), f"{name} is disabled: {button.toolTip()}"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def write(window: QWidget, name: str, text: str) -> None:
    field = window.findChild(QLineEdit, f"field_{name}")
    assert field is not None
    field.setText(text)


def text(window: QWidget, name: str) -> str:
    shown = window.findChild(QLabel, name)
    assert shown is not None
    return shown.text()

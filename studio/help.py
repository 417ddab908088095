"""The help window: training, exploring, keys."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.help_text import EXPLORING, KEYS, TRAINING
from studio.parts import Button, label, named


class HelpDialog(QDialog):
    """Opened by F1."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, "helpDialog", "Help")
        self.setWindowTitle("Help")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 640)
        inside = QWidget()
        inside.setProperty("scrolled", True)
        column = QVBoxLayout(inside)
        column.setContentsMargins(32, 28, 32, 16)
        column.setSpacing(4)
        column.addWidget(label("Help", "title"))
        for part, sections in (("Train", TRAINING), ("Explore", EXPLORING)):
            column.addSpacing(18)
            column.addWidget(label(part, "section"))
            for heading, text in sections:
                column.addSpacing(14)
                column.addWidget(label(heading, "heading"))
                column.addWidget(label(text, "muted", wrap=True))
        column.addSpacing(14)
        column.addWidget(label("Keys", "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (keys, meaning) in enumerate(KEYS):
            grid.addWidget(label(keys), row, 0)
            grid.addWidget(label(meaning, "muted"), row, 1)
        column.addLayout(grid)
        column.addStretch(1)
        scroll = QScrollArea()
        named(scroll, "helpScroll", "Help")
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        close = Button("Close", "closeHelpButton", kind="primary")
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(32, 12, 32, 24)
        buttons.addStretch(1)
        buttons.addWidget(close)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addLayout(buttons)

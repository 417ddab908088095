"""The help window: how to begin, what the curves mean, which keys there are."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.parts import Button, label, named

SECTIONS = (
    (
        "Begin",
        "Choose pictures on the left of the Train workspace (the built-in cartoon faces need no "
        "download), then press Start. Faces form within minutes. Stop saves everything; Resume goes on "
        "exactly where it ended.",
    ),
    (
        "What is going on",
        "Two networks play against each other. The generator turns random numbers into pictures. The "
        "discriminator looks at real and generated pictures and says how likely each is to be real. Each "
        "step makes both a little better.",
    ),
    (
        "Losses",
        "How wrong each network was. Neither is meant to reach zero: while both stay within a band, "
        "learning goes on. A discriminator near 0 with a generator that climbs and climbs means that the "
        "discriminator has won; the faces then stop improving.",
    ),
    (
        "Discriminator's belief",
        "Real is D(x), the mean probability of being real given to real pictures. Fake is D(G(z)), the "
        "same for generated ones; After is D(G(z)) once more, after the discriminator's update in that step. "
        "1 is sure of real, 0 is sure of fake, .5 cannot tell.",
    ),
    (
        "Faces",
        "The same random numbers are drawn again and again, so each face can be followed as it forms. The"
        " time slider goes back to every saved grid; the play button runs through all of them. If every "
        "face becomes the same, the run has collapsed: go back to an earlier checkpoint in Explore, or "
        "start anew with other settings.",
    ),
)
KEYS = (
    ("Ctrl+1, 2, 3", "Train, Explore, Runs"),
    ("Ctrl+O", "Choose a folder of pictures"),
    ("Ctrl+Shift+O", "Choose a zip of pictures"),
    ("Ctrl+R or F5", "Start; from another workspace, go to Train first"),
    ("F5 in Runs", "Look for runs again"),
    ("Ctrl+P or Space", "Pause or resume"),
    ("Ctrl+.", "Stop and save"),
    ("F1", "This help"),
    ("Ctrl+Q", "Quit"),
)


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
        for heading, text in SECTIONS:
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

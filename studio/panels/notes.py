"""Short notes above the faces: what went wrong, what was done, which run is shown."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout

from studio.parts import Button, IconButton, label, named


class Banner(QFrame):
    """One calm sentence on what went wrong; can be copied and closed."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("banner", True)
        self.text = label("", name="errorLabel", accessible="What went wrong", wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        copy = IconButton("copy", "copyErrorButton", "Copy this text")
        copy.clicked.connect(self._copy)
        close = IconButton("close", "closeErrorButton", "Close")
        close.clicked.connect(self.hide)
        named(self, "errorBanner", "What went wrong")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.addWidget(self.text, 1)
        row.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def say(self, sentence: str) -> None:
        self.text.setText(sentence)
        self.text.setAccessibleName(sentence)
        self.show()

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.text())


class Note(QFrame):
    """One sentence on what was done; stays until it is closed, since nobody may be watching."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        named(self, "noteBanner", "What was done")
        self.text = label("", name="noteLabel", accessible="What was done", wrap=True)
        close = IconButton("close", "closeNoteButton", "Close")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 8, 4)
        row.addWidget(self.text, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def say(self, sentence: str) -> None:
        self.text.setText(sentence)
        self.text.setAccessibleName(sentence)
        self.show()


class Elsewhere(QFrame):
    """A note that an older run is shown while another trains, with the way back."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        named(self, "elsewhereNote", "Another run is shown")
        self._text = label("", "muted", name="elsewhereLabel", wrap=True)
        self.back = Button("Back to the training", "backButton", kind="link")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.addWidget(self._text, 1)
        row.addWidget(self.back)
        self.hide()

    def say(self, name: str) -> None:
        self._text.setText(f"Showing {name}, while another run trains.")
        self.show()

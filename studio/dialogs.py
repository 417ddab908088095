"""A short question, or a note, in a window of its own."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.parts import Button, label, named


class Question(QDialog):
    """A heading, a sentence, and a button for yes; `accepted` and `rejected` as of any QDialog.

    yes and no: (object name, text) of the buttons; without `no` it is a note to be closed.
    """

    def __init__(
        self,
        parent: QWidget,
        name: str,
        heading: str,
        text: str,
        *,
        yes: tuple[str, str],
        no: tuple[str, str] | None = None,
        window_title: str = "DCGAN Studio",
    ) -> None:
        super().__init__(parent)
        named(self, name, heading)
        self.setWindowTitle(window_title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(440)
        words = label(text, "muted", name=f"{name}Text", wrap=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        accept = Button(yes[1], yes[0], kind="primary")
        accept.setDefault(True)
        accept.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        if no is not None:
            reject = Button(no[1], no[0])
            reject.clicked.connect(self.reject)
            buttons.addWidget(reject)
        buttons.addWidget(accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(8)
        column.addWidget(label(heading, "dialog", wrap=True))
        column.addWidget(words)
        column.addSpacing(16)
        column.addLayout(buttons)
        accept.setFocus()

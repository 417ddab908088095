"""Windows that ask: what all of them share, and the simplest, a question or a note."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.parts import Button, label, named


class Dialog(QDialog):
    """A heading, a sentence, what is added to `body`, and buttons at the foot; deleted when it is closed."""

    def __init__(
        self,
        parent: QWidget,
        name: str,
        heading: str,
        text: str,
        *,
        width: int = 440,
        window_title: str = "DCGAN Studio",
    ) -> None:
        """width: the least."""
        super().__init__(parent)
        named(self, name, heading)
        self.setWindowTitle(window_title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(width)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(24, 24, 24, 20)
        self.body.setSpacing(8)
        self.body.addWidget(label(heading, "dialog", wrap=True))
        words = label(text, "muted", name=f"{name}Text", wrap=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(words)

    def add_foot(self, *buttons: Button) -> None:
        """The buttons in a row at the right, the last one for Enter."""
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        for button in buttons:
            foot.addWidget(button)
        buttons[-1].setDefault(True)
        self.body.addSpacing(12)
        self.body.addStretch()  # takes what is too much, which the texts would spread over
        self.body.addLayout(foot)


class Question(Dialog):
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
        super().__init__(parent, name, heading, text, window_title=window_title)
        accept = Button(yes[1], yes[0], kind="primary")
        accept.clicked.connect(self.accept)
        buttons = [accept]
        if no is not None:
            reject = Button(no[1], no[0])
            reject.clicked.connect(self.reject)
            buttons.insert(0, reject)
        self.add_foot(*buttons)
        accept.setFocus()

"""Why a file was not opened: one sentence, and what does not fit, layer by layer, where it has layers."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from studio.parts import Button, label, named

MOST_LINES = 400
EXPECTED = (
    "Nothing was changed. What opens are the weights of a DCGAN generator: transposed convolutions with "
    "batch norm between them, saved with torch.save(netG.state_dict(), …) or as safetensors."
)


class RefusalDialog(QDialog):
    """A note to be closed."""

    def __init__(self, over: QWidget, name: str, sentence: str, details: Sequence[str]) -> None:
        super().__init__(over.window())
        named(self, "refusalDialog", f"{name} was not opened")
        self.setWindowTitle("DCGAN Studio")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(560)
        words = label(sentence, name="refusalSentence", wrap=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = Button("Close", "refusalCloseButton", kind="primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(8)
        column.addWidget(label("This file was not opened", "dialog"))
        column.addWidget(words)
        if details:
            column.addSpacing(4)
            column.addWidget(label("What was found in it", "section"))
            column.addWidget(_listing(details), 1)
            self.resize(640, 460)
        column.addWidget(label(EXPECTED, "caption", wrap=True))
        column.addSpacing(12)
        column.addLayout(foot)
        close.setFocus()


def _listing(details: Sequence[str]) -> QPlainTextEdit:
    left_out = len(details) - MOST_LINES
    lines = [*details[:MOST_LINES], *([f"… and {left_out:,} more"] if left_out > 0 else [])]
    made = QPlainTextEdit("\n".join(lines))
    named(made, "refusalDetails", "What was found in the file")
    made.setReadOnly(True)
    made.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    made.setMinimumHeight(140)
    return made

"""Why a file was not opened: one sentence, and what does not fit, layer by layer, where it has layers."""

from collections.abc import Sequence

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from studio.dialogs import Dialog
from studio.parts import Button, label, named

MOST_LINES = 400
EXPECTED = (
    "Nothing was changed. What opens are the weights of a DCGAN generator: transposed convolutions with "
    "batch norm between them, saved with torch.save(netG.state_dict(), …) or as safetensors."
)


class RefusalDialog(Dialog):
    """A note to be closed."""

    def __init__(self, over: QWidget, sentence: str, details: Sequence[str]) -> None:
        super().__init__(over.window(), "refusalDialog", "This file was not opened", sentence, width=560)
        close = Button("Close", "refusalCloseButton", kind="primary")
        close.clicked.connect(self.accept)
        if details:
            self.body.addSpacing(4)
            self.body.addWidget(label("What was found in it", "section"))
            self.body.addWidget(_listing(details), 1)
            self.resize(640, 460)
        self.body.addWidget(label(EXPECTED, "caption", wrap=True))
        self.add_foot(close)
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

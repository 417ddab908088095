"""What all exports ask alike: a preview on the left, choices on the right, what it will come to, and Save."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from studio.dialogs import Dialog
from studio.parts import Button, HelpDot, label, named, restyle


class ExportDialog(Dialog):
    """Add rows, say what it will come to; `wanted` when the person presses Save."""

    wanted = Signal()

    def __init__(self, over: QWidget, name: str, heading: str, about: str, preview: QWidget | None) -> None:
        super().__init__(over.window(), name, heading, about, width=720 if preview is not None else 480)
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(12)
        self._rows.setVerticalSpacing(8)
        self._rows.setColumnStretch(1, 1)
        self._extent = label("", "value", name="exportExtent", accessible="What it will come to")
        self._note = label("", "caption", name="exportNote", accessible="Note", wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._save = Button("Save…", "exportSaveButton", kind="primary")
        self._save.clicked.connect(self.wanted)
        cancel = Button("Cancel", "exportCancelButton")
        cancel.clicked.connect(self.reject)

        side = QVBoxLayout()
        side.setSpacing(12)
        side.addLayout(self._rows)
        side.addWidget(_rule())
        side.addWidget(self._extent)
        side.addWidget(self._note)
        side.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(24)
        if preview is not None:
            middle.addWidget(preview, 0, Qt.AlignmentFlag.AlignTop)
        middle.addLayout(side, 1)
        self.body.addSpacing(8)
        self.body.addLayout(middle, 1)
        self.add_foot(cancel, self._save)
        self._save.setFocus()

    def add_row(
        self, text: str, editors: Sequence[QWidget], *, help_text: str = "", help_name: str = ""
    ) -> list[QWidget]:
        """A labelled row of editors; its widgets come back, for `show_row`."""
        caption = label(text)
        caption.setBuddy(editors[0])
        caption.setMinimumHeight(32)
        fields = QHBoxLayout()
        fields.setSpacing(8)
        shown: list[QWidget] = [caption, *editors]
        for editor in editors:
            fields.addWidget(editor)
        if help_text:
            dot = HelpDot(help_name, text.lower(), help_text)
            shown.append(dot)
            fields.addWidget(dot)
        fields.addStretch(1)
        row = self._rows.rowCount()
        self._rows.addWidget(caption, row, 0)
        self._rows.addLayout(fields, row, 1)
        return shown

    def say(self, extent: str, note: str, *, trouble: str = "") -> None:
        """What it will come to; with `trouble`, why it cannot be saved like this."""
        self._extent.setText(extent)
        self._note.setText(trouble or note)
        restyle(self._note, role="error" if trouble else "caption")
        self._save.setEnabled(not trouble)

    def set_action(self, text: str) -> None:
        self._save.setText(text)


def spin(name: str, accessible: str, least: int, most: int, value: int, suffix: str = "") -> QSpinBox:
    """A field for a whole number."""
    made = QSpinBox()
    named(made, name, accessible)
    made.setRange(least, most)
    made.setValue(value)
    made.setSuffix(suffix)
    made.setFixedWidth(96)
    made.lineEdit().setTextMargins(8, 0, 0, 0)  # the style sheet does not reach the editor inside
    return made


def show_row(row: list[QWidget], visible: bool) -> None:
    for widget in row:
        widget.setVisible(visible)


def _rule() -> QFrame:
    line = QFrame()
    line.setProperty("rule", True)
    return line

"""One row of settings: label, help, editor, and below them what is wrong or why it does not act."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.config import field_info
from studio.editors import Editor, NumberEdit, bounds, spoken
from studio.parts import HelpDot, Switch, label, named, restyle

EDITOR_WIDTH = 118
LABEL_WIDTH = 122  # what the column leaves; a longer label takes two lines


class KnobRow(QWidget):
    """A knob, or a number and its unit that share a row."""

    def __init__(self, names: Sequence[str], editors: Sequence[Editor], prefix: str = "") -> None:
        """prefix: put before the object names, for a knob that the window shows twice."""
        super().__init__()
        info = field_info(names[0])
        title = str(info.title)
        about = f"{info.description} {bounds(names[0])}".strip()
        self._about = f"<p style='white-space:normal'>{escape(about)}</p>"
        self._label = text = label(title)
        bold = QFont(text.font())
        bold.setWeight(QFont.Weight.DemiBold)
        self._fonts = text.font(), bold
        if text.sizeHint().width() > LABEL_WIDTH:
            text.setWordWrap(True)
            text.setFixedWidth(LABEL_WIDTH)
        text.setToolTip(self._about)
        self._key = key = names[0]
        self._error = label(
            "", "error", name=f"{prefix}error_{key}", accessible=f"{title}: problem", wrap=True
        )
        self._note = label("", "caption", name=f"{prefix}note_{key}", accessible=f"{title}: note", wrap=True)
        self._error.hide()
        self._note.hide()
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(text)
        help_dot = HelpDot(f"{prefix}help_{key}", title, about)
        help_dot.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab goes from value to value
        row.addWidget(help_dot)
        row.addStretch(1)
        for name, editor in zip(names, editors, strict=True):
            named(editor, f"{prefix}field_{name}", str(field_info(name).title))
            editor.setAccessibleDescription(f"{field_info(name).description} {bounds(name)}".strip())
            row.addWidget(editor)
        if len(editors) == 2:
            editors[0].setFixedWidth(56)
            editors[1].setFixedWidth(104)
        elif not isinstance(editors[0], Switch):
            editors[0].setFixedWidth(EDITOR_WIDTH)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)
        self.column.addLayout(row)
        self.column.addWidget(self._error)
        self.column.addWidget(self._note)
        self._editors = editors

    def complain(self, sentence: str) -> None:
        """Show what is wrong; an empty sentence means that all is well."""
        # The knob's name stands above it already, and what was typed is written as it was.
        editor = self._editors[0]
        value = editor.value()
        words, typed = sentence.removeprefix(f"{self._key}: "), str(value)
        if not words.startswith(typed):
            words = words[:1].upper() + words[1:]
        elif isinstance(value, float):
            words = spoken(value) + words.removeprefix(typed)
        elif sentence and isinstance(editor, NumberEdit):
            words = f"{words} {editor.hint()}".strip() if typed else "A number is missing."
        self._error.setText(words)
        self._error.setVisible(bool(sentence))
        for editor in self._editors:
            restyle(editor, invalid=bool(sentence))

    @property
    def said(self) -> str:
        """What is wrong, as it stands below the knob; empty if nothing is."""
        return self._error.text()

    def set_idle(self, reason: str, *, said: bool = True) -> None:
        """Why the knob does not act now, in a sentence; empty if it does. said: also below it."""
        for editor in self._editors:
            editor.setEnabled(not reason)
            editor.setToolTip(reason)
        self._label.setEnabled(not reason)
        self._note.setText(reason)
        self._note.setVisible(bool(reason) and said)

    def mark(self, before: str) -> None:
        """Emphasise a value that differs from the preset's, `before`; empty if it does not."""
        self._label.setFont(self._fonts[bool(before)])
        self._label.setToolTip(
            f"{self._about}<p>The preset has {escape(before)}.</p>" if before else self._about
        )

"""Naming a preset of one's own, and saying what it is."""

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from core.presets import LONGEST_ABOUT, LONGEST_NAME
from studio.dialogs import Dialog
from studio.parts import Button, label, named


class PresetDialog(Dialog):
    """`chosen(title, about)` when the person saves; both without spaces around them."""

    chosen = Signal(str, str)

    def __init__(
        self,
        parent: QWidget,
        heading: str,
        text: str,
        objection: Callable[[str], str],
        *,
        title: str = "",
        about: str = "",
    ) -> None:
        """objection: why a title cannot be taken, empty if it can."""
        super().__init__(parent, "presetDialog", heading, text)
        self._objection = objection
        self.title = QLineEdit(title)
        named(self.title, "presetTitleField", "Name of the preset")
        self.title.setMaxLength(4 * LONGEST_NAME)  # what is too long is said, not cut
        self.title.setPlaceholderText("Glasses at night")
        self.about = QPlainTextEdit(about)
        named(self.about, "presetAboutField", "What the preset is for")
        self.about.setPlaceholderText("What it is for, and how it differs from others")
        self.about.setTabChangesFocus(True)
        self.about.setFixedHeight(84)
        self._error = label("", "error", name="presetError", accessible="Problem", wrap=True)
        self._error.hide()
        self._save = Button("Save", "savePresetButton", kind="primary")
        cancel = Button("Cancel", "cancelPresetButton")
        self.body.addSpacing(8)
        for caption, field in (("Name", self.title), ("What it is", self.about)):
            words = label(caption, "section")
            words.setBuddy(field)
            self.body.addWidget(words)
            self.body.addWidget(field)
        self.body.addWidget(self._error)
        self.add_foot(cancel, self._save)
        self.title.textChanged.connect(self._check)
        self._save.clicked.connect(self._take)
        cancel.clicked.connect(self.reject)
        self._check()
        self.title.setFocus()
        self.title.selectAll()

    def _words(self) -> tuple[str, str]:
        return " ".join(self.title.text().split()), " ".join(self.about.toPlainText().split())[:LONGEST_ABOUT]

    @Slot()
    def _check(self) -> None:
        title, _ = self._words()
        objection = self._objection(title) if title else ""
        self._error.setText(objection)
        self._error.setVisible(bool(objection))
        self._save.setEnabled(bool(title) and not objection)

    @Slot()
    def _take(self) -> None:
        title, about = self._words()
        self.accept()
        self.chosen.emit(title, about)

"""A small window that asks for a name."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.keepsakes.text import LONGEST_NAME
from studio.parts import Button, label, named


class NameDialog(QDialog):
    """`given(name)` when the person has settled on one that is not empty."""

    given = Signal(str)

    def __init__(self, parent: QWidget, heading: str, text: str, name: str = "") -> None:
        super().__init__(parent.window())
        named(self, "nameDialog", heading)
        self.setWindowTitle("DCGAN Studio")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(400)
        self._edit = QLineEdit(name)
        named(self._edit, "nameEdit", "Name")
        self._edit.setMaxLength(LONGEST_NAME)
        self._edit.selectAll()
        self._save = Button("Save", "nameSaveButton", kind="primary")
        self._save.setDefault(True)
        cancel = Button("Cancel", "nameCancelButton")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(8)
        column.addWidget(label(heading, "dialog", wrap=True))
        column.addWidget(label(text, "muted", wrap=True))
        column.addSpacing(4)
        column.addWidget(self._edit)
        column.addSpacing(12)
        column.addLayout(buttons)
        self._edit.textChanged.connect(self._look)
        self._save.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        self.accepted.connect(self._give)
        self._look()

    @Slot()
    def _look(self) -> None:
        self._save.setEnabled(bool(self._edit.text().strip()))

    @Slot()
    def _give(self) -> None:
        self.given.emit(self._edit.text().strip())

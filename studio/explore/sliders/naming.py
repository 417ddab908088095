"""A small window that asks for a name."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from core.keepsakes.text import LONGEST_NAME
from studio.dialogs import Dialog
from studio.parts import Button, named


class NameDialog(Dialog):
    """`given(name)` when the person has settled on one that is not empty."""

    given = Signal(str)

    def __init__(self, parent: QWidget, heading: str, text: str, name: str = "") -> None:
        super().__init__(parent.window(), "nameDialog", heading, text)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._edit = QLineEdit(name)
        named(self._edit, "nameEdit", "Name")
        self._edit.setMaxLength(LONGEST_NAME)
        self._edit.selectAll()
        self._save = Button("Save", "nameSaveButton", kind="primary")
        cancel = Button("Cancel", "nameCancelButton")
        self.body.addSpacing(4)
        self.body.addWidget(self._edit)
        self.add_foot(cancel, self._save)
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

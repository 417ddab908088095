"""Asking how much longer a finished run shall train."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.config import Config
from core.errors import ConfigError
from core.runs import Run
from studio.dialogs import Dialog
from studio.editors import NumberEdit
from studio.parts import Button, label, named
from studio.words import plain


class ExtendDialog(Dialog):
    """`chosen(duration)`: the new total, in the run's own unit."""

    chosen = Signal(float)

    def __init__(self, run: Run, parent: QWidget) -> None:
        unit, had = run.config.duration_unit, plain(run.config.duration)
        text = f"{run.name} has had its {had} {unit}. It goes on exactly where it ended."
        super().__init__(parent, "extendDialog", "Train for longer", text)
        self._config: Config = run.config
        self.edit = NumberEdit(whole=False)
        named(self.edit, "extendField", f"New total in {unit}")
        self.edit.setFixedWidth(96)
        self.edit.set_value(2 * run.config.duration)
        self._error = label("", "error", name="extendError", accessible="Problem", wrap=True)
        self._go = Button("Resume", "extendButton", kind="primary")
        cancel = Button("Cancel", "cancelExtendButton")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label("Train until"))
        row.addWidget(self.edit)
        row.addWidget(label(f"{unit} in total"))
        row.addStretch(1)
        self.body.addSpacing(4)
        self.body.addLayout(row)
        self.body.addWidget(self._error)
        self.add_foot(cancel, self._go)
        self.edit.edited.connect(self._check)
        self._go.clicked.connect(self._take)
        cancel.clicked.connect(self.reject)
        self._check()

    @Slot()
    def _check(self) -> None:
        value = self.edit.value()
        problem = ""
        try:
            longer = self._config.replace(duration=value).duration
            if longer <= self._config.duration:
                problem = f"It has trained that long already: give more than {plain(self._config.duration)}."
        except ConfigError as error:
            problem = str(error)
        self._error.setText(problem)
        self._error.setVisible(bool(problem))
        self._go.setEnabled(not problem)

    @Slot()
    def _take(self) -> None:
        value = self.edit.value()
        assert isinstance(value, float), "Resume is disabled for anything else"
        self.accept()
        self.chosen.emit(value)

"""Undo and redo: two buttons and their keys."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from studio.parts import IconButton

UNDO, REDO = ("Ctrl+Z",), ("Ctrl+Shift+Z", "Ctrl+Y")


class HistoryButtons(QWidget):
    """Their tooltips tell what would be undone. The keys work wherever the focus is inside `over`."""

    def __init__(self, stack: QUndoStack, over: QWidget) -> None:
        super().__init__()
        self._undo = IconButton("undo", "undoButton", "Undo")
        self._redo = IconButton("redo", "redoButton", "Redo")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self._undo)
        row.addWidget(self._redo)
        self._undo.clicked.connect(stack.undo)
        self._redo.clicked.connect(stack.redo)
        # By what the signals carry: the last ones come while the stack is being destroyed.
        stack.undoTextChanged.connect(self._tell_undo)
        stack.redoTextChanged.connect(self._tell_redo)
        stack.canUndoChanged.connect(self._undo.setEnabled)
        stack.canRedoChanged.connect(self._redo.setEnabled)
        self._undo.setEnabled(False)
        self._redo.setEnabled(False)
        for keys, act in ((UNDO, stack.undo), (REDO, stack.redo)):
            for key in keys:
                shortcut = QShortcut(QKeySequence(key), over)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(act)

    @Slot(str)
    def _tell_undo(self, text: str) -> None:
        _tell(self._undo, "Undo", text, UNDO[0])

    @Slot(str)
    def _tell_redo(self, text: str) -> None:
        _tell(self._redo, "Redo", text, REDO[0])


def _tell(button: IconButton, word: str, text: str, key: str) -> None:
    """Say what the button would do; for every event of a drag, so what is the same is left alone."""
    tip = f"{word}: {text} ({key})" if text else f"Nothing to {word.lower()}"
    if button.toolTip() != tip:
        button.setToolTip(tip)


class UndoPasses(QObject):
    """Lets an editor that holds no unfinished typing leave Ctrl+Z to the workspace."""

    def __init__(self, edit: QLineEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        edit.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not self._edit.isModified()
            and (event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo))
        )

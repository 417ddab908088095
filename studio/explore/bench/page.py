"""What the pages of the bench have in common: contents, or one sentence while there is nothing to show."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedLayout, QWidget

from studio.explore.exploration import Exploration
from studio.parts import label


class Page(QWidget):
    """Give `content` a layout; `empty` is looked at whenever the run or the moment changes."""

    TITLE = ""  # of its tab
    NAME = ""  # object name of its tab

    def __init__(self, exploration: Exploration) -> None:
        super().__init__()
        self.exploration = exploration
        self.content = QWidget()
        name = self.NAME.removesuffix("Tab") + "Empty"
        self._sentence = label("", "muted", name=name, accessible=f"{self.TITLE}: nothing yet", wrap=True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self.content)
        self._stack.addWidget(self._sentence)
        for changed in (exploration.opened, exploration.renewed, exploration.moment_changed):
            changed.connect(self.look)

    def empty(self) -> str:
        """What is said instead of the contents, nothing if there is something to show."""
        raise NotImplementedError

    @Slot()
    def look(self) -> None:
        """Show the contents, or why there are none."""
        self._sentence.setText(self.empty())
        self._stack.setCurrentIndex(1 if self._sentence.text() else 0)

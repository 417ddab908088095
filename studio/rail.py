"""The slim bar on the left that switches between the workspaces."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QIcon
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QMenu, QToolButton, QVBoxLayout

from studio.parts import named
from studio.theme import RESOURCES, Appearance, icon, theme

WIDTH = 76
TABS = (
    ("trainTab", "Train", "train"),
    ("exploreTab", "Explore", "explore"),
    ("runsTab", "Runs", "runs"),
)


class Rail(QFrame):
    """trainTab, exploreTab, runsTab, appearanceButton and helpButton.

    `chosen(index)` when the person switches the workspace, `appearance_chosen(name)` light or dark.
    """

    chosen = Signal(int)
    appearance_chosen = Signal(str)

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        named(self, "rail", "Workspaces")
        self.setFixedWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 16, 8, 12)
        column.setSpacing(4)
        mark = QLabel()
        named(mark, "mark", "DCGAN Studio")
        mark.setPixmap(QIcon(str(RESOURCES / "mark.svg")).pixmap(QSize(36, 36)))
        mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(mark)
        column.addSpacing(16)
        self._group = QButtonGroup(self)
        self._icons: list[tuple[QToolButton, str]] = []
        for index, (name, text, icon_name) in enumerate(TABS):
            tab = self._tab(name, text, icon_name, f"{text} (Ctrl+{index + 1})")
            tab.setCheckable(True)
            self._group.addButton(tab, index)
            column.addWidget(tab, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._appearance = self._tab("appearanceButton", "Look", "contrast", "Light or dark")
        self._appearance.setAccessibleName("Light or dark")
        self._appearance.clicked.connect(self._open_menu)
        column.addWidget(self._appearance, 0, Qt.AlignmentFlag.AlignHCenter)
        self._menu = QMenu(self)
        choices = QActionGroup(self)
        for each, text in (("system", "Follow the system"), ("light", "Light"), ("dark", "Dark")):
            action = self._menu.addAction(text)
            action.setData(each)
            action.setCheckable(True)
            action.setChecked(each == appearance)
            choices.addAction(action)
        choices.triggered.connect(self._choose_appearance)
        self.help = self._tab("helpButton", "Help", "help", "Help (F1)")
        column.addWidget(self.help, 0, Qt.AlignmentFlag.AlignHCenter)
        self._group.idClicked.connect(self.chosen)
        theme().changed.connect(self._redraw)
        self._redraw()

    @Slot()
    def _open_menu(self) -> None:
        self._menu.popup(self._appearance.mapToGlobal(self._appearance.rect().topRight()))

    @Slot(QAction)
    def _choose_appearance(self, action: QAction) -> None:
        self.appearance_chosen.emit(action.data())

    def choose(self, index: int) -> None:
        self._group.button(index).setChecked(True)

    def _tab(self, name: str, text: str, icon_name: str, tip: str) -> QToolButton:
        tab = QToolButton()
        named(tab, name, text)
        tab.setText(text)
        tab.setToolTip(tip)
        tab.setProperty("kind", "tab")
        tab.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        tab.setIconSize(QSize(20, 20))
        tab.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icons.append((tab, icon_name))
        return tab

    @Slot()
    def _redraw(self) -> None:
        for tab, icon_name in self._icons:
            tab.setIcon(icon(icon_name, "muted", checked="accent_text"))

"""The way to everything that can be taken out of the workspace."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from studio.explore.exploration import Exploration
from studio.explore.exports.generator_export import GeneratorExport
from studio.explore.exports.training_film import TrainingFilm
from studio.parts import Button, named


class ExportMenu(Button):
    """A button that drops a menu down. What is seen is exported by whoever shows it."""

    sheet_wanted = Signal()  # of the faces in the grid
    face_wanted = Signal()  # of the large face

    def __init__(self, exploration: Exploration) -> None:
        super().__init__("Export", "exportMenuButton", icon_name="chevron-down")
        self.setToolTip("Save faces, the generator or a film")
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow behind the word
        self._exploration = exploration
        self._generators = GeneratorExport(exploration, self)
        self._films = TrainingFilm(exploration, self)
        self._menu = QMenu(self)
        self._menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        named(self._menu, "exportMenu", "What to export")
        self._add("Sheet of faces…", "exportSheetAction", self.sheet_wanted.emit)
        self._add("This face…", "exportFaceAction", self.face_wanted.emit)
        self._menu.addSeparator()
        self._add("Generator…", "exportGeneratorAction", self._generators.ask)
        self._film = self._add("Film of the training…", "exportFilmAction", self._films.ask)
        self.clicked.connect(self._drop_down)
        for changed in (exploration.opened, exploration.moment_changed):
            changed.connect(self._refresh)
        self._refresh()

    @Slot()
    def _drop_down(self) -> None:
        corner = QPoint(self.width() - self._menu.sizeHint().width(), self.height() + 4)
        self._menu.popup(self.mapToGlobal(corner))

    @Slot()
    def _refresh(self) -> None:
        subject = self._exploration.subject
        self.setEnabled(self._exploration.usable)
        self._film.setEnabled(subject is not None and subject.run is not None)

    def _add(self, text: str, name: str, act: Callable[[], None]) -> QAction:
        action = self._menu.addAction(text)
        action.setObjectName(name)
        action.triggered.connect(lambda: act())  # without the state that it would bring along
        return action

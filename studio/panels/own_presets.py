"""Saving the settings as a preset of one's own, and renaming and deleting such presets."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMenu

from core import presets
from core.config import Config
from core.errors import ConfigError, StudioError
from core.presets import Preset
from studio.dialogs import Question
from studio.panels.preset_dialog import PresetDialog
from studio.parts import IconButton, add_action

TIP = "Save, rename or delete presets of your own"


class PresetMenu(IconButton):
    """A button with all that can be done with presets of one's own.

    `changed(name)` afterwards: the one to choose now, empty if there is none.
    """

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__("more", "presetMenuButton", TIP)
        self._preset: Preset | None = None
        self._config: Config | None = None
        menu = self._menu = QMenu(self)
        self._save = add_action(menu, "Save as a preset…", "savePresetAction", self._ask_new)
        self._update = add_action(menu, "", "updatePresetAction", self._replace)
        menu.addSeparator()
        self._rename = add_action(menu, "Rename…", "renamePresetAction", self._ask_name)
        self._delete = add_action(menu, "Delete…", "deletePresetAction", self._ask_delete)
        self.clicked.connect(self._open)

    def show_choice(self, preset: Preset, config: Config | None) -> None:
        """preset: the chosen one; config: the settings as they stand, None if one of them is wrong."""
        self._preset, self._config = preset, config
        self._save.setEnabled(config is not None)
        self._update.setText(f"Save changes to {preset.title}".replace("&", "&&"))
        self._update.setVisible(preset.own and config is not None and config != preset.config)
        self._rename.setEnabled(preset.own)
        self._delete.setEnabled(preset.own)

    @Slot()
    def _open(self) -> None:
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _ask_new(self) -> None:
        self._ask(
            "Save as a preset",
            "The settings as they stand now, under a name of your own. Pictures and device stay out of it.",
            "",
            "",
            partial(self._save_as, self._config),
        )

    def _replace(self) -> None:
        if self._preset is not None:
            self._save_as(self._config, self._preset.name, self._preset.about)

    def _ask_name(self) -> None:
        if self._preset is not None:
            self._ask(
                "Rename this preset",
                "Its settings stay. Runs that were trained with it keep the old name.",
                self._preset.title,
                self._preset.about,
                partial(self._rename_to, self._preset),
            )

    def _ask_delete(self) -> None:
        if self._preset is None:
            return
        question = Question(
            self.window(),
            "deletePresetDialog",
            f"Delete {self._preset.title}?",
            "The preset cannot be brought back. Runs that were trained with it stay as they are.",
            yes=("deletePresetButton", "Delete"),
            no=("keepPresetButton", "Keep"),
        )
        question.accepted.connect(partial(self._remove, self._preset))
        question.open()

    def _ask(self, heading: str, text: str, title: str, about: str, then: Callable[[str, str], None]) -> None:
        others, _ = presets.own_presets()
        taken = {each.name.casefold(): each.title for each in others}
        taken.pop(title.casefold(), None)
        dialog = PresetDialog(
            self.window(), heading, text, partial(_objection, taken), title=title, about=about
        )
        dialog.chosen.connect(then)
        dialog.open()

    def _save_as(self, config: Config | None, title: str, about: str) -> None:
        if config is not None:
            self._try(lambda: presets.save(title, title, about, config).name)

    def _rename_to(self, preset: Preset, title: str, about: str) -> None:
        def rename() -> str:
            made = presets.save(title, title, about, preset.config)
            if made.name.casefold() != preset.name.casefold():
                presets.delete(preset.name)
            return made.name

        self._try(rename)

    def _remove(self, preset: Preset) -> None:
        def remove() -> str:
            presets.delete(preset.name)
            return ""

        self._try(remove)

    def _try(self, act: Callable[[], str]) -> None:
        """Do it, then say which preset to choose, or what went wrong."""
        try:
            name = act()
        except StudioError as error:
            Question(
                self.window(),
                "presetProblemDialog",
                "That could not be done",
                str(error),
                yes=("presetProblemButton", "Close"),
            ).open()
        else:
            self.changed.emit(name)


def _objection(taken: Mapping[str, str], title: str) -> str:
    """Why a preset cannot have this title. taken: the titles of others, by name in small letters."""
    try:
        presets.check_name(title)
    except ConfigError as error:
        return str(error)
    if title.casefold() in taken:
        return f"You have a preset called {taken[title.casefold()]} already. Choose another name."
    return ""

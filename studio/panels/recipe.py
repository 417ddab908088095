"""How to train: a preset, the settings it fills in, and the device."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QGridLayout

from core.config import Config
from core.errors import ConfigError
from core.presets import Preset, presets
from studio.form import SettingsForm
from studio.parts import Button, Card, Combo, label

if TYPE_CHECKING:  # at run time it would bring torch along
    from core.devices import Device


class RecipeCard(Card):
    """presetCombo, deviceCombo and the form. `changed` after every edit of any of them."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__("Recipe", spacing=12)
        self._presets: list[Preset] = presets()
        self.touched = False  # whether the person has chosen a preset or a value
        self.device_touched = False
        self.chip = label(
            "modified", "chip", name="modifiedChip", accessible="The preset's settings were changed"
        )
        self.chip.setProperty("tone", "neutral")
        self.reset = Button("Undo changes", "resetButton", kind="link", accessible="Fill in the preset again")
        self.reset.clicked.connect(self._touch)
        self.reset.clicked.connect(self._fill)
        self.head.insertWidget(1, self.chip)
        self.head.addWidget(self.reset)

        self.preset = Combo("presetCombo", "Preset")
        for each in self._presets:
            self.preset.addItem(each.title, each.name)
        self.preset.activated.connect(self._touch)
        self.preset.activated.connect(self._fill)
        self.device = Combo("deviceCombo", "Device")
        self.device.addItem("Best available", "auto")
        self.device.activated.connect(self._touch_device)
        self.device.activated.connect(self.changed)
        self.about = label("", "caption", name="presetAbout", accessible="About the preset", wrap=True)
        choices = QGridLayout()
        choices.setHorizontalSpacing(12)
        choices.setVerticalSpacing(8)
        choices.setColumnStretch(1, 1)
        for row, (title, combo) in enumerate((("Preset", self.preset), ("Device", self.device))):
            choices.addWidget(label(title), row, 0)
            choices.addWidget(combo, row, 1)
        self.form = SettingsForm()
        self.body.addLayout(choices)
        self.body.addWidget(self.about)
        self.body.addWidget(self.form)
        self.form.edited.connect(self._touch)
        self.form.changed.connect(self._compare)
        self._fill()

    def config(self) -> Config:
        """The settings as they stand. Raises ConfigError."""
        return self.form.config()

    def preset_name(self) -> str | None:
        """The preset in use; None once a setting differs from it."""
        return None if self.modified() else self._chosen().name

    def modified(self) -> bool:
        try:
            return self.config() != self._chosen().config
        except ConfigError:
            return True

    def device_name(self) -> str:
        return str(self.device.currentData())

    def choose(self, name: str, values: dict[str, object] | None = None) -> None:
        """Take a preset, then put `values` over it; nothing happens if there is no such preset."""
        index = self.preset.findData(name)
        if index >= 0:
            self.preset.setCurrentIndex(index)
            self._fill()
            if values:
                self.form.set_values(values)

    def offer_devices(self, devices: Sequence["Device"], chosen: str) -> None:
        with QSignalBlocker(self.device):
            self.device.clear()
            self.device.addItem(f"Best: {devices[0].title}", "auto")
            for each in devices:
                self.device.addItem(each.title, each.name)
            self.device.setCurrentIndex(max(0, self.device.findData(chosen)))

    @Slot()
    def _touch(self) -> None:
        self.touched = True

    @Slot()
    def _touch_device(self) -> None:
        self.device_touched = True

    @Slot()
    def _fill(self) -> None:
        preset = self._chosen()
        self.about.setText(preset.about)
        self.form.set_values(preset.config.model_dump())

    @Slot()
    def _compare(self) -> None:
        modified = self.modified()
        self.chip.setVisible(modified)
        self.reset.setVisible(modified)
        self.changed.emit()

    def _chosen(self) -> Preset:
        return self._presets[self.preset.currentIndex()]

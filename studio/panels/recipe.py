"""How to train: a preset, the settings it fills in, and the device."""

from collections.abc import Sequence
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QGridLayout

from core import presets
from core.config import Config, parse
from core.errors import ConfigError
from core.presets import Preset
from studio.editors import problem
from studio.form import SettingsForm
from studio.panels.device_choice import DeviceChoice
from studio.panels.own_presets import PresetMenu
from studio.parts import Button, Card, Combo, label
from studio.words import count

if TYPE_CHECKING:  # at run time it would bring torch along
    from core.devices import Device


class RecipeCard(Card):
    """presetCombo, deviceCombo and the form. `changed` after every edit of any of them."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__("Recipe", spacing=12)
        self._presets: dict[str, Preset] = {}
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
        self.preset.setMaxVisibleItems(24)
        self.preset.activated.connect(self._touch)
        self.preset.activated.connect(self._fill)
        self.menu = PresetMenu()
        self.menu.changed.connect(self._take)
        self.devices = DeviceChoice()
        self.device = self.devices.combo
        self.devices.chosen.connect(self._touch_device)
        self.devices.chosen.connect(self.changed)
        self.about = label("", "caption", name="presetAbout", accessible="About the preset", wrap=True)
        self._skipped = label("", "error", name="presetsSkipped", accessible="Presets skipped", wrap=True)
        choices = QGridLayout()
        choices.setHorizontalSpacing(8)
        choices.setVerticalSpacing(8)
        choices.setColumnStretch(1, 1)
        choices.addWidget(label("Preset"), 0, 0)
        choices.addWidget(self.preset, 0, 1)
        choices.addWidget(self.menu, 0, 2)
        choices.addWidget(self.about, 1, 0, 1, 3)
        choices.addWidget(self._skipped, 2, 0, 1, 3)
        self._device = label("Device")
        choices.addWidget(self._device, 3, 0, Qt.AlignmentFlag.AlignTop)
        choices.addWidget(self.devices, 3, 1, 1, 2)
        self.form = SettingsForm()
        self.body.addLayout(choices)
        self.body.addWidget(self.form)
        self.form.edited.connect(self._touch)
        self.form.changed.connect(self._compare)
        self._list()
        self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._device.setMinimumHeight(self.device.sizeHint().height())  # level with the list, not with boxes

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
        """One device, "auto", or several with commas between them."""
        return self.devices.name()

    def choose(self, name: str, values: dict[str, object] | None = None) -> None:
        """Take a preset, then put `values` over it; nothing happens if there is no such preset.

        Of values that an earlier version has kept, those count that still fit.
        """
        index = self.preset.findData(name)
        if index < 0:
            return
        self.preset.setCurrentIndex(index)
        self._fill()
        if values:
            fit = {knob: value for knob, value in values.items() if not problem({knob: value})}
            with suppress(ConfigError):  # each fits, but not beside the others: the form says which
                fit = parse(self._chosen().config.model_dump() | fit).model_dump()
            self.form.set_values(fit)

    def offer_devices(self, devices: Sequence["Device"], chosen: str) -> None:
        self.devices.offer(devices, chosen)

    @Slot()
    def _touch(self) -> None:
        self.touched = True

    @Slot()
    def _touch_device(self) -> None:
        self.device_touched = True

    @Slot()
    def _fill(self) -> None:
        preset = self._chosen()
        self.about.setText(preset.about or "A preset of your own.")
        self.preset.setToolTip(f"<p style='white-space:normal'>{escape(preset.title)}</p>")
        self.form.set_preset(preset.config)

    @Slot(str)
    def _take(self, name: str) -> None:
        """The person has saved, renamed or deleted a preset of their own."""
        self.touched = True
        values = self.form.values()
        self._list()
        self.preset.setCurrentIndex(max(0, self.preset.findData(name)))
        self._fill()
        self.form.set_values(values)  # no preset's name or end is a reason to lose what stands here

    def _list(self) -> None:
        """Fill the combo: the program's presets, then under a heading the person's own."""
        own, skipped = presets.own_presets()
        built_in = [each for each in presets.presets() if not each.own]
        self._presets = {each.name: each for each in (*built_in, *own)}
        with QSignalBlocker(self.preset):
            self.preset.clear()
            for each in built_in:
                self._add(each)
            if own:
                self.preset.insertSeparator(self.preset.count())
                heading = QStandardItem("Your own")
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                model = self.preset.model()
                assert isinstance(model, QStandardItemModel)
                model.appendRow(heading)
            for each in own:
                self._add(each)
        self._skipped.setVisible(bool(skipped))
        if skipped:
            others = f" So with {count(len(skipped) - 1, 'other preset')}." if len(skipped) > 1 else ""
            self._skipped.setText(f"{skipped[0].reason} Mend or delete the file.{others}")
        self._skipped.setToolTip("<br>".join(escape(each.sentence) for each in skipped))

    def _add(self, preset: Preset) -> None:
        self.preset.addItem(preset.title, preset.name)
        tip = f"<p style='white-space:normal'>{escape(preset.about)}</p>" if preset.about else ""
        self.preset.setItemData(self.preset.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)

    @Slot()
    def _compare(self) -> None:
        modified = self.modified()
        self.chip.setVisible(modified)
        self.reset.setVisible(modified)
        self.menu.show_choice(self._chosen(), None if self.form.problem() else self.config())
        self.changed.emit()

    def _chosen(self) -> Preset:
        return self._presets[str(self.preset.currentData())]

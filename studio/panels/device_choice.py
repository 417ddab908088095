"""What to train on: one device from a list, or several of one kind, ticked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from studio.parts import Combo, named
from studio.words import count

if TYPE_CHECKING:  # at run time it would bring torch along
    from core.devices import Device

BEST = "auto"


class DeviceChoice(QWidget):
    """deviceCombo, and where several devices can train together a check box for each; both say the same.

    `chosen` when the person has chosen. The choice is a device's name, "auto", or several names with commas
    between them.
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.combo = Combo("deviceCombo", "Device")
        self.combo.addItem("Best available", BEST)
        self.combo.activated.connect(self._pick)
        self._devices: list[Device] = []
        self.boxes: list[QCheckBox] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.combo)

    def name(self) -> str:
        return str(self.combo.currentData())

    def offer(self, devices: Sequence["Device"], chosen: str) -> None:
        """The devices of this machine, best first. chosen: what was chosen before, if it is still there."""
        self._devices = list(devices)
        with QSignalBlocker(self.combo):
            self.combo.clear()
            self.combo.addItem(f"Best: {devices[0].title}", BEST)
            for each in devices:
                self.combo.addItem(each.title, each.name)
            self.combo.setCurrentIndex(max(0, self.combo.findData(chosen)))
        self._offer_boxes()
        wanted = chosen.split(",")
        if len(wanted) > 1 and self.boxes:
            self._tick(self._found(wanted))
            self._take_boxes()
        else:
            self._show_choice()

    def _offer_boxes(self) -> None:
        for box in self.boxes:
            self._column.removeWidget(box)
            box.deleteLater()
        self.boxes = []
        kinds = [_kind(each) for each in self._devices]
        if max(map(kinds.count, kinds)) < 2:
            return
        for index, device in enumerate(self._devices):
            alike = sum(each.title == device.title for each in self._devices) > 1
            title = f"{device.name.rpartition(':')[2]} · {device.title}" if alike else device.title
            box = QCheckBox(title)
            named(box, f"deviceCheck{index}", f"Train on {title}")
            box.setToolTip("Tick several of one kind to share every batch among them, in a process each")
            box.clicked.connect(self._click)
            self._column.addWidget(box)
            self.boxes.append(box)

    def _found(self, names: Sequence[str]) -> list[int]:
        """The devices of these names, each once; none if one is not there any more."""
        left = list(enumerate(self._devices))
        indices = []
        for name in names:
            place = next((each for each in left if each[1].name == name), None)
            if place is None:
                return []
            left.remove(place)
            indices.append(place[0])
        return indices

    def _tick(self, indices: Sequence[int]) -> None:
        for index, box in enumerate(self.boxes):
            box.setChecked(index in indices)

    @Slot()
    def _pick(self) -> None:
        """An entry of the list."""
        self._show_choice()
        self.chosen.emit()

    def _show_choice(self) -> None:
        """Tick what the list says."""
        names = [self._devices[0].name] if self.name() == BEST and self._devices else self.name().split(",")
        self._tick(self._found(names))
        self._drop_group(unless=self.name())

    @Slot()
    def _click(self) -> None:
        """A check box: processes of different kinds would wait for each other, so they exclude each other."""
        clicked = self.sender()
        for box, device in zip(self.boxes, self._devices, strict=True):
            if box is clicked and box.isChecked():
                for other, its in zip(self.boxes, self._devices, strict=True):
                    if _kind(its) != _kind(device):
                        other.setChecked(False)
        self._take_boxes()
        self.chosen.emit()

    def _take_boxes(self) -> None:
        """Let the list say what is ticked; the best device where nothing is."""
        ticked = [device for box, device in zip(self.boxes, self._devices, strict=True) if box.isChecked()]
        name = ",".join(each.name for each in ticked) or BEST
        with QSignalBlocker(self.combo):
            if len(ticked) > 1 and self.combo.findData(name) < 0:
                self.combo.addItem(count(len(ticked), "device") + " together", name)
            self.combo.setCurrentIndex(max(0, self.combo.findData(name)))
        self._show_choice()

    def _drop_group(self, unless: str) -> None:
        with QSignalBlocker(self.combo):
            for index in reversed(range(self.combo.count())):
                data = str(self.combo.itemData(index))
                if "," in data and data != unless:
                    self.combo.removeItem(index)


def _kind(device: "Device") -> str:
    return device.name.partition(":")[0]

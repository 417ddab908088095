"""One editor a knob, made from core.config: a choice, a number or a switch."""

from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit

from core.config import field_info, parse
from core.errors import ConfigError
from studio.parts import Switch
from studio.theme import color
from studio.words import plain

# How a person reads the options of a choice; what is not here reads as it is written.
OPTIONS = {
    "rgb": "Colour",
    "grey": "Grey",
    "center": "Centre",
    "celeba": "CelebA face",
    "pad": "Pad",
    "stretch": "Stretch",
    "auto": "Automatic",
    "on": "On",
    "off": "Off",
    "bce": "BCE",
    "lsgan": "Least squares",
    "hinge": "Hinge",
    "wgan-gp": "Wasserstein",
    "warn": "Warn",
    "return": "Return",
}


class ChoiceEdit(QComboBox):
    """One of a few values."""

    edited = Signal()

    def __init__(self, options: tuple[object, ...], unit: str = "") -> None:
        super().__init__()
        self._options = options
        self.addItems([f"{OPTIONS.get(str(each), str(each))} {unit}".strip() for each in options])
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.currentIndexChanged.connect(self.edited)

    def value(self) -> object:
        return self._options[self.currentIndex()]

    def set_value(self, value: object) -> None:
        if value in self._options:
            self.setCurrentIndex(self._options.index(value))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling the form must not change what lies under the pointer


class NumberEdit(QLineEdit):
    """A number as text, so that a wrong one can be shown and explained; the arrow keys step whole numbers."""

    edited = Signal()

    def __init__(self, *, whole: bool, unit: str = "") -> None:
        super().__init__()
        self._whole = whole
        self._unit = unit
        if unit:
            self.setTextMargins(0, 0, self.fontMetrics().horizontalAdvance(unit) + 6, 0)
        self.textChanged.connect(self.edited)

    def value(self) -> object:
        """The number, or the text as typed where it is none."""
        text = self.text().strip().replace(" ", "")
        try:
            return int(text) if self._whole else float(text)
        except ValueError:
            return text

    def hint(self) -> str:
        """How to write what was typed, if only its comma is wrong; else empty."""
        pointed = self.text().strip().replace(",", ".", 1)
        if self._whole or pointed == self.text().strip():
            return ""
        try:
            return f"Write {in_figures(float(pointed))} with a dot."
        except ValueError:
            return ""

    def set_value(self, value: object) -> None:
        self.setText(in_figures(value) if isinstance(value, float) else str(value))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._unit:
            painter = QPainter(self)
            painter.setPen(color("muted" if self.isEnabled() else "disabled"))
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(self.rect().adjusted(0, 0, -10, 0), flags, self._unit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        change = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        value = self.value()
        if change is not None and self._whole and isinstance(value, int):
            self.set_value(value + change)
        else:
            super().keyPressEvent(event)


class BoolEdit(Switch):
    """On or off."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.toggled.connect(self.edited)

    def value(self) -> object:
        return self.isChecked()

    def set_value(self, value: object) -> None:
        self.setChecked(bool(value))


Editor = ChoiceEdit | NumberEdit | BoolEdit


def editor_of(name: str) -> Editor:
    """A new editor for a knob, with its options and unit."""
    kind, unit = field_info(name).annotation, str(extra(name)["unit"])
    if get_origin(kind) is Literal:
        return ChoiceEdit(get_args(kind), unit)
    if kind is bool:
        return BoolEdit()
    return NumberEdit(whole=kind is int, unit=unit)


def extra(name: str) -> dict[str, Any]:
    """Group, unit and whether a knob is advanced."""
    found = field_info(name).json_schema_extra
    assert isinstance(found, dict), f"{name} has no group and unit"
    return found


def bounds(name: str) -> str:
    """The range of a number in words, empty for what has none."""
    limits: dict[str, float] = {}
    for each in field_info(name).metadata:
        for key in ("ge", "gt", "le", "lt"):
            if hasattr(each, key):
                limits[key] = getattr(each, key)
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    said = [f"{words[key]} {limits[key]:,}" for key in ("ge", "gt", "le", "lt") if key in limits]
    return f"{' and '.join(said)}.".capitalize() if said else ""


def spoken(value: object) -> str:
    """A knob's value as the form shows it: "On", "0.0002", "128", "Least squares"."""
    if isinstance(value, bool):
        return "On" if value else "Off"
    if isinstance(value, float):
        return in_figures(value)
    return OPTIONS.get(str(value), str(value))


def in_figures(number: float) -> str:
    """A number as a person writes it: "0.00001", not "1e-05"."""
    text = plain(number)
    return f"{Decimal(text):f}" if "e-" in text else text


def problem(values: dict[str, object]) -> str:
    """What is wrong with some knobs, the others at their defaults; empty if nothing is."""
    try:
        parse(values)
    except ConfigError as error:
        return str(error)
    return ""

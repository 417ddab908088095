"""The settings form, made from core.config: one row a knob, checked in place on every change."""

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.config import Config, field_info, parse
from core.errors import ConfigError
from studio.parts import Button, HelpDot, Switch, label, named, restyle
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
}
JOINED = {"duration": "duration_unit"}  # a number and its unit share a row
EDITOR_WIDTH = 118
LABEL_WIDTH = 128  # a longer label takes two lines


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

    def set_value(self, value: object) -> None:
        self.setText(plain(value) if isinstance(value, float) else str(value))

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


class Row(QWidget):
    """One knob: label, help, editor, and below them what is wrong with the value."""

    def __init__(self, names: list[str], editors: list[Editor]) -> None:
        super().__init__()
        info = field_info(names[0])
        title = str(info.title)
        about = f"{info.description} {_bounds(names[0])}".strip()
        text = label(title)
        if text.sizeHint().width() > LABEL_WIDTH:
            text.setWordWrap(True)
            text.setFixedWidth(LABEL_WIDTH - 16)
        text.setToolTip(f"<p style='white-space:normal'>{about}</p>")
        self._error = label("", "error", name=f"error_{names[0]}", accessible=f"{title}: problem", wrap=True)
        self._error.hide()
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(text)
        help_dot = HelpDot(f"help_{names[0]}", title, about)
        help_dot.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab goes from value to value
        row.addWidget(help_dot)
        row.addStretch(1)
        for name, editor in zip(names, editors, strict=True):
            named(editor, f"field_{name}", str(field_info(name).title))
            editor.setAccessibleDescription(f"{field_info(name).description} {_bounds(name)}".strip())
            row.addWidget(editor)
        if len(editors) == 2:
            editors[0].setFixedWidth(56)
            editors[1].setFixedWidth(104)
        elif not isinstance(editors[0], Switch):
            editors[0].setFixedWidth(EDITOR_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._error)
        self._editors = editors

    def complain(self, sentence: str) -> None:
        """Show what is wrong; an empty sentence means that all is well."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))
        for editor in self._editors:
            restyle(editor, invalid=bool(sentence))


class SettingsForm(QWidget):
    """All knobs. `changed` after every edit, `edited` too if the person made it.

    `config()` raises while something is wrong.
    """

    changed = Signal()
    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._editors: dict[str, Editor] = {name: _editor(name) for name in Config.model_fields}
        self._rows: dict[str, Row] = {}
        self._sentence = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._add_rows(self._column, advanced=False)
        self._fold = Button("Advanced", "advancedButton", kind="fold", icon_name="chevron-right")
        self._fold.setCheckable(True)
        self._fold.toggled.connect(self._unfold)
        self._column.addWidget(self._fold)
        self._advanced = QWidget()
        self._advanced.setProperty("scrolled", True)
        inner = QVBoxLayout(self._advanced)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        self._add_rows(inner, advanced=True)
        self._advanced.hide()
        self._column.addWidget(self._advanced)
        for editor in self._editors.values():
            editor.edited.connect(self.edited)
            editor.edited.connect(self._check)
        self.set_values(Config().model_dump())

    def config(self) -> Config:
        """The values as a Config. Raises ConfigError with the sentence to show."""
        return parse(self.values())

    def values(self) -> dict[str, object]:
        """What stands in the fields, right or wrong, by knob."""
        return {name: editor.value() for name, editor in self._editors.items()}

    def set_values(self, values: Mapping[str, object]) -> None:
        """Fill the fields, then say once that they changed."""
        for name, value in values.items():
            if name in self._editors:
                with QSignalBlocker(self._editors[name]):
                    self._editors[name].set_value(value)
                self._editors[name].update()
        self._check()

    def problem(self) -> str:
        """The first thing that is wrong, or an empty text."""
        return self._sentence

    def reveal_problem(self) -> None:
        """Unfold the advanced knobs if one of them is wrong."""
        name = self._sentence.split(":")[0]
        if name in self._editors and _extra(name)["advanced"]:
            self._fold.setChecked(True)

    @Slot(bool)
    def _unfold(self, on: bool) -> None:
        self._fold.set_icon("chevron-down" if on else "chevron-right")
        self._advanced.setVisible(on)

    @Slot()
    def _check(self) -> None:
        values = self.values()
        for name, row in self._rows.items():
            alone = {each: values[each] for each in (name, JOINED.get(name, name))}
            row.complain(_problem(alone))
        self._sentence = _problem(values)
        self.changed.emit()

    def _add_rows(self, column: QVBoxLayout, *, advanced: bool) -> None:
        group = ""
        for name in Config.model_fields:
            extra = _extra(name)
            if extra["advanced"] is not advanced or name in JOINED.values():
                continue
            if extra["group"] != group:
                group = extra["group"]
                if column.count():
                    column.addSpacing(8)
                column.addWidget(label(group, "section"))
            names = [name, JOINED[name]] if name in JOINED else [name]
            self._rows[name] = Row(names, [self._editors[each] for each in names])
            column.addWidget(self._rows[name])


def _problem(values: dict[str, object]) -> str:
    try:
        parse(values)
    except ConfigError as error:
        return str(error)
    return ""


def _extra(name: str) -> dict[str, Any]:
    extra = field_info(name).json_schema_extra
    assert isinstance(extra, dict), f"{name} has no group and unit"
    return extra


def _editor(name: str) -> Editor:
    kind, unit = field_info(name).annotation, str(_extra(name)["unit"])
    if get_origin(kind) is Literal:
        return ChoiceEdit(get_args(kind), unit)
    if kind is bool:
        return BoolEdit()
    return NumberEdit(whole=kind is int, unit=unit)


def _bounds(name: str) -> str:
    """The range of a number in words, empty for what has none."""
    limits: dict[str, float] = {}
    for each in field_info(name).metadata:
        for key in ("ge", "gt", "le", "lt"):
            if hasattr(each, key):
                limits[key] = getattr(each, key)
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    said = [f"{words[key]} {limits[key]:,}" for key in ("ge", "gt", "le", "lt") if key in limits]
    return f"{' and '.join(said)}.".capitalize() if said else ""

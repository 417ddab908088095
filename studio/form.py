"""The settings form, made from core.config: one row a knob, checked in place on every change."""

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from core.config import Config, field_info, parse
from studio.editors import Editor, editor_of, extra, problem, spoken
from studio.fold import Fold
from studio.knob_row import KnobRow
from studio.parts import label
from studio.relevance import CONDITIONS, why_idle

JOINED = {"duration": "duration_unit"}  # a number and its unit share a row


class SettingsForm(QWidget):
    """All knobs, the advanced ones folded away by group.

    `changed` after every edit, `edited` too if the person made it. `config()` raises while something is
    wrong.
    """

    changed = Signal()
    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._editors: dict[str, Editor] = {name: editor_of(name) for name in Config.model_fields}
        self._rows: dict[str, KnobRow] = {}
        self._folds: dict[str, Fold] = {}  # by group
        self._usual: dict[str, object] = Config().model_dump()  # what the preset has
        self._sentence = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        names = [name for name in Config.model_fields if name not in JOINED.values()]
        for name in names:
            if not extra(name)["advanced"]:
                column.addWidget(self._row(name))
        rule = QFrame()
        rule.setProperty("rule", True)
        column.addSpacing(8)
        column.addWidget(rule)
        column.addWidget(label("More settings", "section"))
        folds = QVBoxLayout()
        folds.setSpacing(0)
        for name in names:
            if extra(name)["advanced"]:
                group = str(extra(name)["group"])
                if group not in self._folds:
                    self._folds[group] = Fold(group, f"{group.lower()}Fold")
                    folds.addWidget(self._folds[group])
                self._folds[group].body.addWidget(self._row(name))
        column.addLayout(folds)
        for editor in self._editors.values():
            editor.edited.connect(self.edited)
            editor.edited.connect(self._check)
        self.set_values(self._usual)

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

    def set_preset(self, config: Config) -> None:
        """Fill in a preset; from here on the form shows what differs from it."""
        self._usual = config.model_dump()
        self.set_values(self._usual)

    def problem(self) -> str:
        """The first thing that is wrong, with the knob's title, or an empty text."""
        name = self._sentence.split(":")[0]
        if name not in self._editors:
            return self._sentence
        row = self._rows.get(name) or self._rows[next(key for key, unit in JOINED.items() if unit == name)]
        return f"{field_info(name).title}: {row.said}" if row.said else self._sentence

    def reveal_problem(self) -> None:
        """Unfold the group of the knob that is wrong."""
        name = self._sentence.split(":")[0]
        if name in self._editors and extra(name)["advanced"]:
            self._folds[str(extra(name)["group"])].open()

    def _row(self, name: str) -> KnobRow:
        names = _of_row(name)
        self._rows[name] = KnobRow(names, [self._editors[each] for each in names])
        return self._rows[name]

    @Slot()
    def _check(self) -> None:
        self._settle_idle()
        values = self.values()
        for name, row in self._rows.items():
            row.complain(problem({each: values[each] for each in _of_row(name)}))
        self._sentence = problem(values)
        self._show_changes(values)
        self.changed.emit()

    def _settle_idle(self) -> None:
        """Disable what does not act; a wrong value in it, which nobody could mend, becomes the preset's."""
        values, said = self.values(), ""
        for name in CONDITIONS:
            reason = why_idle(name, values)
            self._rows[name].set_idle(reason, said=reason != said)  # once for neighbours that share it
            said = reason
            if reason and problem({name: values[name]}):
                with QSignalBlocker(self._editors[name]):
                    self._editors[name].set_value(self._usual[name])

    def _show_changes(self, values: Mapping[str, object]) -> None:
        changes: dict[str, list[str]] = {group: [] for group in self._folds}
        for name, row in self._rows.items():
            changed = any(values[each] != self._usual[each] for each in _of_row(name))
            row.mark(" ".join(spoken(self._usual[each]) for each in _of_row(name)) if changed else "")
            if changed and extra(name)["advanced"]:
                changes[str(extra(name)["group"])].append(str(field_info(name).title))
        for group, titles in changes.items():
            self._folds[group].say(f"{len(titles)} changed" if titles else "", ", ".join(titles))


def _of_row(name: str) -> list[str]:
    """The knobs that share a row with this one, itself first."""
    return [name, JOINED[name]] if name in JOINED else [name]

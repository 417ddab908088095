"""The settings that may change while a run trains: each acts at the next step and can be set back."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.config import Config
from core.errors import ConfigError
from core.knobs import LIVE, Turn
from studio.editors import NumberEdit, editor_of, extra, spoken
from studio.knob_row import KnobRow
from studio.parts import Button, Card, label
from studio.relevance import why_idle

ABOUT = "A change acts at the next step. It is marked on the curves and kept with the run."
WAITING = "Acts at the next step."


class LiveRow(KnobRow):
    """One knob of the run: a typed number waits in its field for Enter or Apply; Esc takes it back."""

    chosen = Signal(str, object)  # knob and new value, not yet checked

    def __init__(self, name: str) -> None:
        self._editor = editor_of(name)
        super().__init__([name], [self._editor], prefix="live_")
        self._name = name
        self._now: object = None  # what acts, or is about to
        self._said = ""
        self._before: object = None
        self._words = label("", "caption", name=f"live_change_{name}", accessible="Change", wrap=True)
        self._act = Button(
            "", f"live_act_{name}", kind="link", accessible=f"Apply: {self._editor.accessibleName()}"
        )
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(8)
        foot.addWidget(self._words, 1)
        foot.addWidget(self._act, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addWidget(self._foot)
        self._act.clicked.connect(self._act_now)
        if isinstance(self._editor, NumberEdit):
            self._editor.returnPressed.connect(self._take)
            self._editor.edited.connect(self._look)
        else:
            self._editor.edited.connect(self._take)

    def show_value(self, now: object, said: str = "", before: object = None) -> None:
        """now: the value in force; said: what became of it; before: what it can be set back to, if anything.

        What the person is just typing stays.
        """
        typing = self._typed()
        self._now, self._said, self._before = now, said, before
        if not typing:
            self._fill()
        self._look()

    def wait(self, value: object) -> None:
        """`value` has been asked for; `show_value` follows once it acts."""
        self._now, self._said, self._before = value, WAITING, None
        self._fill()
        self._look()

    def complain(self, sentence: str) -> None:
        super().complain(sentence)
        if sentence:
            self._words.setText("Esc takes it back.")
            self._act.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._typed():
            self._fill()
            self._look()
        else:
            super().keyPressEvent(event)

    def _typed(self) -> bool:
        """Whether a number stands in the field that has not been taken yet."""
        return self._now is not None and self._editor.value() != self._now

    def _fill(self) -> None:
        with QSignalBlocker(self._editor):
            self._editor.set_value(self._now)
        self._editor.update()
        self.complain("")

    @Slot()
    def _look(self) -> None:
        """The line below: what can be done with what was typed, or what became of the last change."""
        typed = self._typed()
        if typed or not self._editor.property("invalid"):
            self.complain("")
        self._words.setText("Enter applies it, Esc takes it back." if typed else self._said)
        can = typed or self._before is not None
        text = "Apply" if typed else "Set back"
        self._act.setText(text)
        self._act.setAccessibleName(f"{text}: {self._editor.accessibleName()}")
        self._act.setVisible(can)
        self._foot.setVisible(can or bool(self._said))

    @Slot()
    def _take(self) -> None:
        if self._typed():
            self.chosen.emit(self._name, self._editor.value())

    @Slot()
    def _act_now(self) -> None:
        if self._typed():
            self._take()
        elif self._before is not None:
            self.chosen.emit(self._name, self._before)


class KnobsCard(Card):
    """The knobs of the run that trains. `changed(dict)`: what the person wants from the next step on."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__("While it trains", spacing=12)
        self._config: Config | None = None  # the run's own, without the turns
        self._turns: list[Turn] = []
        self._now: dict[str, object] = {}  # what acts
        self._waiting: dict[str, object] = {}  # asked for, not yet acting
        self._reset = Button(
            "Set all back", "resetKnobsButton", kind="link", accessible="Set every knob back to the recipe"
        )
        self._reset.clicked.connect(self._set_all_back)
        self.head.addWidget(self._reset)
        self.body.addWidget(label(ABOUT, "caption", wrap=True))
        self._rows: dict[str, LiveRow] = {}
        group = ""
        for name in LIVE:  # grouped there as they are in the form
            if extra(name)["group"] != group:
                group = str(extra(name)["group"])
                self.body.addWidget(label(group, "section"))
            self._rows[name] = LiveRow(name)
            self._rows[name].chosen.connect(self._ask)
            self.body.addWidget(self._rows[name])

    def show_run(self, config: Config | None, turns: Sequence[Turn] = ()) -> None:
        """config: the run's own settings, None when none trains; turns: what was changed since, in order."""
        self._config, self._turns = config, list(turns)
        self._waiting = {}
        self._show()

    @property
    def running(self) -> bool:
        """Whether there is a run whose knobs are shown."""
        return self._config is not None

    def turn(self, step: int, changes: Mapping[str, object]) -> None:
        """`changes` act from `step` on."""
        self._turns.append((step, dict(changes)))
        self._waiting = {
            name: value
            for name, value in self._waiting.items()
            if name not in changes or changes[name] != value  # it has been turned once more since
        }
        self._show()

    def go_back(self, turns: Sequence[Turn]) -> None:
        """The run went back: these changes are in force since."""
        self.show_run(self._config, turns)

    def refuse(self, sentence: str) -> None:
        """The change that was asked for last cannot be had: say why, and show what acts."""
        names = list(self._waiting)
        self._waiting = {}
        self._show()
        for name in names:
            self._rows[name].complain(sentence)

    def _show(self) -> None:
        if self._config is None:
            return
        recipe = self._config.model_dump()
        now, last = dict(recipe), dict[str, tuple[int, object]]()
        for step, changes in self._turns:
            for name, value in changes.items():
                if name in now and now[name] != value:
                    last[name] = step, now[name]  # when it was turned last, and what it had before
                    now[name] = value
        self._now = now
        for name, row in self._rows.items():
            if name in self._waiting:
                row.wait(self._waiting[name])
            elif name in last:
                step, before = last[name]
                said = f"{spoken(before)} → {spoken(now[name])} at step {step:,}"
                row.show_value(now[name], said, before if now[name] != recipe[name] else None)
            else:
                row.show_value(now[name])
            row.set_idle(why_idle(name, now | self._waiting))
        self._reset.setVisible(any(now[name] != recipe[name] for name in self._rows))

    @Slot(str, object)
    def _ask(self, name: str, value: object) -> None:
        self._want({name: value})

    @Slot()
    def _set_all_back(self) -> None:
        if self._config is not None:
            recipe = self._config.model_dump()
            self._want({name: recipe[name] for name in self._rows if self._now[name] != recipe[name]})

    def _want(self, changes: dict[str, object]) -> None:
        """Pass the changes on if they fit, else say in place why not."""
        if self._config is None:
            return
        try:
            fit = self._config.replace(**(self._now | self._waiting | changes)).model_dump()
        except ConfigError as error:
            for name in changes:
                self._rows[name].complain(str(error))
            return
        asked = {name: fit[name] for name in changes}
        # What acts already is not waited for: nothing would be heard of it.
        waiting = self._waiting | asked
        self._waiting = {name: value for name, value in waiting.items() if value != self._now[name]}
        self._show()
        self.changed.emit(asked)

"""The alarm: what is wrong with the run, on what evidence, and what can be done with one click."""

from html import escape

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from core.watchdog.verdict import Advice
from studio.panels.health import BEGINNING, TOKENS, Health
from studio.parts import Button, Combo, label, named, restyle


class AlarmBanner(QFrame):
    """Shown while a verdict is alarming, until the person has answered it.

    `paused`, `carried_on`, and `returned(Advice | None)` with the change that was chosen.
    """

    paused = Signal()
    carried_on = Signal()
    returned = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        named(self, "alarmBanner", "Alarm")
        self.setProperty("banner", True)
        self.setProperty("tone", "warn")
        self._health = Health(BEGINNING)
        self._advice: tuple[Advice, ...] = ()
        self._words = label("", name="alarmLabel", accessible="What is wrong", wrap=True)
        self._words.setTextFormat(Qt.TextFormat.RichText)
        self.back = Button(
            "", "goBackButton", kind="primary", icon_name="undo", accessible="Go back to the best checkpoint"
        )
        self.choice = Combo("adviceCombo", "Which change to go back with")
        self.pause = Button("Pause", "alarmPauseButton", accessible="Pause and look")
        self.carry_on = Button("Carry on", "carryOnButton", accessible="Carry on as it is")
        acts = QHBoxLayout()
        acts.setSpacing(8)
        acts.addWidget(self.back)
        acts.addWidget(self.choice, 1)
        acts.addWidget(self.pause)
        acts.addWidget(self.carry_on)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self._words)
        column.addLayout(acts)
        self.back.clicked.connect(self._go_back)
        self.choice.currentIndexChanged.connect(self._say_choice)
        self.pause.clicked.connect(self.paused)
        self.carry_on.clicked.connect(self.carried_on)
        self.hide()

    def show_health(self, health: Health, state: str) -> None:
        """state: training, paused, or idle where the run does not train."""
        verdict = health.verdict
        words = f"{verdict.evidence} {health.doubt}".strip()
        self._words.setText(f"<b>{escape(verdict.title)}.</b> {escape(words)}")
        self._words.setAccessibleName(f"{verdict.title}. {words}")
        tone = TOKENS.get(verdict.kind, "warn")
        if tone != self.property("tone"):
            restyle(self, tone=tone)
        if verdict.advice != self._advice:
            self._advice = verdict.advice
            self.choice.clear()
            self.choice.addItems([each.title for each in verdict.advice])
        self.choice.setVisible(bool(verdict.advice))
        where = health.way_back(None)
        self.back.setText(f"{where} and" if verdict.advice else where)
        self.back.setEnabled(not health.why_not)
        self._health = health
        self._say_choice()
        self.pause.setVisible(state == "training")
        self.carry_on.setText("Close" if state == "idle" else "Carry on")

    @Slot()
    def _say_choice(self) -> None:
        """What the click would do, for those who hear it and for the tooltip."""
        advice = self._chosen()
        self.choice.setToolTip(advice.about if advice else "")
        self.back.setAccessibleName(self._health.way_back(advice))
        self.back.setToolTip(self._health.why_not or self._health.way_back(advice))

    def _chosen(self) -> Advice | None:
        index = self.choice.currentIndex()
        return self._advice[index] if 0 <= index < len(self._advice) else None

    @Slot()
    def _go_back(self) -> None:
        self.returned.emit(self._chosen())

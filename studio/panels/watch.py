"""Looking after a run: what its light and its alarm show, and what the person answers."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Literal

from PySide6.QtCore import QObject, Signal, Slot

from core.config import Config
from core.events import Measured
from core.watchdog.verdict import Advice, Verdict
from studio.panels.alarm import AlarmBanner
from studio.panels.health import BEGINNING, NOT_WATCHED, Health, Light

State = Literal["idle", "training", "paused"]


class Watch(QObject):
    """One run's health at a time. Nothing is done to a run but what the person asks for here."""

    pause_requested = Signal()
    go_on_requested = Signal()
    return_requested = Signal(object)  # dict: the settings to change on going back

    def __init__(self, light: Light, alarm: AlarmBanner, parent: QObject) -> None:
        super().__init__(parent)
        self._light, self._alarm = light, alarm
        self._health: Health | None = None
        self._state: State = "idle"
        self._answered = False  # the person has seen this alarm and chosen to carry on
        light.returned.connect(self._return)
        alarm.returned.connect(self._return)
        alarm.paused.connect(self.pause_requested)
        alarm.carried_on.connect(self._carry_on)

    @property
    def health(self) -> Health | None:
        return self._health

    def clear(self) -> None:
        """There is no run."""
        self._health = None
        self._refresh()

    def begin(self, config: Config) -> None:
        """A run of which nothing has been judged yet."""
        self._answered = False
        self._health = Health(NOT_WATCHED if config.watchdog == "off" else BEGINNING)
        self._refresh()

    def judge(self, step: int, verdict: Verdict) -> bool:
        """The run is so from this step on, or still is; whether it was another way before."""
        health = self._health or Health(BEGINNING)
        other = verdict.kind != health.verdict.kind
        if other:
            self._answered = False
            health = replace(health, since=step)
        self._health = replace(health, verdict=verdict)
        self._refresh()
        return other

    def catch_up(self, verdicts: Sequence[tuple[int, Verdict]]) -> None:
        """All that was said of the run so far, each with its step."""
        for _, same in groupby(verdicts, key=lambda each: each[1].kind):
            last = list(same)
        if verdicts:
            self.judge(*last[0])
            self.judge(*last[-1])

    def reach(self, step: int) -> None:
        """The step at which the run stands."""
        health = self._health
        if health is not None:
            self._health = replace(health, last=step)
            if self._health.way_back(None) != health.way_back(None):
                self._refresh()

    def measure(self, measures: Sequence[Measured]) -> None:
        """Learn from these which checkpoint is the best."""
        best = next((each for each in reversed(measures) if each.best), None)
        if best is not None and self._health is not None:
            words = (
                f"Best so far: step {best.step:,}, with coverage {best.coverage:.2f} "
                f"(other real pictures: {best.real_coverage:.2f}) and KID {best.kid:.3g}."
            )
            self._health = replace(self._health, best=best.step, best_words=words)
            self._refresh()

    def start_again(self) -> None:
        """The run has gone back: what was said of it no longer holds."""
        if self._health is not None:
            self._answered = False
            self._health = replace(self._health, verdict=BEGINNING, since=None, last=None)
            self._refresh()

    def set_state(self, state: State, why_not: str = "") -> None:
        """Whether the run trains, and why it cannot go back, if it cannot."""
        self._state = state
        if self._health is not None:
            self._health = replace(self._health, why_not=why_not)
        self._refresh()

    def _refresh(self) -> None:
        health = self._health
        self._light.show_health(health)
        if health is not None:
            self._alarm.show_health(health, self._state)
        self._alarm.setVisible(health is not None and health.verdict.alarming and not self._answered)

    @Slot()
    def _carry_on(self) -> None:
        self._answered = True
        self._refresh()
        if self._state == "paused":
            self.go_on_requested.emit()

    @Slot(object)
    def _return(self, advice: Advice | None) -> None:
        self._answered = True
        self._refresh()
        self.return_requested.emit(dict(advice.changes) if advice else {})

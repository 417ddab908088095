"""What is known of a run's health while it trains: measures, the best checkpoint, the watchdog's verdict."""

import torch

from core import knobs, measures, returning
from core.budget import Budget
from core.clock import Clock
from core.config import Config
from core.data.cache import PictureCache
from core.events import Judged, Measured, Step
from core.journal import Journal
from core.metrics.measuring import Measurer
from core.runs import Run
from core.standing import Standing
from core.watchdog import replay
from core.watchdog.judge import Watchdog
from core.watchdog.verdict import Verdict

MOST_RETURNS = 3  # by itself; a run that falls ill again after that needs a person


class Health:
    """One a session; `recall` takes in what the run folder says, at the beginning and after every return."""

    def __init__(self, run: Run, cache: PictureCache, device: torch.device, journal: Journal) -> None:
        self._run, self._journal, self._images = run, journal, len(cache)
        self._budget = Budget(run.config.measure_every)
        self._measurer = Measurer(run.config, cache, device, count=run.config.measure_count)
        self._best: Measured | None = None
        self._watchdog: Watchdog | None = None

    @property
    def verdict(self) -> Verdict | None:
        """The present one; None while there is nothing to judge, or nobody to do it."""
        verdict = self._watchdog.verdict if self._watchdog else None
        return verdict if verdict and verdict.kind != "learning" else None

    def recall(self, config: Config) -> None:
        """Go by the run folder from here on. config: the settings in force."""
        self._best = measures.best(self._run)
        if config.watchdog == "off":
            return
        self._watchdog = Watchdog(self._run.config, self._images)
        turns = knobs.history(self._run.events())
        for _ in replay.verdicts(self._watchdog, replay.story(self._run), self._run.config, turns):
            pass
        self._watchdog.turn(config)

    def turn(self, config: Config) -> None:
        """Other settings are in force from here on."""
        if self._watchdog is not None:
            self._watchdog.turn(config)

    def judge(self, event: Step | Measured) -> Judged | None:
        """A verdict that is to be told; one of another kind than before is noted in the journal."""
        before = self._watchdog.verdict.kind if self._watchdog else "learning"
        verdict = self._watchdog.add(event) if self._watchdog else None
        if verdict is None:
            return None
        if verdict.kind == before:  # the same with newer evidence
            return Judged(event.step, verdict)
        advice = [
            {"title": each.title, "about": each.about, "changes": dict(each.changes)}
            for each in verdict.advice
        ]
        self._journal.event(
            "alarm",
            event.step,
            kind=verdict.kind,
            title=verdict.title,
            evidence=verdict.evidence,
            advice=advice,
        )
        return Judged(event.step, verdict)

    def remedy(self, verdict: Verdict) -> dict[str, object] | None:
        """The knobs to go back with, where the person has chosen that it happens by itself."""
        wanted = self._run.config.watchdog == "return" and verdict.alarming and verdict.advice
        if not wanted or returning.target(self._run) is None:
            return None
        if returning.automatic_returns(self._run) >= MOST_RETURNS:
            return None
        return dict(verdict.advice[0].changes)

    def is_due(self, step: int, clock: Clock) -> bool:
        """Whether to measure after this step."""
        return self._measurer.possible and self._budget.allows(step, clock.session)

    def measure(self, now: Standing, epoch: int, clock: Clock) -> Measured:
        """Measure the present step and keep what came out; if it is the best so far, its checkpoint too."""
        began = clock.session
        measured = self._measurer.measure(now.trainee, now.step, epoch, self._best)
        self._journal.measures(measures.row_of(measured))
        if measured.best:
            if now.saved_step != now.step:
                now.save(clock.seconds)
            measures.mark_best(self._run, measured, now.checkpoint)
            self._best = measured
        self._budget.spend(clock.session - began, clock.session)
        return measured

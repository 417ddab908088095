"""What is known of a run's health while it trains: measures, the best checkpoint, the watchdog's verdict."""

from dataclasses import replace
from pathlib import Path

import torch

from core import knobs, measures, memory, returning
from core.budget import Budget
from core.clock import Clock
from core.config import Config
from core.data.cache import PictureCache
from core.errors import StudioError
from core.events import Judged, Measured, Mishap, Step
from core.journal import Journal
from core.metrics.frechet import load_inception
from core.metrics.measuring import Measurer
from core.mishaps import BEST_NOT_SAVED, NO_FID, UNMEASURED, mishap_of
from core.runs import Run
from core.standing import Standing
from core.watchdog import replay
from core.watchdog.judge import Watchdog
from core.watchdog.verdict import Verdict

NO_ROOM = "The memory is full. Training goes on; close other programs, or lower measure_count."
MOST_RETURNS = 3  # by itself; a run that falls ill again after that needs a person


class Health:
    """One a session; `recall` takes in what the run folder says, at the beginning and after every return."""

    def __init__(
        self,
        run: Run,
        cache: PictureCache,
        device: torch.device,
        journal: Journal,
        inception: Path | None = None,
    ) -> None:
        """inception: a file of Inception's weights, for the FID. Raises StudioError if it cannot be used."""
        self._run, self._journal, self._images = run, journal, len(cache)
        self._device = device
        self._budget = Budget(run.config.measure_every)
        weights = load_inception(inception) if inception else None
        self._measurer = Measurer(
            run.config, cache, device, count=run.config.measure_count, inception=weights
        )
        self._measured_step = 0  # the last one that was measured in this session
        self._best: Measured | None = None
        self._watchdog: Watchdog | None = None
        self._returns = 0  # of the watchdog's own
        self._answered = False  # whether a return was made for the present alarm
        self._told_of_fid = False
        self._mishaps: list[Mishap] = []  # not yet taken

    @property
    def verdict(self) -> Verdict | None:
        """The present one; None while there is nothing to judge, or nobody to do it."""
        verdict = self._watchdog.verdict if self._watchdog else None
        return verdict if verdict and verdict.kind != "learning" else None

    def recall(self, config: Config, step: int) -> None:
        """Go by the run folder from here on. config: the settings in force; step: the last one that counts.

        A kill leaves numbers of later steps, which come again.
        """
        self._best, self._measured_step = measures.best(self._run), 0
        if self._best is not None and self._best.count != self._measurer.count:
            self._best = None  # they do not compare
        if config.watchdog == "off":
            return
        events = self._run.events()
        self._returns = returning.automatic_returns(self._run)
        told = [row["event"] for row in events if row.get("event") in ("alarm", "returned")]
        self._answered = told[-1:] == ["returned"]
        self._watchdog = Watchdog(self._run.config, self._images)
        story = (event for event in replay.story(self._run) if event.step <= step)
        for _ in replay.verdicts(self._watchdog, story, self._run.config, knobs.history(events)):
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
        self._answered = False
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

    def remedy(self) -> dict[str, object] | None:
        """The knobs to go back with for the present alarm, where the person has chosen that it happens by
        itself, once an alarm. None while there is nothing to go back to.
        """
        verdict = self.verdict
        if self._run.config.watchdog != "return" or verdict is None or not verdict.alarming:
            return None
        if self._answered or self._returns >= MOST_RETURNS or not verdict.advice:
            return None
        if returning.target(self._run) is None:
            return None
        return dict(verdict.advice[0].changes)

    def is_due(self, step: int, clock: Clock) -> bool:
        """Whether to measure after this step."""
        return self._measurer.possible and self._budget.allows(step, clock.session)

    def is_due_at_end(self, step: int, clock: Clock) -> bool:
        """Whether to measure the last step of a run that has had its time."""
        due = self._measurer.possible and self._budget.allows_last(step, clock.session)
        return due and step != self._measured_step

    def measure(self, now: Standing, epoch: int, clock: Clock) -> Measured | None:
        """Measure the present step and keep what came out; if it is the best so far, its checkpoint too.

        None, noted in the journal, if the memory is too small for it: training goes on without.
        """
        began, self._measured_step = clock.session, now.step
        measured = self._measured(now, epoch)
        if measured is None:
            memory.release(self._device)
            self._note(UNMEASURED, now.step, NO_ROOM)
        else:
            if measured.best and not self._keep(now, measured, clock):
                measured = replace(measured, best=False)
            self._journal.measures(measures.row_of(measured, self._run.source_digest))
        if self._measurer.no_fid and not self._told_of_fid:
            self._told_of_fid = True
            self._note(NO_FID, now.step, self._measurer.no_fid)
        self._budget.spend(clock.session - began)
        return measured

    def take_mishaps(self) -> list[Mishap]:
        """What has failed since the last time that this was asked."""
        taken, self._mishaps = self._mishaps, []
        return taken

    def _note(self, name: str, step: int, reason: str) -> None:
        row = self._journal.event(name, step, reason=reason)
        self._mishaps += filter(None, [mishap_of(row)])

    def _measured(self, now: Standing, epoch: int) -> Measured | None:
        """None if the memory is too small; what it held can be released once this has returned."""
        try:
            return self._measurer.measure(now.trainee.average, now.step, epoch, self._best)
        except Exception as error:
            if not memory.is_short(error):
                raise
        return None

    def _keep(self, now: Standing, measured: Measured, clock: Clock) -> bool:
        """Make the present step the run's best checkpoint; False, noted in the journal, if it cannot."""
        try:
            if now.saved_step != now.step:
                now.save(clock.seconds)
            measures.mark_best(self._run, measured, now.checkpoint)
        except (StudioError, OSError) as error:
            self._note(BEST_NOT_SAVED, now.step, str(error))
            return False
        self._best = measured
        return True

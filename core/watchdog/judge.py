"""The judge of a run: fed with its numbers, it says in one light and in words how it is doing."""

from core.config import Config
from core.events import Measured, Step
from core.watchdog.advice import advise
from core.watchdog.coverage import Coverage
from core.watchdog.rules import RULES, Rule, View, healthy_words, learning_words, resembles_nothing
from core.watchdog.signals import Signals
from core.watchdog.verdict import Kind, Verdict

LEARNING = 300  # steps that say little: D is ahead of every generator that still makes noise
SETTLING = 150  # of them, in which nothing is judged at all
EVENTS = 3  # that trouble must be seen in, however rarely numbers are logged
RELEASE = 150  # steps without it after which it is over
D_STRONG = 0.9
RECENT = 500  # steps in which a knob that was turned is the first suspect
TOLD_EVERY = 100  # steps after which a verdict is told again with what its evidence has become

_BEGINNING = Verdict("learning", "Learning", f"The first {LEARNING} steps say little.")


class Watchdog:
    """Pure and deterministic: the same events give the same verdicts, and nothing else is looked at."""

    def __init__(self, config: Config, images: int) -> None:
        """config: the settings in force, which advice starts from. images: how many the run learns from."""
        self._config, self._images = config, images
        self._verdict, self._told_at = _BEGINNING, 0
        self._earlier: list[tuple[int, Config]] = []  # the settings before each turn, and its step
        self._start_over(Coverage())

    @property
    def verdict(self) -> Verdict:
        return self._verdict

    def turn(self, config: Config) -> None:
        """Other settings are in force from here on."""
        self._earlier = [*self._recent(), (self._signals.step, self._config)]
        self._config = config

    def add(self, event: Step | Measured) -> Verdict | None:
        """The new verdict, if this event changes it; now and then one of the same kind with newer evidence.

        Events come by step, a step's numbers before its measures. A step that was passed already means that
        the run went back to before it.
        """
        if isinstance(event, Step) and event.step <= self._signals.step:
            self._start_over(self._coverage.until(event.step - 1))
        if isinstance(event, Step):
            self._signals.add(event)
        else:
            self._coverage.add(event)
        view = View(self._signals, self._coverage, self._config, self._images)
        for rule, latch in zip(RULES, self._latches, strict=True):
            if isinstance(event, rule.judged_at) and self._signals.step >= SETTLING:
                latch.update(view)
        verdict, before, now = self._judge(view), self._verdict, self._signals.step
        due = isinstance(event, Measured) or now - self._told_at >= TOLD_EVERY
        if verdict.kind == before.kind and (verdict == before or not due):
            return None
        self._verdict, self._told_at = verdict, now
        return verdict

    def _start_over(self, coverage: Coverage) -> None:
        self._signals, self._coverage = Signals(), coverage
        self._latches = [_Latch(rule) for rule in RULES]
        self._verdict, self._told_at, self._earlier = _BEGINNING, 0, []

    def _judge(self, view: View) -> Verdict:
        now = view.signals
        if now.broken:
            return self._alarm(view, "not_finite", "Numbers are not finite", now.broken)
        for latch in self._latches:
            if latch.on:
                return self._alarm(view, latch.rule.kind, latch.rule.title, latch.evidence)
        if self._verdict.kind == "learning":
            pending = any(latch.pending for latch in self._latches) and now.step < 2 * LEARNING
            if now.step < LEARNING or now.events < EVENTS or pending:
                return self._verdict
        if resembles_nothing(view):
            return Verdict("learning", "Learning", learning_words(view))
        return Verdict("healthy", "Healthy", healthy_words(view))

    def _alarm(self, view: View, kind: Kind, title: str, evidence: str) -> Verdict:
        now, before = view.signals, next((config for _, config in self._recent()), None)
        strong = now.right >= D_STRONG
        advice = advise(kind, view.config, view.images, step=now.step, d_strong=strong, before=before)
        return Verdict(kind, title, evidence, advice)

    def _recent(self) -> list[tuple[int, Config]]:
        return [each for each in self._earlier if self._signals.step - each[0] <= RECENT]


class _Latch:
    """Whether a rule's trouble is there: on when it has lasted, off when it has been gone for long."""

    def __init__(self, rule: Rule) -> None:
        self.rule, self.on = rule, False
        self.evidence = ""  # of when the trouble was last seen: it stays on for a while after that
        self._since: int | None = None  # the step from which the rule says otherwise
        self._seen = 0

    @property
    def pending(self) -> bool:
        return not self.on and self._since is not None

    def update(self, view: View) -> None:
        step = view.signals.step
        if self.on == (self.rule.lasts(view) if self.on else self.rule.begins(view)):
            self._since, self._seen = None, 0
            if self.on:
                self.evidence = self.rule.evidence(view)
            return
        self._since = step if self._since is None else self._since
        self._seen += 1
        hold, events = (RELEASE, EVENTS) if self.on else (self.rule.hold, EVENTS)
        if self.rule.judged_at is Measured:  # a measurement is no passing noise
            hold, events = 0, 1
        if step - self._since >= hold and self._seen >= events:
            self.on, self._since, self._seen = not self.on, None, 0
            if self.on:
                self.evidence = self.rule.evidence(view)

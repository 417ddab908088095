"""What each kind of trouble looks like in a run's numbers.

Accuracies, shares and ratios only, because losses of different kinds do not compare. A Wasserstein critic's
accuracy is that of the middle between its real and its generated scores (`core.losses.probabilities`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from core.config import Config
from core.events import Measured, Step
from core.watchdog.coverage import Coverage
from core.watchdog.signals import EARLY, Signals
from core.watchdog.verdict import Kind

# Below this accuracy D is misled more often than not, which no healthy run does for long.
MISLED = 0.45
# A D that guesses is no trouble by itself (noise, spectral norm and augmentation bring it near), but it is
# when the generator's gradient has also died down. No healthy run whose D learns in
# every step came to .64 and .25 at once.
GUESSING, FADED = 0.62, 0.25
# A D that learns in some steps only is misled on purpose, and its generator's gradient falls to a quarter.
DIED = 0.1
# D is past being fooled: it is right of nearly all pictures of both kinds ...
SURE = 0.99
# ... and its answer to the generator is nothing that could be learned from.
DEAF = 0.01
# The generator's gradient beside D's: .05 to 2 in healthy runs, 10 on cartoons in the first steps, in which D
# leads every new generator; 20 to 40 with D's rate at .01.
STEEP = 14.0
# How far it leaps above the least that it has been since: 1.8 times at most in healthy runs, 4 times within
# 200 steps of D's rate being raised to .01, which the coverage shows only 500 steps later.
LEAP, LEAPT = 3.5, 2.0  # times that, and what it is then at least
# Pictures that D has seen so often and takes apart so well, it knows by heart: up to how many pictures, and
# with which accuracy. Not in the first steps, in which it takes everything apart. On 100 photographs D took
# half of the unseen ones for generated from step 700 on, its accuracy .93; on 4,232 it had .89 by then.
BY_HEART = ((300, 0.92), (2_000, 0.985))
SEEN, BY_HEART_FROM = 20, 600
# Coverage as a share of its best, and KID as a multiple of what it was then; both must say it. Shown pictures
# of one kind only, a run came to .58 and 1.9 within 200 steps; healthy ones to .4 and 1.5 while they learn.
FALLEN, FALLEN_KID = 0.7, 1.7  # twice in a row
CRASHED, CRASHED_KID = 0.3, 1.5  # at once
RECOVERED = 0.8
BARELY = 0.01  # of the real pictures' coverage
TOLD = 0.25  # of the real pictures' coverage; what is less than this still comes and goes
# Before that only the KID can tell: twice in a row it is up to 1.24 times its least in healthy runs, and over
# 1.6 times where G's rate of .004 undid within 400 steps what it had learned. It is over at less.
LEFT, STILL_LEFT = 1.6, 1.3
# And twice in a row it is at most 1.5 times the first one in healthy runs: farther away than noise is lost.
ASTRAY, STILL_ASTRAY = 2.5, 1.6
# So far in, faces as far away as in the beginning: the slowest healthy run whose D learns in every step had
# .87 of that distance by step 400 and .54 by 600.
STUCK_FROM, STUCK, STILL_STUCK = 800, 0.95, 0.85
# With the hinge loss D starts out sure of all, and one that learns in some steps only starts out misled.
# All is well while the faces come nearer to real ones.
NEARING_WITHIN, NEARER = 300, 0.95  # steps, share of the KID
# A generator whose coverage has just been the best so far learns, however sure D is.
RISING_WITHIN, RISEN = 1_500, 0.05  # steps, share of the real pictures' coverage


@dataclass(frozen=True, slots=True)
class View:
    """What a rule looks at."""

    signals: Signals
    coverage: Coverage
    config: Config
    images: int


@dataclass(frozen=True, slots=True)
class Rule:
    """`begins` says whether the trouble is there; `lasts`, which asks for less, whether it still is."""

    kind: Kind
    title: str
    judged_at: type[Step] | type[Measured]
    hold: int  # steps over which it must be there
    begins: Callable[[View], bool]
    lasts: Callable[[View], bool]
    evidence: Callable[[View], str]


def _collapsing(view: View) -> bool:
    coverage = view.coverage
    if not _told(coverage):
        return coverage.left_behind(2) >= LEFT or coverage.beside_first(2) >= ASTRAY
    crashed = coverage.kept() < CRASHED and coverage.farther() >= CRASHED_KID
    return crashed or (coverage.kept(2) < FALLEN and coverage.farther(2) >= FALLEN_KID)


def _still_collapsing(view: View) -> bool:
    coverage = view.coverage
    if not _told(coverage):
        return coverage.left_behind(1) >= STILL_LEFT or coverage.beside_first(1) >= STILL_ASTRAY
    return coverage.kept() < RECOVERED


def _told(coverage: Coverage) -> bool:
    """Whether the coverage has been high enough to say something."""
    return coverage.best is not None and coverage.best.coverage >= TOLD * coverage.best.real_coverage


def _coverage_words(view: View) -> str:
    best, latest, nearest = view.coverage.best, view.coverage.latest, view.coverage.nearest
    assert best is not None
    assert latest is not None
    assert nearest is not None
    if not _told(view.coverage):
        return (
            "The generated faces become less like the real ones: their distance (KID) is "
            f"{_distance(latest.kid)}; at step {nearest.step:,} it was {_distance(nearest.kid)}."
        )
    return (
        f"The generated faces cover {_percent(latest.coverage)} of the variety of the real ones; "
        f"at step {best.step:,} they covered {_percent(best.coverage)}."
    )


def _by_heart(view: View, ease: float = 0.0) -> bool:
    now = view.signals
    share = next((share for images, share in BY_HEART if view.images <= images), None)
    if share is None or now.epoch <= SEEN or now.step < BY_HEART_FROM:
        return False
    return min(now.real_right.value, now.fake_right.value) >= share - ease


def _by_heart_words(view: View) -> str:
    return (
        f"Each of the {view.images:,} pictures was seen {view.signals.epoch:,} times, and the discriminator "
        f"is right about {_right_words(view)} pictures: it knows them by heart."
    )


def _stuck(view: View, share: float = STUCK) -> bool:
    late = view.signals.step >= STUCK_FROM * view.config.d_every
    return late and not _told(view.coverage) and view.coverage.distance_left() >= share


def _stuck_words(view: View) -> str:
    latest = view.coverage.latest
    assert latest is not None
    return (
        f"After {view.signals.step:,} steps the generated faces are as far from the real ones as in the "
        f"beginning: their distance (KID) is {_distance(latest.kid)}."
    )


def _dead(view: View) -> bool:
    early = view.signals.step < EARLY * view.config.d_every
    if view.config.d_every > 1 and (early or _nears(view) or _gradient_left(view) > DIED):
        return False
    return view.signals.right <= MISLED or (view.signals.right <= GUESSING and _gradient_left(view) <= FADED)


def _nears(view: View) -> bool:
    return view.coverage.nearing(view.signals.step, NEARING_WITHIN, NEARER)


def _still_dead(view: View) -> bool:
    return view.signals.right <= GUESSING and (
        view.signals.right <= MISLED + 0.05 or _gradient_left(view) <= 2 * FADED
    )


def _dead_words(view: View) -> str:
    now = view.signals
    return (
        f"The discriminator is right about {_right_words(view)} pictures, where guessing gives 50 %, and the "
        f"generator's gradient is {now.g_gradient.value:.2g}, at most it was {now.g_gradient_peak:.2g}."
    )


def _gradient_left(view: View) -> float:
    return view.signals.g_gradient.value / max(view.signals.g_gradient_peak, 1e-12)


def _winning(view: View) -> bool:
    if view.config.loss == "wgan-gp":  # whose critic may be as good as it can
        return False
    now = view.signals
    deaf = min(now.real_right.value, now.fake_right.value) >= SURE and now.fooled.value <= DEAF
    steep = now.steepness >= STEEP and now.step >= EARLY
    measured = view.coverage.latest is not None
    learns = measured and (_nears(view) or view.coverage.rising(now.step, RISING_WITHIN, RISEN))
    return steep or _leaps(view, LEAP) or (deaf and not learns)


def _still_winning(view: View) -> bool:
    now = view.signals
    deaf = min(now.real_right.value, now.fake_right.value) >= SURE - 0.015 and now.fooled.value <= 2 * DEAF
    return deaf or now.steepness >= 0.7 * STEEP or _leaps(view, 0.7 * LEAP)


def _leaps(view: View, times: float) -> bool:
    now = view.signals
    return now.steepness >= max(LEAPT, times * now.steepness_least)


def _winning_words(view: View) -> str:
    now = view.signals
    if now.steepness >= 0.7 * STEEP:
        return (
            f"The generator's gradient is {now.steepness:.0f} times the discriminator's "
            f"({now.g_gradient.value:.2g} and {now.d_gradient.value:.2g}): its judgements are too steep to "
            "learn from."
        )
    if _leaps(view, 0.7 * LEAP):
        return (
            f"The generator's gradient has become {now.steepness:.2g} times the discriminator's, from "
            f"{now.steepness_least:.2g} times: the discriminator's judgements are too steep to learn from."
        )
    return (
        f"The discriminator is right about {_right_words(view)} pictures and gives the generator's newest a "
        f"chance of {_percent(view.signals.fooled.value)} to be real: there is little left to learn from."
    )


# The first that holds is what is said.
RULES = (
    Rule(
        "generator_collapsing",
        "Generator is collapsing",
        Measured,
        0,
        _collapsing,
        _still_collapsing,
        _coverage_words,
    ),
    Rule(
        "overfitting",
        "Overfitting to few pictures",
        Step,
        100,
        _by_heart,
        lambda view: _by_heart(view, ease=0.035),
        _by_heart_words,
    ),
    Rule("balance_dead", "Balance is dead", Step, 100, _dead, _still_dead, _dead_words),
    Rule(
        "discriminator_winning",
        "Discriminator is winning",
        Step,
        100,
        _winning,
        _still_winning,
        _winning_words,
    ),
    Rule(
        "balance_dead",
        "Nothing is learned",
        Measured,
        0,
        _stuck,
        lambda view: _stuck(view, STILL_STUCK),
        _stuck_words,
    ),
)


def resembles_nothing(view: View) -> bool:
    """Whether the generated faces, as far as they were measured, are not yet anything like real ones."""
    latest = view.coverage.latest
    return latest is not None and latest.coverage < BARELY * latest.real_coverage


def learning_words(view: View) -> str:
    """The evidence of a run that nothing is wrong with, but whose faces resemble nothing yet."""
    first, latest = view.coverage.first, view.coverage.latest
    assert first is not None
    assert latest is not None
    before = f", and was {_distance(first.kid)} at step {first.step:,}" if first is not latest else ""
    return (
        f"The generated faces cover {_percent(latest.coverage)} of the variety of the real ones so far; "
        f"their distance (KID) is {_distance(latest.kid)}{before}."
    )


def healthy_words(view: View) -> str:
    """The evidence of a run that nothing is wrong with."""
    latest, best = view.coverage.latest, view.coverage.best
    words = f"The discriminator is right about {_right_words(view)} pictures"
    if latest is None or best is None:
        return f"{words}: both networks have something to learn."
    return (
        f"{words}, and the generated faces cover {_percent(latest.coverage)} of the variety of the real ones "
        f"(at best {_percent(best.coverage)})."
    )


def _right_words(view: View) -> str:
    real, fake = view.signals.real_right.value, view.signals.fake_right.value
    return f"{_percent(real)} of real and {_percent(fake)} of generated"


def _distance(kid: float) -> str:
    """ "0.61", "42", "12,900"."""
    return f"{float(f'{kid:.3g}'):,.0f}" if kid >= 10 else f"{kid:.2g}"


def _percent(share: float) -> str:
    """ "37 %", and near the ends "99.7 %"."""
    return f"{100 * share:.1f} %" if share < 0.02 or share > 0.98 else f"{100 * share:.0f} %"

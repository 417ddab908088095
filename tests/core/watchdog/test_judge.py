"""The watchdog on streams of numbers that are made here by formula, after those of real runs."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from math import inf, nan

import pytest

from core import draws
from core.config import Config
from core.events import Measured, Step
from core.watchdog.judge import Watchdog
from core.watchdog.verdict import Kind, Verdict

Event = Step | Measured
IMAGES = 4_232

# The end points of real runs: 32 px, 16 features, batch 32.
HEALTHY = {"d_real_accuracy": 0.86, "d_fake_accuracy": 0.89, "d_fake_after": 0.14, "g_grad_norm": 30.0}
CLOSE = {"d_real_accuracy": 0.975, "d_fake_accuracy": 0.98, "d_fake_after": 0.06, "g_grad_norm": 25.0}
DEAD = {"d_real_accuracy": 0.35, "d_fake_accuracy": 0.4, "d_fake_after": 0.5, "g_grad_norm": 0.15}
WON = {"d_real_accuracy": 0.999, "d_fake_accuracy": 0.999, "d_fake_after": 0.001, "g_grad_norm": 30.0}
KNOWN = {"d_real_accuracy": 0.997, "d_fake_accuracy": 0.995, "d_fake_after": 0.05, "g_grad_norm": 28.0}


def steps(
    first: int,
    last: int,
    numbers: dict[str, float],
    *,
    every: int = 1,
    per_epoch: int = 132,
    noise: float = 1.0,
) -> Iterator[Step]:
    """Steps first .. last, logged as a run logs them, about some numbers as a batch of 32 scatters them."""
    for step in range(first, last + 1):
        if step % every == 0:
            yield one_step(step, numbers, per_epoch, noise)


def one_step(step: int, numbers: dict[str, float], per_epoch: int = 132, noise: float = 1.0) -> Step:
    luck = draws.stream(7, "scatter", step)
    seen = {}
    for name, value in numbers.items():
        if name == "g_grad_norm":
            seen[name] = value * (1 + 0.3 * noise * luck.uniform(-1, 1))
        else:
            spread = (value * (1 - value) / 32) ** 0.5
            seen[name] = min(max(value + noise * spread * luck.standard_normal(), 0.0), 1.0)
    d_real, d_fake = seen["d_real_accuracy"] * 0.9, 1 - seen["d_fake_accuracy"] * 0.9
    usual = Step(step, (step - 1) // per_epoch + 1, step / 20, 640.0, 0.7, 2.2, d_real, d_fake, 0.1)
    return replace(usual, d_grad_norm=30.0, d_lr=2e-4, g_lr=2e-4, memory_mib=500.0, **seen)


def measured(step: int, coverage: float, kid: float | None = None) -> Measured:
    """Where faces cover less, they are also farther from the real ones, unless it is said how far."""
    far = 0.5 / max(coverage, 0.01) if kid is None else kid
    return Measured(step, 1, 1024, coverage, coverage, far, 0.97, 1.0, 0.0, None, best=False)


def told(
    events: Iterable[Event], config: Config | None = None, images: int = IMAGES
) -> list[tuple[int, Verdict]]:
    watchdog = Watchdog(config or Config(), images)
    found = ((event.step, watchdog.add(event)) for event in events)
    return [(step, verdict) for step, verdict in found if verdict is not None]


def judged(
    events: Iterable[Event], config: Config | None = None, images: int = IMAGES
) -> list[tuple[int, Verdict]]:
    """Each verdict as it was told first, without those that only bring newer evidence."""
    return [next(same) for _, same in groupby(told(events, config, images), key=lambda each: each[1].kind)]


def kinds(verdicts: list[tuple[int, Verdict]]) -> list[Kind]:
    return [verdict.kind for _, verdict in verdicts]


def by_step(*streams: Iterable[Event]) -> list[Event]:
    """A step's numbers before its measures."""
    return sorted((event for stream in streams for event in stream), key=lambda event: event.step)


def early(last: int = 300) -> Iterator[Step]:
    """The start of a healthy run on cartoons: D is far ahead of a generator that still makes noise."""
    for step in range(1, last + 1):
        ahead = {
            "d_real_accuracy": 0.998,
            "d_fake_accuracy": 0.999,
            "d_fake_after": 0.02,
            "g_grad_norm": 38.0,
        }
        yield one_step(step, ahead)


def test_a_run_begins_with_learning() -> None:
    assert Watchdog(Config(), IMAGES).verdict.kind == "learning"
    assert judged(steps(1, 200, HEALTHY)) == []


@pytest.mark.parametrize("numbers", [HEALTHY, CLOSE])
@pytest.mark.parametrize("every", [1, 10, 50])
def test_a_healthy_run_is_said_to_be_healthy_once_and_for_all(numbers: dict[str, float], every: int) -> None:
    coverages = (measured(step, 0.9 * (1 - 0.5 ** (step / 500))) for step in range(200, 5001, 200))
    verdicts = judged(by_step(early(), steps(301, 5000, numbers, every=every), coverages))
    assert kinds(verdicts) == ["healthy"]
    assert "%" in verdicts[0][1].evidence
    assert not verdicts[0][1].alarming
    assert verdicts[0][1].advice == ()


@pytest.mark.parametrize("every", [1, 10, 50])
def test_a_generator_that_outruns_d_is_flagged(every: int) -> None:
    """As with a generator's rate of 4e-3: D loss 1.41, G's gradient 0.2 instead of 16."""
    start = steps(1, 40, HEALTHY | {"g_grad_norm": 9.0}, every=every)
    verdicts = judged(by_step(start, steps(41, 500, DEAD, every=every)), Config(g_lr=4e-3))
    assert kinds(verdicts)[-1] == "balance_dead"
    assert verdicts[-1][1].advice[0].changes == {"g_lr": 2e-4}
    assert "50 %" in verdicts[-1][1].evidence


@pytest.mark.parametrize("apart", [100, 600])
def test_a_d_that_is_held_back_may_be_misled_while_the_faces_improve(apart: int) -> None:
    """As in the improved glasses recipe, whose D learns in every second step."""
    better = [measured(step, 0.0, 90 * 0.8 ** (step / 300)) for step in range(apart, 2001, apart)]
    held, begin = Config(d_every=2), HEALTHY | {"g_grad_norm": 9.0}

    def told(then: dict[str, float], course: list[Measured]) -> list[Kind]:
        return kinds(judged(by_step(steps(1, 100, begin), steps(101, 2000, then), course), held))

    assert "balance_dead" not in told(DEAD, better)
    stuck = [measured(step, 0.0, 90.0 if step == apart else 80.0) for step in range(apart, 2001, apart)]
    assert told(DEAD, stuck)[-1] == "balance_dead"
    assert "balance_dead" not in told(DEAD | {"g_grad_norm": 3.0}, stuck), "the generator still hears it"


@pytest.mark.parametrize("every", [1, 10, 50])
def test_a_balance_that_dies_late_is_flagged_within_500_steps(every: int) -> None:
    verdicts = judged(by_step(steps(1, 3000, HEALTHY, every=every), steps(3001, 4000, DEAD, every=every)))
    assert kinds(verdicts) == ["healthy", "balance_dead"]
    assert 3000 < verdicts[1][0] <= 3500


def test_a_d_that_guesses_is_no_alarm_while_the_generator_learns() -> None:
    """Noise, spectral norm and augmentation bring D near guessing."""
    hard = HEALTHY | {"d_real_accuracy": 0.56, "d_fake_accuracy": 0.57}
    assert kinds(judged(steps(1, 4000, hard))) == ["healthy"]


@pytest.mark.parametrize("every", [1, 10, 50])
def test_a_d_that_has_won_is_flagged_within_500_steps(every: int) -> None:
    """As at the end of the blog's recipe: D's loss .000, G's 64."""
    verdicts = judged(by_step(steps(1, 3000, CLOSE, every=every), steps(3001, 4000, WON, every=every)))
    assert kinds(verdicts) == ["healthy", "discriminator_winning"]
    assert 3000 < verdicts[1][0] <= 3500


@pytest.mark.parametrize("every", [1, 10, 50])
def test_judgements_that_become_too_steep_are_flagged_before_the_variety_falls(every: int) -> None:
    """As with D's rate at .01 from a step on: its own gradient falls, the generator's does not."""
    before, after = ({"g_grad_norm": norm} for norm in (20.0, 90.0))  # beside one of 30 for D
    verdicts = judged(
        by_step(
            steps(1, 2000, HEALTHY | before, every=every), steps(2001, 2600, HEALTHY | after, every=every)
        )
    )
    assert kinds(verdicts) == ["healthy", "discriminator_winning"]
    assert 2000 < verdicts[1][0] <= 2300
    assert "too steep" in verdicts[1][1].evidence


def test_judgements_twice_as_steep_are_no_alarm() -> None:
    before, after = ({"g_grad_norm": norm} for norm in (40.0, 90.0))
    verdicts = judged(by_step(steps(1, 2000, HEALTHY | before), steps(2001, 2600, HEALTHY | after)))
    assert kinds(verdicts) == ["healthy"]


def test_a_d_that_has_won_is_no_alarm_while_the_faces_gain_variety() -> None:
    coverages = (measured(step, 0.05 + step / 5000) for step in range(50, 4001, 100))
    assert kinds(judged(by_step(steps(1, 4000, WON), coverages))) == ["healthy"]


def test_a_d_that_has_won_is_no_alarm_while_the_faces_come_nearer() -> None:
    """As with the hinge loss on cartoons: D is sure of all for 450 steps, the coverage is nothing."""
    nearer = [measured(step, 0.0, 100 * 0.5 ** (step / 200)) for step in range(100, 2001, 100)]
    assert kinds(judged(by_step(steps(1, 2000, WON), nearer))) == ["learning"]
    stuck = [measured(step, 0.0, 100.0) for step in range(100, 2001, 100)]
    verdicts = judged(by_step(steps(1, 2000, WON), stuck))
    assert kinds(verdicts)[-1] == "discriminator_winning"
    assert verdicts[0][0] <= 500


def test_a_wasserstein_critic_may_be_right() -> None:
    assert kinds(judged(steps(1, 4000, WON), Config(loss="wgan-gp"))) == ["healthy"]


def test_lost_variety_is_a_collapse_whatever_d_says() -> None:
    """One picture for every z: D wins at once, and the first measurement says why."""
    coverages = [*(measured(step, step / 4000) for step in range(200, 3001, 200)), measured(3400, 0.01)]
    verdicts = judged(by_step(steps(1, 3000, HEALTHY), steps(3001, 4000, WON), coverages))
    assert kinds(verdicts)[-1] == "generator_collapsing"
    assert verdicts[-1][0] == 3400
    assert verdicts[-1][1].evidence == (
        "The generated faces cover 1.0 % of the variety of the real ones; at step 3,000 they covered 75 %."
    )


def test_a_coverage_that_wavers_is_no_collapse() -> None:
    wavering = [measured(100 * index, 0.6 + 0.12 * (-1) ** index) for index in range(1, 40)]
    assert kinds(judged(by_step(steps(1, 4000, HEALTHY), wavering))) == ["healthy"]


def test_one_measurement_that_is_a_third_lower_waits_for_the_next() -> None:
    first = [measured(1000, 0.7, 0.79), measured(1200, 0.41, 1.51)]
    assert kinds(judged(by_step(steps(1, 1300, HEALTHY), first))) == ["healthy"]
    again = [*first, measured(1400, 0.39, 1.68)]
    assert kinds(judged(by_step(steps(1, 1500, HEALTHY), again))) == ["healthy", "generator_collapsing"]


def test_a_coverage_that_falls_without_the_kid_is_no_collapse() -> None:
    """As in a run with spectral norm: the coverage wavers, the KID is 1.4 times what it was."""
    first = [measured(1000, 0.48, 0.66), measured(1200, 0.25, 0.88), measured(1300, 0.19, 0.94)]
    assert kinds(judged(by_step(steps(1, 1500, HEALTHY), first))) == ["healthy"]


def test_faces_that_leave_the_real_ones_are_a_collapse_before_the_coverage_can_tell() -> None:
    """As with G's rate at .004: the coverage never passed .09, the KID came to .61 and went up again."""
    kids = {100: 42.0, 300: 0.61, 500: 0.68, 600: 1.0, 700: 1.27}
    far = [measured(step, 0.07, kid) for step, kid in kids.items()]
    assert kinds(judged(by_step(steps(1, 650, HEALTHY), far[:-1]))) == ["healthy"]
    verdicts = judged(by_step(steps(1, 1000, HEALTHY), far))
    assert (verdicts[-1][0], verdicts[-1][1].kind) == (700, "generator_collapsing")
    assert "1.3; at step 300 it was 0.61" in verdicts[-1][1].evidence
    again = [*far, measured(800, 0.1, 0.5)]
    assert kinds(judged(by_step(steps(1, 1000, HEALTHY), again)))[-1] == "healthy"


def test_a_kid_that_wavers_before_anything_is_learned_is_no_collapse() -> None:
    """As with the hinge loss: 102, 156, 146 in the first 300 steps."""
    far = [measured(step, 0.0, kid) for step, kid in ((100, 102.0), (200, 190.0), (300, 200.0), (400, 63.0))]
    assert kinds(judged(by_step(steps(1, 600, HEALTHY), far))) == ["learning"]


def test_faces_that_end_up_farther_away_than_noise_are_a_collapse() -> None:
    """As with a small network whose G's rate went to .05 at step 388: KID 56, 8.6, then 42, 923, 269."""
    kids = {150: 56.4, 300: 8.6, 450: 41.8, 600: 923.0, 750: 269.0}
    far = [measured(step, 0.0, kid) for step, kid in kids.items()]
    verdicts = judged(by_step(steps(1, 900, HEALTHY), far))
    assert kinds(verdicts) == ["learning", "generator_collapsing"]
    assert verdicts[-1][0] == 750
    assert "is 269; at step 300 it was 8.6" in verdicts[-1][1].evidence


def test_faces_that_resemble_nothing_are_not_yet_healthy() -> None:
    far = [measured(250, 0.0, 12_934.0), measured(400, 0.002, 40.0), measured(700, 0.3, 2.0)]
    verdicts = told(by_step(steps(1, 1000, HEALTHY), far))
    assert {verdict.kind for step, verdict in verdicts if step < 700} == {"learning"}
    assert verdicts[0][1].evidence == (
        "The generated faces cover 0.0 % of the variety of the real ones so far; "
        "their distance (KID) is 12,900."
    )
    said = [verdict.evidence for step, verdict in verdicts if 400 <= step < 700]
    assert said[-1].endswith("their distance (KID) is 40, and was 12,900 at step 250.")
    assert {verdict.kind for step, verdict in verdicts if step >= 700} == {"healthy"}


@pytest.mark.parametrize(("least", "stuck"), [(0.97, True), (0.6, False)])
def test_a_run_that_learns_nothing_is_not_healthy(least: float, stuck: bool) -> None:
    far = [measured(step, 0.0, 200 * (1 if step == 100 else least)) for step in range(100, 1501, 100)]
    verdicts = judged(by_step(steps(1, 1500, HEALTHY), far))
    assert kinds(verdicts) == (["learning", "balance_dead"] if stuck else ["learning"])
    if stuck:
        assert verdicts[-1][0] == 800
        assert verdicts[-1][1].title == "Nothing is learned"
    slow = Config(d_every=2)
    assert kinds(judged(by_step(steps(1, 1500, HEALTHY), far), slow)) == ["learning"]


def test_evidence_stays_that_of_the_trouble_while_it_passes() -> None:
    """The light stays on for 150 steps more, in which the numbers say something else."""
    verdicts = told(by_step(steps(1, 2000, HEALTHY), steps(2001, 2600, DEAD), steps(2601, 3000, HEALTHY)))
    late = [verdict for step, verdict in verdicts if step > 2640 and verdict.alarming]
    seen = [verdict for _, verdict in verdicts if verdict.alarming]
    assert seen
    assert all("right about 8" not in verdict.evidence for verdict in late)


def test_coverages_of_different_counts_are_not_compared() -> None:
    fewer = [replace(measured(step, 0.2), count=256) for step in (1200, 1400)]
    events = by_step(steps(1, 1500, HEALTHY), [measured(1000, 0.8)], fewer)
    assert kinds(judged(events)) == ["healthy"]


def test_few_pictures_known_by_heart_are_overfitting() -> None:
    events = [*steps(1, 1000, HEALTHY, per_epoch=3), *steps(1001, 2000, KNOWN, per_epoch=3)]
    verdicts = judged(events, images=100)
    assert kinds(verdicts) == ["healthy", "overfitting"]
    assert verdicts[1][0] <= 1500
    assert "100 pictures" in verdicts[1][1].evidence
    assert verdicts[1][1].advice[0].changes == {"diffaugment": "on"}
    assert kinds(judged(events, images=IMAGES)) == ["healthy"]


@pytest.mark.parametrize("broken", [{"d_loss": nan}, {"g_loss": inf}, {"g_grad_norm": inf}])
def test_numbers_that_are_not_finite_are_said_at_once(broken: dict[str, float]) -> None:
    watchdog = Watchdog(Config(), IMAGES)
    for step in steps(1, 20, HEALTHY):
        watchdog.add(step)
    verdict = watchdog.add(replace(one_step(21, HEALTHY), **broken))
    assert verdict is not None
    assert verdict.kind == "not_finite"
    assert "step 21" in verdict.evidence
    assert set(verdict.advice[0].changes) == {"g_lr", "d_lr"}


def test_the_light_does_not_flicker() -> None:
    """Numbers that cross a threshold every few steps."""
    sure, less = WON, WON | {"d_real_accuracy": 0.975, "d_fake_after": 0.015}
    stream = (one_step(step, sure if step // 40 % 2 else less) for step in range(1, 6001))
    assert len(judged(stream)) <= 2


def test_a_passing_dip_is_no_alarm() -> None:
    events = by_step(steps(1, 2000, HEALTHY), steps(2001, 2040, DEAD), steps(2041, 3000, HEALTHY))
    assert kinds(judged(events)) == ["healthy"]


def test_trouble_that_ends_is_over() -> None:
    events = by_step(steps(1, 2000, HEALTHY), steps(2001, 2600, DEAD), steps(2601, 3600, HEALTHY))
    assert kinds(judged(events)) == ["healthy", "balance_dead", "healthy"]


def test_a_run_that_went_back_is_judged_from_there() -> None:
    watchdog = Watchdog(Config(), IMAGES)
    lost = by_step(steps(1, 2000, HEALTHY), [measured(1000, 0.8), measured(1500, 0.1)])
    for event in lost:
        watchdog.add(event)
    assert watchdog.verdict.kind == "generator_collapsing"
    watchdog.add(one_step(1001, HEALTHY))
    assert watchdog.verdict.kind == "learning"
    found = [watchdog.add(event) for event in by_step(steps(1002, 2000, HEALTHY), [measured(1500, 0.78)])]
    assert {verdict.kind for verdict in found if verdict} == {"healthy"}


@pytest.mark.parametrize(("raised_at", "suspect"), [(1700, True), (1100, False)])
def test_a_rate_raised_shortly_before_is_the_first_suspect(raised_at: int, suspect: bool) -> None:
    watchdog = Watchdog(Config(), IMAGES)
    for event in by_step(steps(1, 1999, HEALTHY), [measured(1000, 0.8)]):
        if event.step == raised_at:  # in two goes, as with a slider
            watchdog.turn(Config(g_lr=4e-4))
            watchdog.turn(Config(g_lr=8e-4))
        watchdog.add(event)
    verdict = watchdog.add(measured(2000, 0.1))
    assert verdict is not None
    assert verdict.kind == "generator_collapsing"
    assert (verdict.advice[0].changes == {"g_lr": Config().g_lr}) is suspect


def test_evidence_follows_what_is_measured_and_the_steps() -> None:
    coverages = [measured(1000, 0.5), measured(2000, 0.11), measured(2050, 0.04)]
    verdicts = told(by_step(steps(1, 2300, HEALTHY), coverages))
    assert {verdict.kind for _, verdict in verdicts} == {"healthy", "generator_collapsing"}
    said = {step: verdict.evidence for step, verdict in verdicts if verdict.alarming}
    assert list(said) == [2000, 2050], "words that stay the same are not told again"
    assert "cover 11 % of" in said[2000]
    assert "cover 4 % of" in said[2050]
    healthy = [step for step, verdict in verdicts if not verdict.alarming]
    assert 10 <= len(healthy) <= 21, "each hundred steps at most, and where it was measured"
    assert 1000 in healthy


def test_the_same_events_give_the_same_verdicts() -> None:
    events = by_step(
        steps(1, 1000, HEALTHY), steps(1001, 2000, DEAD), [measured(500, 0.5), measured(900, 0.1)]
    )
    assert told(events) == told(events)


def test_runs_without_accuracies_are_judged_by_probabilities() -> None:
    old = [replace(step, d_real_accuracy=nan, d_fake_accuracy=nan) for step in steps(1, 2000, HEALTHY)]
    verdicts = judged(old)
    assert kinds(verdicts) == ["healthy"]
    assert "nan" not in verdicts[0][1].evidence

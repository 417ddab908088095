"""What a training tells, made up: steps, measures and verdicts."""

from dataclasses import replace

from core.events import Measured, ScoreHistogram, Step
from core.watchdog.verdict import Advice, Kind, Verdict

HALVE = Advice("Halve the learning rate", "Smaller steps.", {"g_lr": 1e-4})
SMOOTH = Advice("Penalise steep judgements", "Smoother answers.", {"r1": 1.0})


def steps(first: int, last: int, **numbers: float) -> list[Step]:
    """Steps of an ordinary run; `numbers` replaces some of theirs."""
    usual = {
        "d_real_accuracy": 0.8,
        "d_fake_accuracy": 0.7,
        "d_grad_norm": 2.0,
        "g_grad_norm": 5.0,
        "d_lr": 2e-4,
        "g_lr": 2e-4,
        "memory_mib": 900.0,
    }
    return [
        Step(n, 1, n / 10, 100.0, 1.0, 2.0, 0.6, 0.4, 0.3, **usual | numbers) for n in range(first, last + 1)
    ]


def scored(step: int) -> Step:
    """A step of many pictures whose histogram of fakes has its peak in bin `step / 100`."""
    fake = [3] * 10
    fake[step // 100 % 10] = 273
    return replace(steps(step, step)[0], scores=ScoreHistogram(0.0, 1.0, (30,) * 10, tuple(fake)))


def measured(step: int, coverage: float = 0.5, *, best: bool = False, fid: float | None = None) -> Measured:
    return Measured(step, 1, 256, coverage, 0.6, 0.05, 0.9, 1.0, 0.001, fid, best)


def verdict(kind: Kind = "generator_collapsing", *advice: Advice) -> Verdict:
    title = {"healthy": "Healthy", "generator_collapsing": "Generator is collapsing"}.get(kind, kind)
    return Verdict(
        kind, title, f"Evidence of {kind}.", advice or ((HALVE, SMOOTH) if kind != "healthy" else ())
    )

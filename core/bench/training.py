"""The tutorial's training and this program's, in turn: A B A B."""

from pathlib import Path
from typing import Any

from core.bench.asking import Ask
from core.bench.plan import Plan
from core.bench.spread import spread


def compare(plan: Plan, pictures: Path, cache: Path, runs: Path, ask: Ask) -> dict[str, Any]:
    """`ratio`, both speeds, and what goes with them; leaves a run for every round of ours in `runs`."""
    times = {"device": plan.device, "warmup_s": plan.warmup_s, "seconds": plan.seconds}
    names = ("size", "latent_dim", "g_features", "d_features", "batch_size")
    shape = {name: getattr(plan.config, name) for name in names}
    tutorial, ours = [], []
    for number in range(plan.rounds):
        at = f"{number + 1} of {plan.rounds}"
        request = times | shape | {"pictures": str(pictures), "workers": plan.workers}
        tutorial.append(ask("core.bench.tutorial", request, f"The tutorial's training, {at}"))
        request = times | {"cache": str(cache), "run": str(runs / f"{number:02d}")}
        request |= {"config": plan.config.model_dump()}
        ours.append(ask("core.bench.ours", request, f"This program's training, {at}"))
    return summary(plan, tutorial, ours)


def summary(plan: Plan, tutorial: list[dict[str, Any]], ours: list[dict[str, Any]]) -> dict[str, Any]:
    """The rounds' figures in one; the contract's three first."""
    pairs = list(zip(ours, tutorial, strict=True))
    ratios = spread([mine["images_per_s"] / theirs["images_per_s"] for mine, theirs in pairs])
    speed, their_speed = (spread([each["images_per_s"] for each in side], 2) for side in (ours, tutorial))
    return {
        "ratio": ratios["median"],
        "images_per_s": speed["median"],
        "tutorial_images_per_s": their_speed["median"],
        "spread": {"ratio": ratios, "images_per_s": speed, "tutorial_images_per_s": their_speed},
        "precision": ours[0]["precision"],
        "threads": ours[0]["threads"],
        "workers": plan.workers,
        "memory_mib": {"ours": _most(ours), "tutorial": _most(tutorial)},
        "rounds": {"ours": ours, "tutorial": tutorial},
    }


def take_apart(plan: Plan, cache: Path, ask: Ask) -> dict[str, Any]:
    """Milliseconds of a step's parts, without reporting, which the comparison tells."""
    request: dict[str, object] = {"cache": str(cache), "config": plan.config.model_dump()}
    request |= {"device": plan.device, "warmup_s": plan.warmup_s, "seconds": plan.seconds}
    found = ask("core.bench.step", request, "The parts of a step")
    steps = found.pop("steps")
    return {f"{name}_ms": round(seconds * 1e3, 3) for name, seconds in found.items()} | {"steps": steps}


def _most(side: list[dict[str, Any]]) -> dict[str, float]:
    names = {name for each in side for name in each["memory"]}
    return {name: max(each["memory"].get(name, 0.0) for each in side) for name in sorted(names)}

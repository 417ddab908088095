"""The benchmark from beginning to end: lay out pictures, then one part after the other."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.bench import training
from core.bench.asking import Asking
from core.bench.machine import machine
from core.bench.pictures import lay_out
from core.bench.plan import Plan
from core.data.batches import check_enough
from core.data.prepare import prepare
from core.data.sources import open_source
from core.data.watch import Watch


def benchmark(plan: Plan, tell: Callable[[str], object], cancelled: Callable[[], bool]) -> dict[str, Any]:
    """All figures of the plan's parts. What is written meanwhile is in a temporary folder, then deleted.

    tell: called with what is measured next. Raises StudioError, Cancelled.
    """
    facts: dict[str, Any] = dict.fromkeys(("ratio", "images_per_s", "tutorial_images_per_s"))
    facts |= {"machine": machine(), "device": plan.device, "config": plan.settings()}
    with tempfile.TemporaryDirectory(prefix="dcgan-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        ask = Asking(folder, tell, cancelled)
        pictures, runs = folder / "pictures", folder / "runs"
        tell("Laying out pictures")
        count = lay_out(open_source(plan.source), pictures, plan.pictures, Watch(cancelled=cancelled))
        facts |= {"source": plan.source, "pictures": count}
        check_enough(count, plan.config.batch_size)
        cache = prepare(
            open_source(pictures),
            size=plan.config.size,
            cancelled=cancelled,
            cache_root=folder / "cache",
        ).folder
        if "train" in plan.parts:
            facts |= training.compare(plan, pictures, cache, runs, ask)
    return facts

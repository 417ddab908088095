"""The benchmark from beginning to end: lay out pictures, then one part after the other."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.bench import opening, preparing, training, windows
from core.bench.asking import Asking
from core.bench.machine import machine
from core.bench.pictures import lay_out
from core.bench.plan import Plan
from core.bench.work import flop_per_picture
from core.data.batches import check_enough
from core.data.prepare import prepare
from core.data.sources import open_source
from core.data.watch import Watch

CONTRACT = ("ratio", "images_per_s", "tutorial_images_per_s")  # named whatever is measured


def benchmark(plan: Plan, tell: Callable[[str], object], cancelled: Callable[[], bool]) -> dict[str, Any]:
    """All figures of the plan's parts. What is written meanwhile is in a temporary folder, then deleted.

    tell: called with what is measured next. Raises StudioError, Cancelled.
    """
    facts: dict[str, Any] = dict.fromkeys(CONTRACT)
    facts |= {"machine": machine(), "device": plan.device, "config": plan.settings()}
    facts["gflop_per_picture"] = round(flop_per_picture(plan.config) / 1e9, 4)
    with tempfile.TemporaryDirectory(prefix="dcgan-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        ask = Asking(folder, tell, cancelled)
        pictures, runs = folder / "pictures", folder / "runs"
        tell("Laying out pictures")
        count = lay_out(open_source(plan.source), pictures, plan.pictures, Watch(cancelled=cancelled))
        facts |= {"source": plan.source, "pictures": count}
        check_enough(count, plan.config.batch_size)
        cache = prepare(
            open_source(pictures), size=plan.config.size, cancelled=cancelled, cache_root=folder / "cache"
        ).folder
        for part in plan.parts:
            match part:
                case "train":
                    facts |= training.compare(plan, pictures, cache, runs, ask)
                case "step":
                    facts["step"] = training.take_apart(plan, cache, ask)
                case "matrix":
                    request = {"device": plan.device, "seconds": plan.matrix_s}
                    facts["matrix"] = ask("core.bench.matrix", request, "Multiplying matrices")
                case "prepare":
                    facts["preparing"] = preparing.compare(plan, pictures, folder / "preparing", ask)
                case "open":
                    facts["opening"] = opening.compare(plan, pictures, folder / "opening", ask)
                case "window":
                    facts["window"] = windows.start(plan, ask)
                case "slider":
                    facts["slider"] = windows.slider(plan, runs, cache, ask)
        tell("Deleting what was written")
    facts["share_of_matrix_speed"] = _share(facts)
    return facts


def _share(facts: dict[str, Any]) -> dict[str, float] | None:
    """Of the matrix speed in the format that training computed in, for ours; float32 for the tutorial."""
    if facts["ratio"] is None or "matrix" not in facts:
        return None
    speeds = facts["matrix"]["gflops"]
    single = speeds.get("tf32", speeds["float32"])  # what convolutions of float32 use where there is tf32
    mine = single if facts["precision"] == "float32" else speeds[facts["precision"]]
    return {
        "ours": round(facts["images_per_s"] * facts["gflop_per_picture"] / mine, 4),
        "tutorial": round(facts["tutorial_images_per_s"] * facts["gflop_per_picture"] / single, 4),
    }

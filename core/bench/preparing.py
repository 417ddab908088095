"""Preparing picture files against reading them through ImageFolder with the tutorial's transforms."""

from pathlib import Path
from time import perf_counter
from typing import Any

from core.bench.asking import Ask
from core.bench.pictures import multiply
from core.bench.plan import Plan
from core.bench.spread import spread


def compare(plan: Plan, pictures: Path, folder: Path, ask: Ask) -> dict[str, Any]:
    """Pictures a second of each side and their ratio, in turn; as many processes decode on both."""
    files = folder / "files"
    count = multiply(pictures, files, plan.prepared)
    request: dict[str, object] = {
        "pictures": str(files),
        "size": plan.config.size,
        "processes": plan.processes,
    }
    speeds: dict[str, list[float]] = {"imagefolder": [], "ours": []}
    for number in range(plan.rounds):
        for side, found in speeds.items():
            at = {"side": side, "cache_root": str(folder / f"cache{number}")}
            title = f"Preparing, {side}, {number + 1} of {plan.rounds}"
            found.append(count / ask(__name__, request | at, title)["seconds"])
    ratios = [ours / theirs for ours, theirs in zip(speeds["ours"], speeds["imagefolder"], strict=True)]
    return {
        "pictures": count,
        "processes": plan.processes,
        "ratio": spread(ratios),
        "images_per_s": spread(speeds["ours"], 1),
        "imagefolder_images_per_s": spread(speeds["imagefolder"], 1),
    }


def measure(request: dict[str, Any]) -> dict[str, Any]:
    """Seconds for all pictures of a folder, with looking for them and starting processes."""
    side = {"ours": _prepare, "imagefolder": _read}[request["side"]]
    return {"seconds": side(request)}


def _prepare(request: dict[str, Any]) -> float:
    """To a committed cache on the disk."""
    from core.data.prepare import prepare
    from core.data.sources import open_source

    began = perf_counter()
    prepare(
        open_source(Path(request["pictures"])),
        size=request["size"],
        cache_root=Path(request["cache_root"]),
        processes=request["processes"],
    )
    return perf_counter() - began


def _read(request: dict[str, Any]) -> float:
    """Once, in order, to tensors that are then dropped."""
    from torch.utils.data import DataLoader

    from core.bench.tutorial import picture_folder

    began = perf_counter()
    dataset = picture_folder(Path(request["pictures"]), request["size"])
    for _ in DataLoader(dataset, batch_size=128, num_workers=request["processes"]):
        pass
    return perf_counter() - began

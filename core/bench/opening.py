"""Opening a large prepared cache, and finding out that its pictures have not changed."""

import json
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from core.bench.asking import Ask
from core.bench.pictures import multiply
from core.bench.plan import Plan
from core.data.batches import Batches
from core.data.cache import FORMAT, open_cache
from core.data.sources import open_source
from core.data.watch import Watch


def compare(plan: Plan, pictures: Path, folder: Path, ask: Ask) -> dict[str, Any]:
    """Milliseconds to open a cache of so many pictures, to its first batch, and to look through its folder.

    The cache is a sparse file, which takes no room on the disk; the folder holds links to few files.
    """
    config, count = plan.config, plan.opened
    _sparse_cache(folder / "cache", count, config.size)
    multiply(pictures, folder / "files", count)
    request = {"cache": str(folder / "cache"), "folder": str(folder / "files"), "batch": config.batch_size}
    rounds = [
        ask(__name__, request, f"Opening {count:,} pictures, {number + 1} of {plan.rounds}")
        for number in range(plan.rounds)
    ]
    times = {name: round(median(each[name] for each in rounds), 2) for name in rounds[0]}
    return {"pictures": count, "size": config.size} | times


def measure(request: dict[str, Any]) -> dict[str, Any]:
    """open_ms, first_batch_ms after it, and identity_ms: whether any file of a folder of as many changed."""
    began = perf_counter()
    cache = open_cache(Path(request["cache"]))
    opened = perf_counter()
    Batches(cache.pictures, request["batch"], 0).batch(1)
    read = perf_counter()
    open_source(Path(request["folder"])).identity(Watch())
    known = perf_counter()
    return {
        "open_ms": (opened - began) * 1e3,
        "first_batch_ms": (read - opened) * 1e3,
        "identity_ms": (known - read) * 1e3,
    }


def _sparse_cache(folder: Path, count: int, size: int) -> None:
    """As `core.data.cache_writer` leaves it, all pictures black."""
    folder.mkdir(parents=True)
    shape = (count, size, size, 3)
    np.lib.format.open_memmap(folder / "pictures.npy", mode="w+", dtype=np.uint8, shape=shape)
    about = {"format": FORMAT, "digest": "0" * 32, "source": "none", "size": size, "color": "rgb"}
    about |= {"crop": "center", "shape": list(shape), "duplicates": count - 1}
    (folder / "skipped.json").write_text("[]", "utf-8")
    (folder / "cache.json").write_text(json.dumps(about), "utf-8")

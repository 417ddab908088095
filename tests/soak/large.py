"""Do a million pictures prepare within bounded memory, and train as fast as few?

    python -m tests.soak.large --count 1000000

Makes so many picture files, small JPEGs in folders of a thousand (each another file; a few hundred different
faces), prepares them and watches the memory of the program and its workers; opens the result once more; then
trains on all of them and on the first ten thousand in turn. Everything that was made is deleted.
"""

import argparse
import json
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from pathlib import Path
from statistics import median

import numpy as np
import psutil
from PIL import Image

from core import runs
from core.config import Config
from core.data.cache import PictureCache
from core.data.prepare import Progress, prepare
from core.data.sources import open_source
from core.events import Step
from core.loop import train

FOLDER = 1_000  # files in each
FEW = 10_000
DIFFERENT = 256
MOST_BYTES_A_PICTURE = 600  # of memory; its name, its digest and its label have to be kept until the end
LEAST_SPEED = 0.95  # of that with few pictures


@dataclass(slots=True)
class Preparing:
    seconds: float
    pictures_per_s: float
    start_mib: float  # resident, of the program and its workers, when the first pictures were prepared
    most_mib: float
    track: list[tuple[float, float]]  # share done, MiB; twenty points


@dataclass(slots=True)
class Training:
    many: list[float]  # pictures/s, one a turn
    few: list[float]
    many_mib: float  # resident, at most
    few_mib: float


class MemoryTrack:
    """Resident memory of this program and its children over the progress of what it does."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []
        self.share = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "MemoryTrack":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.25):
            self.points.append((self.share, _resident_mib()))


def _resident_mib() -> float:
    me = psutil.Process()
    total = 0
    for process in (me, *me.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20


def make_files(folder: Path, count: int, size: int) -> None:
    """So many different JPEG files."""
    kinds = [_jpeg(picture) for picture in _faces(size)]
    for first in range(0, count, FOLDER):
        place = folder / f"{first // FOLDER:05d}"
        place.mkdir(parents=True)
        for number in range(first, min(first + FOLDER, count)):
            start, rest = kinds[number % len(kinds)]
            comment = b"\xff\xfe\x00\x0a" + number.to_bytes(8, "big")
            (place / f"{number:07d}.jpg").write_bytes(start + comment + rest)


def _faces(size: int) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        cache = prepare(open_source(f"cartoons:{DIFFERENT}"), size=size, cache_root=Path(folder))
        return np.array(cache.pictures)


def _jpeg(picture: np.ndarray) -> tuple[bytes, bytes]:
    """The file's first marker, and the rest of it."""
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=80)
    return file.getvalue()[:2], file.getvalue()[2:]


def prepared(
    folder: Path, root: Path, count: int, size: int, processes: int | None
) -> tuple[PictureCache, Preparing]:
    with MemoryTrack() as track:
        began = time.perf_counter()

        def progress(now: Progress) -> None:
            if now.stage == "Preparing" and now.total:
                track.share = now.done / now.total

        cache = prepare(
            open_source(str(folder)), size=size, cache_root=root, progress=progress, processes=processes
        )
        seconds = time.perf_counter() - began
    assert len(cache) == count
    under_way = [(share, mib) for share, mib in track.points if share > 0.05]
    several = under_way[:: max(1, len(under_way) // 20)]
    start = median(mib for _, mib in under_way[:5])
    return cache, Preparing(seconds, count / seconds, start, max(mib for _, mib in under_way), several)


def trained(cache: PictureCache, folder: Path, steps: int, turns: int) -> Training:
    """A B A B: on all and on few, equal in all else."""
    few = replace(cache, pictures=cache.pictures[:FEW], digest="few")
    found = Training([], [], 0.0, 0.0)
    for turn in range(turns):
        for name, some in (("many", cache), ("few", few)):
            with MemoryTrack() as track:
                getattr(found, name).append(_speed(some, folder / f"{name}{turn}", steps))
            most = max(mib for _, mib in track.points)
            setattr(found, f"{name}_mib", max(most, getattr(found, f"{name}_mib")))
    return found


def _speed(cache: PictureCache, folder: Path, steps: int) -> float:
    """Pictures/s over all steps but the first tenth."""
    config = Config.model_validate(
        {
            "size": cache.size,
            "g_features": 8,
            "d_features": 8,
            "batch_size": 128,
            "duration": steps,
            "duration_unit": "steps",
            "log_every": max(1, steps // 10),
            "measure_count": 256,
            "watchdog": "off",
        }
    )
    run = runs.create(folder, config, source=cache.source, source_digest=cache.digest)
    times = [event.seconds for event in train(run, cache, device="cpu") if isinstance(event, Step)]
    return (steps - steps // 10) * config.batch_size / (times[-1] - times[0])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.large", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--size", type=int, default=64, help="of the pictures, in pixels")
    parser.add_argument("--steps", type=int, default=400, help="of each training")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--processes", type=int, help="that prepare; as many as there are cores if left out")
    parser.add_argument("--folder", type=Path, help="where there is room; the system's temporary folder")
    parser.add_argument("--json", type=Path, help="write the measurements to this file")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="large-", dir=chosen.folder) as made:
        folder = Path(made)
        needed = chosen.count * (chosen.size**2 * 3 + 4096)
        free = shutil.disk_usage(folder).free
        if needed > free:
            sys.exit(
                f"{needed / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free. Lower --count or --size."
            )
        began = time.perf_counter()
        make_files(folder / "pictures", chosen.count, chosen.size)
        _tell(f"made {chosen.count:,} files in {time.perf_counter() - began:.0f} s")
        cache, preparing = prepared(
            folder / "pictures", folder / "cache", chosen.count, chosen.size, chosen.processes
        )
        _tell(
            f"prepared in {preparing.seconds:.0f} s, {preparing.pictures_per_s:,.0f} pictures/s; "
            f"{preparing.start_mib:.0f} MiB at 5 %, {preparing.most_mib:.0f} MiB at most"
        )
        began = time.perf_counter()
        prepare(open_source(str(folder / "pictures")), size=chosen.size, cache_root=folder / "cache")
        opening = time.perf_counter() - began
        _tell(f"recognised and opened again in {opening:.1f} s")
        training = trained(cache, folder / "runs", chosen.steps, chosen.turns)
        for name, speeds, mib in (
            ("all", training.many, training.many_mib),
            ("few", training.few, training.few_mib),
        ):
            each = ", ".join(f"{speed:,.0f}" for speed in speeds)
            _tell(f"trained on {name}: {median(speeds):,.0f} pictures/s ({each}), {mib:.0f} MiB")
    facts = {
        "count": chosen.count,
        "size": chosen.size,
        "preparing": asdict(preparing),
        "opening_s": opening,
        "training": asdict(training),
        "faults": list(_faults(chosen.count, preparing, training)),
    }
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(facts, indent=1))
    for fault in facts["faults"]:
        _tell(f"FAULT {fault}")
    return 1 if facts["faults"] else 0


def _faults(count: int, preparing: Preparing, training: Training) -> Iterator[str]:
    grown = (preparing.most_mib - preparing.start_mib) * 2**20 / count
    if grown > MOST_BYTES_A_PICTURE:
        yield f"preparing took {grown:,.0f} bytes of memory for each picture"
    share = median(training.many) / median(training.few)
    if share < LEAST_SPEED:
        yield f"training on all is {share:.0%} as fast as on {FEW:,}"


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""From a source to its cache: look, decode in parallel, write, commit. Or open what is there."""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from core.data.cache import FORMAT, PictureCache, default_cache_root, open_cache
from core.data.cache_writer import CacheWriter
from core.data.labels import Labels
from core.data.listing import Listing, Skipped, Source
from core.data.watch import Progress, Watch
from core.data.workers import Settings, prepare_all
from core.errors import SourceError

__all__ = ["Progress", "prepare"]

_FEWEST = 2
_MOST_PROCESSES = 16


def prepare(
    source: Source,
    *,
    size: int,
    color: str = "rgb",
    crop: str = "center",
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    cache_root: Path | None = None,
    processes: int | None = None,
) -> PictureCache:
    """The source's pictures as (size, size) squares; opened only, if they are prepared and have not changed.

    progress is called at most twenty times a second; cancelled is asked as often.
    processes: how many decode; as many as there are processors if None.
    Raises SourceError if there are fewer than two usable pictures or no room for them; Cancelled.
    """
    watch = Watch(progress, cancelled)
    watch.report(Progress("Looking for pictures", 0, None))
    settings = Settings(size, color, crop)
    folder = (cache_root or default_cache_root()) / _key(source, settings, watch)
    if folder.exists():
        try:
            return open_cache(folder)
        except SourceError:  # damaged: made again
            shutil.rmtree(folder, ignore_errors=True)
    listing = source.scan(watch)
    if listing.count == 0:
        raise _too_few(source, 0, 0, listing.skipped)
    _build(source, listing, settings, folder, processes or _processors(), watch)
    return open_cache(folder)


def _build(
    source: Source, listing: Listing, settings: Settings, folder: Path, processes: int, watch: Watch
) -> None:
    skipped = list(listing.skipped)
    kept, digests, attributes = [], [], []
    looked_at = 0
    with (
        CacheWriter(folder, size=settings.size, channels=settings.channels, most=listing.count) as writer,
        contextlib.closing(prepare_all(listing, settings, processes, watch)) as batches,
    ):
        watch.report(Progress("Preparing", 0, listing.count))
        for batch in batches:
            writer.add(batch.pictures)
            kept.append(batch.kept + looked_at)
            digests.append(batch.file_digests)
            attributes.append(batch.attributes)
            skipped += batch.skipped
            looked_at += batch.looked_at
            watch.report(Progress("Preparing", looked_at, listing.count))
        if writer.count < _FEWEST:
            raise _too_few(source, writer.count, listing.count, skipped)
        labels = listing.labels.take(np.concatenate(kept)) if listing.labels else None
        if listing.attribute_names:
            labels = Labels(
                list(listing.attribute_names), np.concatenate([some for some in attributes if some.size])
            )
        about = {"source": source.text, "size": settings.size, "color": settings.color, "crop": settings.crop}
        duplicates = writer.count - len(np.unique(np.concatenate(digests)))
        writer.commit(about, labels, skipped, duplicates)


def _key(source: Source, settings: Settings, watch: Watch) -> str:
    of_source = [source.text, source.identity(watch)]
    parts = json.dumps([FORMAT, *of_source, settings.size, settings.color, settings.crop])
    return hashlib.blake2b(parts.encode(), digest_size=16).hexdigest()


def _too_few(source: Source, usable: int, looked_at: int, skipped: Sequence[Skipped]) -> SourceError:
    found = "No usable picture is" if usable == 0 else "Only one usable picture is"
    if looked_at == 0:
        files = "no file that could be a picture was found"
    else:
        files = f"{looked_at:,} files were looked at" if looked_at > 1 else "1 file was looked at"
    reasons = f", {len(skipped):,} skipped (first: {skipped[0].path}: {skipped[0].reason})" if skipped else ""
    return SourceError(
        f"{found} in {source.name}: {files}{reasons}. "
        "Choose a folder or zip with at least two JPEG or PNG pictures."
    )


def _processors() -> int:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(count, _MOST_PROCESSES)

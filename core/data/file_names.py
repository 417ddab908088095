"""Which file of its source a prepared picture was made from."""

from collections.abc import Callable, Sequence

import numpy as np

from core.data.cache import PictureCache
from core.data.listing import Listing
from core.data.sources import open_source
from core.data.watch import Watch
from core.data.workers import Settings, prepare_batch
from core.errors import SourceError


def file_names(
    cache: PictureCache, rows: Sequence[int], cancelled: Callable[[], bool] | None = None
) -> list[str | None]:
    """The path, within the source, of the file behind each row; None where that cannot be told for certain.

    A cache keeps no names. They are found by looking at the source again, and a name counts only if its file
    still gives the very picture of the row. Raises Cancelled.
    """
    watch = Watch(None, cancelled)
    try:
        listing = open_source(cache.source).scan(watch)
        numbers = _numbers(listing, cache)
    except SourceError:  # moved, or on a disk that is not there
        return [None] * len(rows)
    settings = Settings(cache.size, cache.color, cache.crop)
    return [_name(listing, numbers[row], cache, row, settings, watch) if numbers else None for row in rows]


def _numbers(listing: Listing, cache: PictureCache) -> Sequence[int]:
    """The number in the listing of each row of the cache; none at all if they cannot belong together."""
    if listing.count == len(cache):
        return range(listing.count)
    left_out = {each.path for each in cache.skipped}
    kept = [n for n in range(listing.count) if listing.batch(n, n + 1).name(0) not in left_out]
    return kept if len(kept) == len(cache) else []


def _name(
    listing: Listing, number: int, cache: PictureCache, row: int, settings: Settings, watch: Watch
) -> str | None:
    batch = listing.batch(number, number + 1)
    made = prepare_batch(batch, settings, watch.check).pictures
    return batch.name(0) if len(made) and np.array_equal(made[0], cache.pictures[row]) else None

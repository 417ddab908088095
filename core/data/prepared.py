"""Prepared pictures found again by what they are, even when the files they came from are gone."""

import json
from pathlib import Path

from core.data.cache import PictureCache, default_cache_root, open_cache
from core.errors import SourceError

_MOST_BYTES = 1 << 20


def find_prepared(digest: str, root: Path | None = None) -> PictureCache | None:
    """The cache whose pictures have this digest (a run's `source_digest`); None if there is none."""
    parent = root or default_cache_root()
    for about in sorted(parent.glob("*/cache.json")) if parent.is_dir() else []:
        try:
            if about.stat().st_size > _MOST_BYTES:
                continue
            stated = json.loads(about.read_text("utf-8"))
            if isinstance(stated, dict) and stated.get("digest") == digest:
                return open_cache(about.parent)
        except (OSError, ValueError, SourceError):  # damaged, or deleted meanwhile: as good as not there
            continue
    return None

"""The prepared pictures on disk: one folder, packed and memory-mapped, readable without this program.

pictures.npy   (n, size, size, channels) uint8
labels.npy     one row per picture, its names in labels.json; absent without labels
skipped.json   [[path, reason], ...]
cache.json     the rest; written last
"""

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from numpy.typing import NDArray

from core.data.labels import Labels
from core.data.listing import Skipped
from core.errors import SourceError

__all__ = ["FORMAT", "PictureCache", "Skipped", "default_cache_root", "open_cache"]

# Raise it whenever prepared pictures would come out differently or are stored differently.
FORMAT = 1


@dataclass(frozen=True)
class PictureCache:
    """Prepared pictures, read-only. What is large is read when it is asked for."""

    folder: Path
    digest: str  # of the pictures themselves, hex
    source: str
    size: int
    color: str
    crop: str
    pictures: NDArray[np.uint8]  # (n, size, size, channels), memory-mapped
    duplicates: int  # files that equal an earlier one byte for byte; they are kept

    def __len__(self) -> int:
        return len(self.pictures)

    @cached_property
    def skipped(self) -> list[Skipped]:
        """The files that were left out, each with its reason."""
        return [Skipped(path, reason) for path, reason in _read_json(self.folder / "skipped.json")]

    @cached_property
    def labels(self) -> Labels | None:
        """One row per picture, or None when nothing is known about them."""
        names = self.folder / "labels.json"
        if not names.exists():
            return None
        return Labels(_read_json(names), _map(self.folder / "labels.npy"))


def open_cache(folder: Path) -> PictureCache:
    """The cache in a folder. Raises SourceError if there is none, or it is damaged or of another version."""
    about = _read_json(folder / "cache.json")
    try:
        if about["format"] != FORMAT:
            raise SourceError(
                f"The prepared pictures in {folder} are of another version. Prepare them again."
            )
        pictures = _map(folder / "pictures.npy")
        if list(pictures.shape) != about["shape"] or pictures.dtype != np.uint8:
            raise _damaged(folder)
        return PictureCache(
            folder=folder,
            digest=about["digest"],
            source=about["source"],
            size=about["size"],
            color=about["color"],
            crop=about["crop"],
            pictures=pictures,
            duplicates=about["duplicates"],
        )
    except (KeyError, TypeError) as error:
        raise _damaged(folder) from error


def default_cache_root() -> Path:
    """Where prepared pictures are kept: DCGAN_STUDIO_CACHE if set, else the user's cache folder."""
    chosen = os.environ.get("DCGAN_STUDIO_CACHE")
    return (
        Path(chosen) if chosen else platformdirs.user_cache_path("dcgan-studio", appauthor=False) / "pictures"
    )


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(path.parent) from error


def _map(path: Path) -> NDArray[Any]:
    try:
        mapped: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _damaged(path.parent) from error
    return mapped


def _damaged(folder: Path) -> SourceError:
    return SourceError(f"The prepared pictures in {folder} are missing or damaged. Prepare them again.")

"""Preparing holds a few bytes for each picture, however many there are; the pictures go to the disk."""

import tracemalloc
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from core.data.listing import Batch, Listing, RawPicture, Source
from core.data.prepare import prepare
from core.data.watch import Watch

SIZE = 32
MOST_BYTES = 400  # a picture: its digest, its number and its label; the picture itself has 3,072


@dataclass(frozen=True)
class _Many(Batch):
    data: bytes
    count: int

    def __len__(self) -> int:
        return self.count

    def name(self, index: int) -> str:
        return str(index)

    def read(self, index: int, side: int) -> RawPicture:
        return RawPicture(self.data)


@dataclass(frozen=True)
class _Source(Source):
    data: bytes
    count: int

    @property
    def name(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return f"{self.count} pictures"

    def identity(self, watch: Watch) -> str:
        return self.text

    def scan(self, watch: Watch) -> Listing:
        return Listing(self.count, lambda start, stop: _Many(self.data, stop - start))


def _peak_bytes(count: int, folder: Path) -> int:
    file = BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    Image.fromarray(noise).save(file, "PNG")
    source = _Source(file.getvalue(), count)
    tracemalloc.start()
    try:
        cache = prepare(source, size=SIZE, cache_root=folder, processes=1)
        assert len(cache) == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_little_with_the_count(tmp_path: Path) -> None:
    _peak_bytes(100, tmp_path)  # imports
    few, many = _peak_bytes(1_000, tmp_path), _peak_bytes(4_000, tmp_path)
    assert (many - few) / 3_000 < MOST_BYTES

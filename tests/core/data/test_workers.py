"""Pictures shared out over processes: all come back, in their order, however long one of them takes."""

import io
import time
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from core.data.listing import Batch, Listing, RawPicture
from core.data.watch import Watch
from core.data.workers import Settings, prepare_all

PICTURES = 1_500


@dataclass(frozen=True, slots=True)
class Numbered(Batch):
    """Pictures whose red and green are their number; the one called `slow` is long in coming."""

    start: int
    stop: int
    slow: int

    def __len__(self) -> int:
        return self.stop - self.start

    def name(self, index: int) -> str:
        return str(self.start + index)

    def read(self, index: int, side: int) -> RawPicture:
        number = self.start + index
        if number == self.slow:
            time.sleep(1.0)
        file = io.BytesIO()
        Image.new("RGB", (16, 16), (number % 256, number // 256, 0)).save(file, "PNG")
        return RawPicture(file.getvalue())


@pytest.mark.parametrize("slow", [0, 700, PICTURES - 1])
@pytest.mark.parametrize("processes", [2, 3])
def test_all_come_in_order_however_long_one_takes(slow: int, processes: int) -> None:
    listing = Listing(PICTURES, lambda start, stop: Numbered(start, stop, slow))
    came = []
    for batch in prepare_all(listing, Settings(16, "rgb", "center"), processes, Watch()):
        came += [int(red) + 256 * int(green) for red, green, _ in batch.pictures[:, 0, 0]]
        time.sleep(0.002)  # what is done with them takes its time, too
    assert np.array_equal(came, np.arange(PICTURES))

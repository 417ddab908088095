"""Animated WebP, frame by frame: each frame is a still WebP of Pillow's, put into the container of the film.

Pictures are lossless. At a scale of 4 lossy ones of good quality are hardly smaller, because the edges of
enlarged pixels are what a lossy code is bad at.
"""

import io
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import StudioError

MOST_BYTES = 2**32 - 10  # the whole file, whose length is a number of 32 bits
_ANIMATED = 0x02
_OVERWRITE = 0x02  # a frame replaces what is below it


@contextmanager
def write(
    file: IO[bytes], height: int, width: int, fps: float, scale: int, loop: bool
) -> Iterator[Callable[[NDArray[np.uint8]], None]]:
    """Gives what adds a frame, (height, width, 3) uint8. Durations are whole ms that add up to the film's."""
    tall, wide = height * scale, width * scale
    file.write(b"RIFF\0\0\0\0WEBP")
    _chunk(file, b"VP8X", struct.pack("<I", _ANIMATED) + _three(wide - 1) + _three(tall - 1))
    _chunk(file, b"ANIM", b"\xff\xff\xff\xff" + struct.pack("<H", 0 if loop else 1))
    count = 0

    def add(frame: NDArray[np.uint8]) -> None:
        nonlocal count
        if file.tell() + 4 * tall * wide > MOST_BYTES:  # more than a lossless frame of noise comes to
            raise StudioError(
                f"The film would be larger than {MOST_BYTES / 2**30:.0f} GiB, where WebP ends. "
                "Lower the scale or the length, or write .mp4."
            )
        duration = round((count + 1) * 1000 / fps) - round(count * 1000 / fps)
        still = io.BytesIO()
        picture = Image.fromarray(frame).resize((wide, tall), Image.Resampling.NEAREST)
        picture.save(still, "WEBP", lossless=True, quality=50, method=1)
        place = _three(0) + _three(0) + _three(wide - 1) + _three(tall - 1)
        _chunk(file, b"ANMF", place + _three(duration) + bytes([_OVERWRITE]) + _pixels(still.getvalue()))
        count += 1

    yield add
    length = file.tell()
    file.seek(4)
    file.write(struct.pack("<I", length - 8))
    file.seek(length)


def _pixels(still: bytes) -> bytes:
    """The chunk of a still WebP that holds the picture, with its header."""
    place = 12
    while still[place : place + 4] not in (b"VP8L", b"VP8 "):
        (length,) = struct.unpack_from("<I", still, place + 4)
        place += 8 + length + length % 2
    (length,) = struct.unpack_from("<I", still, place + 4)
    return still[place : place + 8 + length + length % 2]


def _chunk(file: IO[bytes], name: bytes, data: bytes) -> None:
    file.write(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2))


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")

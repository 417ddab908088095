"""How a picture becomes square."""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Crop = Literal["center", "celeba", "pad", "stretch"]
Color = Literal["rgb", "grey"]

# The usual face crop of an aligned CelebA picture (178 x 218): 128 x 128 around (89, 121).
_CELEBA_WIDTH, _CELEBA_HEIGHT = 178, 218
_FACE_X, _FACE_Y, _FACE_SIDE = 89, 121, 128


def square(picture: Image.Image, size: int, crop: str, color: str) -> NDArray[np.uint8]:
    """The picture as (size, size, 3) or, for "grey", (size, size, 1) uint8.

    Resampling is bicubic with antialiasing. `center` is torchvision's Resize(size) and CenterCrop(size), but
    done in one pass over the part that is kept.
    """
    if crop == "pad":
        made = _pad(picture, size)
    else:
        box = _box(picture.size, size, crop)
        made = picture.resize((size, size), Image.Resampling.BICUBIC, box, reducing_gap=3.0)
    pixels = np.asarray(made if color == "rgb" else made.convert("L"))
    return pixels.reshape(size, size, -1)


def least_side(size: int, crop: str) -> int:
    """The shorter side below which a picture has too few pixels for `size`: what decoding must keep."""
    if crop == "celeba":
        return math.ceil(size * _CELEBA_HEIGHT / _FACE_SIDE)
    return size


def _box(shape: tuple[int, int], size: int, crop: str) -> tuple[float, float, float, float]:
    """The part of the picture that is kept, as left, top, right, bottom."""
    width, height = shape
    if crop == "stretch":
        return 0, 0, width, height
    if crop == "celeba":
        scale = min(width / _CELEBA_WIDTH, height / _CELEBA_HEIGHT)
        side = _FACE_SIDE * scale
        left = width * _FACE_X / _CELEBA_WIDTH - side / 2
        top = height * _FACE_Y / _CELEBA_HEIGHT - side / 2
        return left, top, left + side, top + side
    shorter = min(shape)
    cuts = []
    for length in shape:
        resized = size * length // shorter
        first = round((resized - size) / 2)
        cuts.append((first * length / resized, (first + size) * length / resized))
    return cuts[0][0], cuts[1][0], cuts[0][1], cuts[1][1]


def _pad(picture: Image.Image, size: int) -> Image.Image:
    """The whole picture in the middle, the rest in the mean colour of the two edges that it touches."""
    scale = size / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    whole = picture.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=3.0)
    pixels = np.asarray(whole)
    edges = pixels[:, [0, -1]] if width < height else pixels[[0, -1]]
    red, green, blue = edges.reshape(-1, 3).mean(axis=0).round().astype(int).tolist()
    made = Image.new("RGB", (size, size), (red, green, blue))
    made.paste(whole, ((size - width) // 2, (size - height) // 2))
    return made

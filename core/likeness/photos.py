"""A person's own picture: opened as the training pictures are, and cut to what a generator draws."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.data.decode import decode
from core.data.listing import LARGEST_FILE, BadPicture
from core.errors import SourceError
from core.ordinary_file import open_ordinary
from core.plain_text import plain

# What a file of a picture may be called; what is in it is seen when it is opened.
SUFFIXES = (
    ".jpg",
    ".jpeg",
    ".png",
    ".webp",
    ".avif",
    ".bmp",
    ".gif",
    ".tif",
    ".tiff",
    ".jp2",
    ".tga",
    ".ppm",
    ".qoi",
    ".ico",
)
LONGEST_SIDE = 1024  # more would not be seen in a square of at most a few hundred pixels


@dataclass(frozen=True, slots=True)
class Square:
    """The part of a picture that is kept, in pixels; all of it lies inside."""

    left: float
    top: float
    side: float


def open_photo(path: Path) -> NDArray[np.uint8]:
    """The picture in a file, (h, w, 3) uint8, upright, on white where transparent, at most 1,024 px long.

    Raises SourceError with the reason.
    """
    try:
        with open_ordinary(path) as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise BadPicture(f"it is larger than {LARGEST_FILE >> 20} MiB")
        picture = decode(data, LONGEST_SIDE)
    except (BadPicture, OSError) as error:
        reason = error.strerror or error if isinstance(error, OSError) else error
        raise SourceError(
            f"{plain(path.name, 200)} cannot be used: {reason}. Choose another picture."
        ) from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def middle(photo: NDArray[np.uint8]) -> Square:
    """The largest square in the middle."""
    height, width = photo.shape[:2]
    side = min(height, width)
    return Square((width - side) / 2, (height - side) / 2, side)


def cut(photo: NDArray[np.uint8], part: Square, size: int, channels: int = 3) -> NDArray[np.uint8]:
    """That part at the size of a generator's pictures, (size, size, 3) uint8; grey if it draws one channel.

    Resampled as `core.data.crops.square` does for training pictures.
    """
    box = (part.left, part.top, part.left + part.side, part.top + part.side)
    made = Image.fromarray(photo).resize((size, size), Image.Resampling.BICUBIC, box, reducing_gap=3.0)
    return np.asarray(made if channels == 3 else made.convert("L").convert("RGB"))

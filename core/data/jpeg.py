"""Ordinary JPEGs, as nearly all pictures of large sets are: in half of Pillow's time, to the same pixels."""

import simplejpeg
from PIL import Image

# A decoder's own scales that it computes fast; it has others, which Pillow would not choose.
_SCALES = (8, 4, 2)


def ordinary_jpeg(data: bytes, least_side: float, smallest: int, most_pixels: int) -> Image.Image | None:
    """The picture in mode RGB, or None where more must be known about it: then Pillow decides.

    It may come at a half, a quarter or an eighth of its size, its shorter side at least `least_side`. Left to
    Pillow is what is no JPEG, has EXIF (which may say how to turn it) or other colours than YCbCr or grey, is
    damaged in the least, has a side under `smallest` or more than `most_pixels`.
    """
    if not data.startswith(b"\xff\xd8\xff") or b"Exif\0\0" in data:
        return None
    try:
        height, width, colors, _ = simplejpeg.decode_jpeg_header(data)
        small, large = min(width, height) < smallest, width * height > most_pixels
        if small or large or colors not in ("YCbCr", "Gray"):
            return None
        scale = next((each for each in _SCALES if min(width, height) // each >= least_side), 1)
        pixels = simplejpeg.decode_jpeg(data, min_height=-(-height // scale), min_width=-(-width // scale))
    except ValueError:
        return None
    return Image.fromarray(pixels)

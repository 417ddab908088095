"""The fast way with JPEGs gives Pillow's pixels, and leaves to Pillow what it is not sure of."""

import io

import numpy as np
import pytest
from PIL import Image

from core.data.jpeg import ordinary_jpeg
from tests.core.data.test_decode import NOISE, QUARTERS, saved, turned


def fast(data: bytes, least_side: float = 1000) -> Image.Image | None:
    return ordinary_jpeg(data, least_side, smallest=16, most_pixels=50_000_000)


@pytest.mark.parametrize(
    "options", [{"quality": 95}, {"quality": 40, "subsampling": 2}, {"progressive": True}]
)
@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("least_side", [1000, 60, 31, 9])
def test_pixels_are_those_of_pillow(options: dict[str, int], mode: str, least_side: int) -> None:
    picture = NOISE.resize((179, 131), Image.Resampling.BICUBIC).convert(mode)
    data = saved(picture, "JPEG", **options)
    made = fast(data, least_side)
    assert made is not None
    expected = Image.open(io.BytesIO(data))
    scale = {1000: 1, 60: 2, 31: 4, 9: 8}[least_side]
    expected.draft(None, (179 // scale, 131 // scale))
    assert made.size == expected.size
    assert made.mode == "RGB"
    assert np.array_equal(np.asarray(made), np.asarray(expected.convert("RGB")))


@pytest.mark.parametrize(
    "data",
    [
        turned(6),
        saved(QUARTERS.convert("CMYK"), "JPEG"),
        saved(QUARTERS, "PNG"),
        saved(NOISE, "JPEG")[:-200],
        saved(Image.new("RGB", (15, 400)), "JPEG"),
        saved(Image.new("L", (10_000, 6_000)), "JPEG")[:700],
        b"",
        b"\xff\xd8\xff" + bytes(100),
    ],
    ids=["exif", "cmyk", "png", "cut off", "narrow", "60 megapixels", "empty", "zeros"],
)
def test_what_needs_a_closer_look_is_left_to_pillow(data: bytes) -> None:
    assert fast(data) is None

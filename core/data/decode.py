"""One picture file's bytes to RGB pixels, as a viewer would show it. The only place that decodes."""

import io
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from core.data.jpeg import ordinary_jpeg
from core.data.listing import BadPicture

MOST_PIXELS = 50_000_000
LEAST_SIDE = 16
# A JPEG is decoded to no less than that times what is asked, to leave the last step to a better filter than
# the decoder's. 178 pixels, decoded to 89 and then resized to 64, are on the mean .6 of 255 beside a full
# decoding (bilinear instead of bicubic makes 1.1), in two thirds of the time; to the size itself, 1.7.
OVER = 1.25

# Formats that hold one picture and are read by Pillow itself. EPS would start Ghostscript, WMF works on
# Windows alone, MPEG and the scientific formats are stubs that cannot load.
_FORMATS = (
    "AVIF",
    "BMP",
    "DDS",
    "DIB",
    "GIF",
    "ICNS",
    "ICO",
    "JPEG",
    "JPEG2000",
    "PCX",
    "PNG",
    "PPM",
    "QOI",
    "SGI",
    "SUN",
    "TGA",
    "TIFF",
    "WEBP",
    "XBM",
)

_ROTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode(data: bytes, least_side: int | None = None) -> Image.Image:
    """The picture in a file, mode RGB, upright, on white where it is transparent; the first one of several.

    With `least_side`, a JPEG may come at a half, a quarter or an eighth of its size, as that is much faster;
    its shorter side does not fall below OVER times `least_side` by that.
    Raises BadPicture with the reason.
    """
    if not data:
        raise BadPicture("it is empty")
    if least_side is not None:
        ordinary = ordinary_jpeg(data, OVER * least_side, LEAST_SIDE, MOST_PIXELS)
        if ordinary is not None:
            return ordinary
    # Pillow warns of odd metadata and of large pictures: the first is harmless, the second checked below.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = _open(data)
        try:
            return _load(picture, least_side)
        except BadPicture:
            raise
        except MemoryError:
            raise BadPicture("there is not enough memory to decode it") from None
        except Exception as error:  # Pillow's plug-ins raise SyntaxError, KeyError, struct.error, anything
            raise BadPicture(f"it is damaged or cut off ({_first_line(error)})") from None


def _open(data: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    except UnidentifiedImageError:
        raise BadPicture("it is no picture in a format that can be read") from None
    except Image.DecompressionBombError:
        raise BadPicture("it has more than 50 megapixels") from None
    except Exception as error:
        raise BadPicture(f"it is damaged or cut off ({_first_line(error)})") from None
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise BadPicture(f"it has {width * height / 1e6:.0f} megapixels, more than 50")
    if min(width, height) < LEAST_SIDE:
        raise BadPicture(f"it is {width} x {height} pixels, under {LEAST_SIDE}")
    return picture


def _load(picture: Image.Image, least_side: int | None) -> Image.Image:
    if least_side is not None and picture.format in ("JPEG", "MPO"):
        scale = OVER * least_side / min(picture.size)
        picture.draft("RGB", (int(np.ceil(picture.width * scale)), int(np.ceil(picture.height * scale))))
    picture.load()
    rgb = _to_rgb(picture)
    rotation = _ROTATIONS.get(_orientation(picture))
    return rgb.transpose(rotation) if rotation is not None else rgb


def _orientation(picture: Image.Image) -> int:
    """EXIF's orientation, 1 .. 8. To be asked after loading: TIFF turns itself and then says 1."""
    try:
        value = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # a damaged EXIF block is no reason to refuse sound pixels
        return 1
    return value if isinstance(value, int) else 1


def _to_rgb(picture: Image.Image) -> Image.Image:
    mode = picture.mode
    if mode == "I" or mode == "F" or mode.startswith("I;16"):
        return Image.fromarray(_to_eight_bits(picture)).convert("RGB")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        if layer.getchannel("A").getextrema() != (255, 255):
            return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
        return layer.convert("RGB")
    return picture if mode == "RGB" else picture.convert("RGB")


def _to_eight_bits(picture: Image.Image) -> NDArray[np.uint8]:
    """Grey values of more than 8 bits, or floating point, as (height, width) uint8."""
    values: NDArray[Any] = np.asarray(picture)
    white = _white(picture, values)
    if white is not None:
        scaled = np.nan_to_num(values.astype(np.float32) * np.float32(255 / white), nan=0)
        grey: NDArray[np.uint8] = scaled.round().clip(0, 255).astype(np.uint8)
    else:
        grey = _stretch(values)
    # TIFF may count from white to black (PhotometricInterpretation 0), which Pillow undoes for 8 bits only.
    inverted = picture.mode.startswith("I;16") and _tiff_tag(picture, 262) == 0
    return ~grey if inverted else grey


def _tiff_tag(picture: Image.Image, number: int) -> object:
    return picture.tag_v2.get(number) if isinstance(picture, TiffImageFile) else None


def _white(picture: Image.Image, values: NDArray[Any]) -> float | None:
    """The value that means white, or None where the file's kind does not say."""
    if picture.mode.startswith("I;16"):
        return 4095.0 if _tiff_tag(picture, 258) == (12,) else 65535.0
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        raise BadPicture("it holds no finite number")
    low, high = float(finite.min()), float(finite.max())
    if low < 0:
        return None
    if picture.mode == "I":
        return 65535.0 if high <= 65535 else None
    return 1.0 if high <= 1 else 255.0 if high <= 255 else None


def _stretch(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Lowest finite value to black, highest to white; what is not a number becomes black."""
    numbers = np.asarray(values, np.float64)
    known = np.isfinite(numbers)
    low, high = numbers[known].min(), numbers[known].max()
    if high == low:
        return np.full(numbers.shape, 128, np.uint8)
    scaled = (np.where(known, numbers, low) - low) / (high - low)
    return np.asarray((scaled * 255).round(), np.uint8)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120]

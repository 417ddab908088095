"""A zoo of odd files, each made here: what must come out right, and what must be refused with its reason."""

import contextlib
import io
import random
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, features

from core.data.decode import OVER, decode
from core.data.listing import BadPicture

RED, GREEN, BLUE, YELLOW = (230, 20, 20), (20, 200, 20), (20, 20, 230), (230, 230, 20)
WHITE, BLACK = (255, 255, 255), (0, 0, 0)

# Four quarters: red, green / blue, yellow. Wider than high, so that a turn shows in the size as well.
QUARTERS = Image.new("RGB", (96, 64))
for place, colour in (((0, 0), RED), ((48, 0), GREEN), ((0, 32), BLUE), ((48, 32), YELLOW)):
    QUARTERS.paste(colour, (*place, place[0] + 48, place[1] + 32))


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def turned(orientation: int, kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(QUARTERS, kind, exif=exif, **({"quality": 95} if kind == "JPEG" else {}))


def png(width: int, height: int, bits: int, kind: int, rows: bytes, *extra: bytes) -> bytes:
    """A PNG by hand, for what Pillow does not write. kind: 0 grey, 2 RGB, 4 grey + alpha, 6 RGBA."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    parts = [chunk(b"IHDR", header), *extra, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def deep_png(kind: int, *pixel: int) -> bytes:
    """32 x 32 pixels of 16 bits a channel, all alike."""
    row = b"\0" + struct.pack(f">{len(pixel)}H", *pixel) * 32
    return png(32, 32, 16, kind, row * 32)


def tiff(width: int, height: int, bits: int, data: bytes, *, inverted: bool = False, kind: int = 1) -> bytes:
    """A one-channel TIFF by hand, in one strip. kind: 1 unsigned, 2 signed, 3 float."""
    tags = [
        (256, 4, width), (257, 4, height), (258, 3, bits), (259, 3, 1), (262, 3, 0 if inverted else 1),
        (273, 4, 8), (277, 3, 1), (278, 4, height), (279, 4, len(data)), (339, 3, kind),
    ]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, form, 1, value) for tag, form, value in tags)
    return (
        struct.pack("<2sHI", b"II", 42, 8 + len(data))
        + data
        + struct.pack("<H", len(tags))
        + entries
        + bytes(4)
    )


def grey_ramp(dtype: str, values: list[float]) -> bytes:
    """Rows of 32 pixels, eight rows for each value."""
    return np.repeat(np.array(values, dtype), 8 * 32).tobytes()


def measured(dtype: str, *values: float) -> bytes:
    """A TIFF of four bands of eight rows, one number each."""
    kind = {"u": 1, "i": 2, "f": 3}[dtype[1]]
    return tiff(32, 32, 8 * int(dtype[2]), grey_ramp(dtype, list(values)), kind=kind)


def palette(transparent: object = None) -> bytes:
    picture = QUARTERS.quantize(4)
    return saved(picture, "PNG", **({} if transparent is None else {"transparency": transparent}))


def see_through(mode: str, kind: str = "PNG") -> bytes:
    """Left half opaque, right half wholly transparent over hidden colours."""
    picture = QUARTERS.convert("RGBA")
    picture.putalpha(Image.new("L", (96, 64)).point(lambda _: 0))
    picture.paste(QUARTERS.crop((0, 0, 48, 64)).convert("RGBA"), (0, 0))
    return saved(picture.convert(mode), kind, **({"lossless": True} if kind == "WEBP" else {}))


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", QUARTERS.size, colour) for colour in (WHITE, BLACK)]
    return saved(QUARTERS, kind, save_all=True, append_images=frames)


def blink() -> Image.Image:
    """One bit a pixel: left half white."""
    picture = Image.new("1", (64, 32))
    picture.paste(1, (0, 0, 32, 32))
    return picture


def colours(*expected: tuple[int, int, int], tolerance: int = 40) -> Callable[[Image.Image], None]:
    """The centres of the four quarters, row by row."""

    def check(picture: Image.Image) -> None:
        w, h = picture.size
        for at, wanted in zip(((1, 1), (3, 1), (1, 3), (3, 3)), expected, strict=True):
            found = picture.getpixel((w * at[0] // 4, h * at[1] // 4))
            assert np.abs(np.subtract(found, wanted)).max() <= tolerance, (at, found, wanted)

    return check


def rows(*expected: int) -> Callable[[Image.Image], None]:
    """Grey values, eight rows each."""

    def check(picture: Image.Image) -> None:
        pixels = np.asarray(picture)
        assert np.ptp(pixels, axis=2).max() == 0
        assert pixels[4::8, 5, 0].tolist() == list(expected)

    return check


def all_of(*expected: int) -> Callable[[Image.Image], None]:
    def check(picture: Image.Image) -> None:
        assert np.abs(np.asarray(picture, np.int16) - expected).max() <= 1

    return check


PLAIN = colours(RED, GREEN, BLUE, YELLOW)
HALF_HIDDEN = colours(RED, WHITE, BLUE, WHITE)
HALF_WHITE = colours(WHITE, BLACK, WHITE, BLACK)
SIXTEEN = grey_ramp("<u2", [0, 2570, 51400, 65535])
SIXTEEN_SWAPPED = grey_ramp(">u2", [0, 2570, 51400, 65535])
GREYS = colours((83,) * 3, (126,) * 3, (44,) * 3, (206,) * 3)
NOISE = Image.frombytes("RGB", (64, 64), random.Random(0).randbytes(64 * 64 * 3))

RIGHT: dict[str, tuple[Callable[[], bytes], Callable[[Image.Image], None]]] = {
    "png": (lambda: saved(QUARTERS, "PNG"), PLAIN),
    "png without its end": (lambda: saved(QUARTERS, "PNG")[:-12], PLAIN),
    "png palette": (palette, PLAIN),
    "png palette, one colour transparent": (
        lambda: palette(QUARTERS.quantize(4).getpixel((1, 1))),
        colours(WHITE, GREEN, BLUE, YELLOW),
    ),
    "png palette, alpha by colour": (lambda: palette(bytes(4)), colours(WHITE, WHITE, WHITE, WHITE)),
    "png 1 bit": (lambda: saved(blink(), "PNG"), HALF_WHITE),
    "png 2 bits grey": (lambda: png(32, 32, 2, 0, (b"\0" + b"\x55" * 8) * 32), all_of(85, 85, 85)),
    "png grey": (lambda: saved(QUARTERS.convert("L"), "PNG"), GREYS),
    "png grey and alpha": (lambda: see_through("LA"), colours((83,) * 3, WHITE, (44,) * 3, WHITE)),
    "png rgb and alpha": (lambda: see_through("RGBA"), HALF_HIDDEN),
    "png half transparent": (lambda: deep_png(6, 0, 0, 0, 32896), all_of(127, 127, 127)),
    "png with a transparent colour": (
        lambda: saved(QUARTERS, "PNG", transparency=GREEN),
        colours(RED, WHITE, BLUE, YELLOW),
    ),
    "png 16 bits grey": (lambda: deep_png(0, 257 * 100), all_of(100, 100, 100)),
    "png 16 bits grey, bright": (lambda: deep_png(0, 65535), all_of(255, 255, 255)),
    "png 16 bits rgb": (lambda: deep_png(2, 65535, 257 * 100, 0), all_of(255, 100, 0)),
    "png 16 bits grey and alpha": (lambda: deep_png(4, 0, 0), all_of(255, 255, 255)),
    "png 16 bits rgb and alpha": (lambda: deep_png(6, 0, 65535, 0, 65535), all_of(0, 255, 0)),
    "png with EXIF": (lambda: turned(3, "PNG"), colours(YELLOW, BLUE, GREEN, RED)),
    "png animated": (lambda: animated("PNG"), PLAIN),
    "jpeg": (lambda: saved(QUARTERS, "JPEG", quality=95), PLAIN),
    "jpeg progressive": (lambda: saved(QUARTERS, "JPEG", progressive=True), PLAIN),
    "jpeg grey": (lambda: saved(blink().convert("L"), "JPEG"), HALF_WHITE),
    "jpeg cmyk": (lambda: saved(QUARTERS.convert("CMYK"), "JPEG", quality=95), PLAIN),
    "jpeg and more after its end": (lambda: saved(QUARTERS, "JPEG") + b"more" * 100, PLAIN),
    "jpeg mirrored": (lambda: turned(2), colours(GREEN, RED, YELLOW, BLUE)),
    "jpeg upside down": (lambda: turned(3), colours(YELLOW, BLUE, GREEN, RED)),
    "jpeg flipped": (lambda: turned(4), colours(BLUE, YELLOW, RED, GREEN)),
    "jpeg transposed": (lambda: turned(5), colours(RED, BLUE, GREEN, YELLOW)),
    "jpeg turned right": (lambda: turned(6), colours(BLUE, RED, YELLOW, GREEN)),
    "jpeg transversed": (lambda: turned(7), colours(YELLOW, GREEN, BLUE, RED)),
    "jpeg turned left": (lambda: turned(8), colours(GREEN, YELLOW, RED, BLUE)),
    "jpeg with an orientation of 99": (lambda: turned(99), PLAIN),
    "jpeg with damaged EXIF": (lambda: saved(QUARTERS, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"), PLAIN),
    "mpo of two pictures": (lambda: animated("MPO"), PLAIN),
    "gif": (lambda: saved(QUARTERS, "GIF"), PLAIN),
    "gif animated": (lambda: animated("GIF"), PLAIN),
    "gif transparent": (lambda: see_through("RGBA", "GIF"), HALF_HIDDEN),
    "webp": (lambda: saved(QUARTERS, "WEBP", quality=95), PLAIN),
    "webp transparent": (lambda: see_through("RGBA", "WEBP"), HALF_HIDDEN),
    "webp animated": (lambda: animated("WEBP"), PLAIN),
    "tiff": (lambda: saved(QUARTERS, "TIFF"), PLAIN),
    "tiff compressed": (lambda: saved(QUARTERS, "TIFF", compression="tiff_lzw"), PLAIN),
    "tiff of many pages": (lambda: animated("TIFF"), PLAIN),
    "tiff cmyk": (lambda: saved(QUARTERS.convert("CMYK"), "TIFF"), PLAIN),
    "tiff fax": (lambda: saved(blink(), "TIFF", compression="group4"), HALF_WHITE),
    "tiff turned right": (lambda: turned(6, "TIFF"), colours(BLUE, RED, YELLOW, GREEN)),
    "tiff 16 bits": (lambda: tiff(32, 32, 16, SIXTEEN), rows(0, 10, 200, 255)),
    "tiff 16 bits, white first": (lambda: tiff(32, 32, 16, SIXTEEN, inverted=True), rows(255, 245, 55, 0)),
    "tiff 16 bits big-endian": (
        lambda: saved(Image.frombytes("I;16B", (32, 32), SIXTEEN_SWAPPED), "TIFF"),
        rows(0, 10, 200, 255),
    ),
    "tiff 12 bits": (lambda: tiff(32, 32, 12, b"\xff\xff\xff" * (16 * 32)), all_of(255, 255, 255)),
    "tiff 16 bits signed": (lambda: measured("<i2", -100, 0, 0, 100), rows(0, 128, 128, 255)),
    "tiff 32 bits": (lambda: measured("<i4", 0, 2570, 51400, 65535), rows(0, 10, 200, 255)),
    "tiff 32 bits, large": (lambda: measured("<i4", 0, 10**8, 10**9, 10**9), rows(0, 26, 255, 255)),
    "tiff float 0 to 1": (lambda: measured("<f4", 0, 0.25, 0.5, 1), rows(0, 64, 128, 255)),
    "tiff float 0 to 255": (lambda: measured("<f4", 0, 10, 128, 200), rows(0, 10, 128, 200)),
    "tiff float, any range": (lambda: measured("<f4", -500, 0, 500, np.nan), rows(0, 128, 255, 0)),
    "tiff float, infinite": (lambda: measured("<f4", -1, np.inf, 0, 1), rows(0, 0, 128, 255)),
    "tiff float, constant": (lambda: measured("<f4", *[9000] * 4), rows(128, 128, 128, 128)),
    "bmp": (lambda: saved(QUARTERS, "BMP"), PLAIN),
    "tga": (lambda: saved(QUARTERS, "TGA"), PLAIN),
    "pcx": (lambda: saved(QUARTERS, "PCX"), PLAIN),
    "ppm": (lambda: saved(QUARTERS, "PPM"), PLAIN),
    "pgm 16 bits": (lambda: b"P5 32 32 65535\n" + SIXTEEN_SWAPPED, rows(0, 10, 200, 255)),
    "pbm": (lambda: saved(blink(), "PPM"), HALF_WHITE),
    "pfm": (lambda: b"Pf\n32 32\n-1.0\n" + grey_ramp("<f4", [0, 0.25, 0.5, 1]), rows(255, 128, 64, 0)),
    "sgi": (lambda: saved(QUARTERS, "SGI"), PLAIN),
    "ico": (lambda: saved(QUARTERS.resize((64, 64)), "ICO"), PLAIN),
}  # fmt: skip
if features.check("jpg_2000"):
    RIGHT["jpeg 2000"] = (lambda: saved(QUARTERS, "JPEG2000"), PLAIN)
if features.check("avif"):
    RIGHT["avif"] = (lambda: saved(QUARTERS, "AVIF", quality=90), PLAIN)


@pytest.mark.parametrize("side", [None, 1000])  # as it is, and as pictures are prepared
@pytest.mark.parametrize("name", RIGHT)
def test_comes_out_as_a_viewer_shows_it(name: str, side: int | None) -> None:
    make, check = RIGHT[name]
    picture = decode(make(), side)
    assert picture.mode == "RGB"
    check(picture)


def bare_header(width: int, height: int) -> bytes:
    """A PNG whose size is known and whose pixels are missing: what is refused was not decoded."""
    return png(width, height, 1, 0, b"")[:60]


WRONG: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "empty"),
    "one byte": (lambda: b"\xff", "no picture"),
    "text": (lambda: b"no picture at all\n" * 100, "no picture"),
    "html": (lambda: b"<!doctype html><html><body>404</body></html>", "no picture"),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "no picture"),
    "pdf": (lambda: b"%PDF-1.7\n" + bytes(500), "no picture"),
    "eps": (lambda: saved(QUARTERS, "EPS"), "no picture"),
    "psd": (lambda: b"8BPS\0\1" + bytes(500), "no picture"),
    "wmf": (lambda: b"\xd7\xcd\xc6\x9a\0\0" + bytes(500), "no picture"),
    "mp4": (lambda: b"\0\0\0\x18ftypmp42" + bytes(500), "no picture"),
    "zip": (lambda: b"PK\3\4" + bytes(500), "no picture"),
    "pickle": (lambda: b"\x80\4\x95" + bytes(500), "no picture"),
    "noise": (lambda: random.Random(5).randbytes(5000), "no picture"),
    "zeros": (lambda: bytes(5000), "no picture"),
    "jpeg, cut off": (lambda: saved(NOISE, "JPEG")[:-200], "damaged or cut off"),
    "jpeg, header only": (lambda: saved(QUARTERS, "JPEG")[:30], "damaged|no picture"),
    "jpeg, first bytes": (lambda: saved(QUARTERS, "JPEG")[:3], "damaged|no picture"),
    "png, cut off": (lambda: saved(NOISE, "PNG")[:-40], "damaged or cut off"),
    "png, a bit flipped": (lambda: flipped(saved(NOISE, "PNG"), 60), "damaged or cut off"),
    "gif, cut off": (lambda: saved(NOISE, "GIF")[:-60], "damaged or cut off"),
    "webp, cut off": (lambda: saved(NOISE, "WEBP", lossless=True)[:-20], "damaged|no picture"),
    "tiff, cut off": (lambda: tiff(32, 32, 16, SIXTEEN)[:-60], "damaged|no picture"),
    "tiff, no pixels": (lambda: tiff(32, 32, 16, b""), "damaged or cut off"),
    "bmp, cut off": (lambda: saved(NOISE, "BMP")[:-3000], "damaged or cut off"),
    "ppm, cut off": (lambda: saved(NOISE, "PPM")[:-3000], "damaged or cut off"),
    "tiff of nothing but NaN": (lambda: measured("<f4", *[np.nan] * 4), "no finite"),
    "1 x 1": (lambda: saved(Image.new("RGB", (1, 1)), "PNG"), "1 x 1 pixels, under 16"),
    "15 x 400": (lambda: saved(Image.new("RGB", (15, 400)), "JPEG"), "15 x 400 pixels, under 16"),
    "51 megapixels": (lambda: bare_header(8500, 6000), "51 megapixels, more than 50"),
    "100 megapixels": (lambda: bare_header(10_000, 10_000), "100 megapixels, more than 50"),
    "10 gigapixels": (lambda: bare_header(100_000, 100_000), "more than 50 megapixels"),
    "jpeg of 60 megapixels": (lambda: saved(Image.new("L", (10_000, 6_000)), "JPEG")[:700], "60 megapixels"),
}  # fmt: skip


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


@pytest.mark.parametrize("side", [None, 1000])
@pytest.mark.parametrize("name", WRONG)
def test_is_refused_with_its_reason(name: str, side: int | None) -> None:
    make, reason = WRONG[name]
    with pytest.raises(BadPicture, match=reason) as refused:
        decode(make(), side)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


def test_exactly_50_megapixels_and_16_pixels_are_taken() -> None:
    with pytest.raises(
        BadPicture, match="damaged or cut off"
    ):  # its size is accepted, its pixels are missing
        decode(bare_header(8000, 6250))
    assert decode(saved(Image.new("RGB", (16, 16)), "PNG")).size == (16, 16)


def test_damage_of_any_kind_is_a_reason_and_never_a_crash() -> None:
    chance = random.Random(0)
    for name, (make, _) in RIGHT.items():
        data = make()
        for _ in range(8):
            damaged = bytearray(data[: chance.randrange(len(data))] if chance.random() < 0.4 else data)
            for _ in range(chance.randrange(1, 20)):
                if damaged:
                    damaged[chance.randrange(min(len(damaged), 600))] = chance.randrange(256)
            with contextlib.suppress(BadPicture):
                assert decode(bytes(damaged), 32).mode == "RGB", name


@pytest.mark.parametrize(
    "size", [(1000, 600), (600, 1000), (513, 700), (4000, 520), (300, 301), (64, 64), (20, 90)]
)
@pytest.mark.parametrize("side", [32, 64, 110, 256])
def test_a_jpeg_is_scaled_while_decoding_but_never_below_what_is_asked(
    size: tuple[int, int], side: int
) -> None:
    picture = decode(saved(QUARTERS.resize(size), "JPEG", quality=90), side)
    shorter = min(picture.size)
    assert shorter >= min(OVER * side, *size)
    assert shorter <= max(2 * OVER * side + 1, -(-min(size) // 8))
    PLAIN(picture)


def test_scaled_decoding_keeps_the_turn() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = decode(saved(QUARTERS.resize((960, 640)), "JPEG", exif=exif), 100)
    assert picture.size == (160, 240)
    colours(BLUE, RED, YELLOW, GREEN)(picture)

import numpy as np
import pytest
from PIL import Image
from torchvision.transforms import v2

from core.data.crops import least_side, square

SIZES = [(178, 218), (218, 178), (640, 480), (480, 641), (97, 300), (64, 64), (40, 40), (1000, 80)]


def smooth(width: int, height: int) -> Image.Image:
    """Soft blobs of colour: what a photograph is like at the scale of a few pixels."""
    seeds = np.random.default_rng(width * height).integers(0, 256, (9, 9, 3), np.uint8)
    return Image.fromarray(seeds).resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("side", [32, 64, 128])
def test_center_is_torchvisions_resize_and_center_crop(size: tuple[int, int], side: int) -> None:
    picture = smooth(*size)
    theirs = v2.Compose([v2.Resize(side, v2.InterpolationMode.BICUBIC, antialias=True), v2.CenterCrop(side)])
    ours = square(picture, side, "center", "rgb")
    difference = np.abs(np.subtract(ours, np.asarray(theirs(picture)), dtype=np.int16))
    assert difference[2:-2, 2:-2].max() <= 2  # at the edges ours does not look beyond the cut
    assert difference.mean() < 1


@pytest.mark.parametrize("scale", [1, 2, 0.5])
def test_celeba_cuts_the_usual_128_around_89_121(scale: float) -> None:
    picture = smooth(178, 218)
    face = picture.crop((89 - 64, 121 - 64, 89 + 64, 121 + 64)).resize((64, 64), Image.Resampling.BICUBIC)
    given = picture.resize((round(178 * scale), round(218 * scale)), Image.Resampling.BICUBIC)
    difference = np.subtract(square(given, 64, "celeba", "rgb"), np.asarray(face), dtype=np.int16)
    assert np.abs(difference).mean() < 3


@pytest.mark.parametrize("size", [*SIZES, (16, 1000), (1000, 16)])
@pytest.mark.parametrize("crop", ["center", "celeba", "pad", "stretch"])
@pytest.mark.parametrize("color", ["rgb", "grey"])
def test_whatever_the_shape_a_square_comes_out(size: tuple[int, int], crop: str, color: str) -> None:
    pixels = square(Image.new("RGB", size, (10, 120, 230)), 32, crop, color)
    assert pixels.shape == (32, 32, 3 if color == "rgb" else 1)
    assert pixels.dtype == np.uint8
    assert np.ptp(pixels, axis=(0, 1)).max() == 0  # nothing from outside the picture came in


def test_pad_keeps_the_whole_picture_and_fills_with_its_edges_colour() -> None:
    picture = Image.new("RGB", (100, 50), (200, 0, 0))
    picture.paste((0, 0, 100), (0, 0, 100, 10))  # top edge blue, bottom edge red
    pixels = square(picture, 64, "pad", "rgb")
    assert pixels[0, 0].tolist() == pixels[63, 63].tolist() == [100, 0, 50]
    assert pixels[17, 32].tolist() == [0, 0, 100]
    assert pixels[46, 32].tolist() == [200, 0, 0]
    turned = square(picture.transpose(Image.Transpose.ROTATE_90), 64, "pad", "rgb")
    assert turned[0, 0].tolist() == [100, 0, 50]


def test_stretch_shows_every_corner() -> None:
    picture = Image.new("RGB", (200, 50), (0, 0, 0))
    picture.paste((255, 255, 255), (150, 0, 200, 50))
    pixels = square(picture, 32, "stretch", "grey")
    assert pixels[:, :22].max() < 30
    assert pixels[:, 26:].min() > 225


def test_grey_is_luminance() -> None:
    assert square(Image.new("RGB", (32, 32), (0, 255, 0)), 32, "center", "grey")[0, 0, 0] == 150


@pytest.mark.parametrize("size", [(178, 218), (400, 218), (178, 700), (218, 178)])
def test_decoding_keeps_enough_pixels_for_the_face(size: tuple[int, int]) -> None:
    """A JPEG of which just `least_side` is kept still has a face crop of at least the size asked."""
    kept = least_side(64, "celeba")
    scale = kept / min(size)
    box = 128 * min(size[0] * scale / 178, size[1] * scale / 218)
    assert box >= 64

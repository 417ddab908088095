"""The picture files that both sides begin with: a folder as ImageFolder wants it, of ordinary files."""

import io
import os
import shutil
from pathlib import Path

from PIL import Image

from core.data.cartoons import Cartoons
from core.data.decode import decode
from core.data.listing import BadPicture, Source
from core.data.watch import Progress, Watch
from core.errors import SourceError

WIDTH, HEIGHT = 178, 218  # of CelebA's aligned pictures
QUALITY = 92  # makes them about as many bytes as CelebA's, 9 KB
_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "BMP": ".bmp", "WEBP": ".webp", "PPM": ".ppm"}


def lay_out(source: Source, folder: Path, most: int, watch: Watch) -> int:
    """Write up to `most` of a source's pictures to folder/faces, each as it is; gives how many there are.

    Cartoons become JPEGs of CelebA's measures. What either side could not read is left out.
    Raises SourceError if fewer than two remain; Cancelled.
    """
    target = folder / "faces"
    target.mkdir(parents=True)
    listing = source.scan(watch)
    count = 0
    for number in range(listing.count):
        if count == most:
            break
        watch.report(Progress("Preparing", count, min(most, listing.count)))
        try:
            data = listing.batch(number, number + 1).read(0, HEIGHT)
            written, suffix = _as_file(data.data, drawn=isinstance(source, Cartoons))
        except (BadPicture, OSError):
            continue
        (target / f"{count:06d}{suffix}").write_bytes(written)
        count += 1
    if count < 2:
        raise SourceError(f"{source.name} holds no two pictures that a benchmark can use. Choose others.")
    return count


def multiply(folder: Path, target: Path, count: int) -> int:
    """Fill target/faces with `count` pictures, those of folder/faces over and over; gives how many.

    They are links to the same files where the disk has them, else copies.
    """
    files = sorted((folder / "faces").iterdir())
    (target / "faces").mkdir(parents=True)
    for number in range(count):
        original = files[number % len(files)]
        path = target / "faces" / f"{number:07d}{original.suffix}"
        try:
            os.link(original, path)
        except OSError:
            shutil.copyfile(original, path)
    return count


def _as_file(data: bytes, *, drawn: bool) -> tuple[bytes, str]:
    """The bytes to write and their suffix. Raises BadPicture."""
    picture = decode(data)
    if drawn:
        left = (picture.width - WIDTH) // 2
        jpeg = io.BytesIO()
        picture.crop((left, 0, left + WIDTH, picture.height)).save(jpeg, "JPEG", quality=QUALITY)
        return jpeg.getvalue(), ".jpg"
    with Image.open(io.BytesIO(data)) as opened:
        suffix = _SUFFIXES.get(opened.format or "")
    if suffix is None:
        raise BadPicture("ImageFolder does not read it")
    return data, suffix

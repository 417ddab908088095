"""Small pictures for the tests of this folder."""

import io
import random
from pathlib import Path

from PIL import Image


def picture_bytes(number: int, kind: str = "PNG", size: tuple[int, int] = (24, 20)) -> bytes:
    """A picture file that differs from every other number's."""
    noise = random.Random(number).randbytes(4 * 4 * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", (4, 4), noise).resize(size).save(file, kind)
    return file.getvalue()


def fill(folder: Path, *names: str) -> Path:
    """The folder with a picture under each name, sub-folders made as needed."""
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture_bytes(number))
    return folder

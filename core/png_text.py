"""A text out of a PNG, without decoding the picture: the file may come from a stranger."""

import struct
import zlib
from pathlib import Path
from typing import IO

from core.errors import StudioError

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 100_000  # before the text; a sheet of 200 megapixels has under 10,000


def read_text(path: Path, keyword: str, most_bytes: int) -> str | None:
    """The text with this keyword (Latin-1), from a tEXt, zTXt or iTXt chunk; None if the PNG has none.

    Of a text that is longer than `most_bytes`, stored or unpacked, nothing is kept.
    Raises StudioError if the file is no PNG, cannot be read, or is damaged at this place.
    """
    if not path.is_file():  # a pipe or a device would never end
        raise StudioError(f"{path} is not a file. Choose a PNG sheet.")
    try:
        with path.open("rb") as file:
            return _search(file, path.name, keyword.encode("latin-1"), most_bytes)
    except OSError as error:
        raise StudioError(f"{path} could not be read ({error.strerror}).") from error


def _search(file: IO[bytes], name: str, keyword: bytes, most: int) -> str | None:
    if file.read(8) != _SIGNATURE:
        raise StudioError(f"{name} is not a PNG picture. Choose a PNG sheet.")
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IEND":
            return None
        length, kind = struct.unpack(">I4s", head)
        if kind not in (b"tEXt", b"zTXt", b"iTXt") or length > most + 200:
            file.seek(length + 4, 1)
            continue
        data = file.read(length)
        if data.partition(b"\0")[0] != keyword:
            file.seek(4, 1)
            continue
        if file.read(4) != struct.pack(">I", zlib.crc32(kind + data)):
            raise StudioError(f"{name} is damaged: its notes cannot be read. Get it anew.")
        try:
            return _text(kind, data, most)
        except (ValueError, zlib.error):
            raise StudioError(f"{name} is damaged: its notes cannot be read. Get it anew.") from None
    return None


def _text(kind: bytes, data: bytes, most: int) -> str:
    """Raises ValueError or zlib.error."""
    rest = data.partition(b"\0")[2]
    if kind == b"tEXt":
        return rest.decode("latin-1")
    if kind == b"zTXt":
        return _unpacked(rest[1:], most).decode("latin-1")
    compressed, (_, _, value) = rest[:1] == b"\1", rest[2:].split(b"\0", 2)
    return (_unpacked(value, most) if compressed else value).decode("utf-8")


def _unpacked(data: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(data, most)
    if not unpacker.eof:
        raise ValueError("longer than it may be, or cut off")
    return text

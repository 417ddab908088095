"""The zip that torch writes since 1.6, held to that form: one folder of stored entries that fill the file.

Python's and torch's own readers forgive what follows, and disagree about it: bytes before, between and after
the entries, overlapping or doubled entries, local headers that contradict the directory, wrong checksums.
Layout: APPNOTE.TXT 6.3.10, sections 4.3 and 4.4.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from typing import IO

from core.foreign.refusal import Refusal, quoted

MAX_ENTRIES = 20_000
MAX_DIRECTORY = 8 * 2**20  # bytes
CHUNK = 2**20

# The bodies of the records, after their four bytes of signature.
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")

_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x1, 0x8, 0x800
_PARTS = re.compile(
    r"data\.pkl|version|byteorder|\.format_version|\.storage_alignment|\.data/serialization_id|data/\d{1,9}"
)
_TORCHSCRIPT = re.compile(r"constants\.pkl|constants/.*|code/.*|model\.json|attributes\.pkl")


@dataclass(frozen=True, slots=True)
class Span:
    """Where bytes lie in the file."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class _Entry:
    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    length: int
    header: int  # offset of the local header


def read_archive(file: IO[bytes], size: int) -> dict[str, Span]:
    """The entries of a torch archive by their names, without its folder: "data.pkl", "data/0"...

    Reads the whole file once for its checksums. Raises Refusal.
    """
    directory, count = _end(file, size)
    entries = _directory(file, directory, count)
    names = {entry.name: _split(entry.name) for entry in entries}
    for entry in entries:
        _check_plain(entry)
    if len({folder for folder, _ in names.values()}) > 1:
        raise Refusal("holds more than one archive in its zip; save the generator's state_dict() alone.")
    spans: dict[str, Span] = {}
    place = 0
    for entry in sorted(entries, key=lambda each: each.header):
        _, part = names[entry.name]
        if part in spans:
            raise Refusal(f"holds two entries named {quoted(part)}, which torch never writes.")
        if entry.header != place:
            raise Refusal(
                f"has {'overlapping' if entry.header < place else 'hidden bytes between its'} entries, "
                "which torch never writes."
            )
        start, place = _local(file, entry)
        spans[part] = Span(start, entry.length)
    if place != directory.start:
        raise Refusal(
            "has hidden bytes or overlapping entries before its directory, which torch never writes."
        )
    if "data.pkl" not in spans:
        raise Refusal(
            "is a zip, but not one that torch.save wrote: save the generator's state_dict() with it."
        )
    if "byteorder" in spans and _bytes(file, spans["byteorder"]) != b"little":
        raise Refusal("was written on a big-endian machine; save it again on another one.")
    return spans


def _end(file: IO[bytes], size: int) -> tuple[Span, int]:
    """Where the directory lies, and the number of its entries."""
    if size < _END.size:
        raise Refusal("is cut off: its zip has no end; copy or download it again.")
    file.seek(size - _END.size)
    signature, disk, start_disk, here, total, length, start, comment = _END.unpack(file.read(_END.size))
    if signature != b"PK\x05\x06" or comment:
        raise Refusal(
            "is cut off or has bytes behind its zip, which torch never writes; copy or download it again."
        )
    end = size - _END.size
    unclear = Refusal("contradicts itself about the place of its zip directory.")
    file.seek(max(0, end - _LOCATOR64.size))
    locator = file.read(_LOCATOR64.size)
    if end >= _LOCATOR64.size + _END64.size and locator.startswith(b"PK\x06\x07"):
        _, disk64, place64, disks = _LOCATOR64.unpack(locator)
        end -= _LOCATOR64.size + _END64.size
        if place64 != end or disk64 or disks > 1:
            raise unclear
        file.seek(end)
        signature, rest, _, _, *disks64, here64, total64, length64, start64 = _END64.unpack(
            file.read(_END64.size)
        )
        if signature != b"PK\x06\x06" or rest != _END64.size - 12 or any(disks64):
            raise unclear
        long = (here64, total64, length64, start64)
        short = (here, total, length, start)
        if any(
            b not in (a, top)
            for a, b, top in zip(long, short, (0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1), strict=True)
        ):
            raise unclear
        here, total, length, start = long
    if disk or start_disk or here != total or start + length != end:
        raise unclear
    if total > MAX_ENTRIES:
        raise Refusal(
            f"holds {total:,} entries where at most {MAX_ENTRIES:,} are read: save the generator alone."
        )
    if length > MAX_DIRECTORY:
        raise Refusal("claims a zip directory that is larger than torch ever writes.")
    return Span(start, length), total


def _directory(file: IO[bytes], directory: Span, count: int) -> list[_Entry]:
    data = _bytes(file, directory)
    entries = []
    place = 0
    for _ in range(count):
        if place + _CENTRAL.size > len(data):
            raise Refusal("has a zip directory that is cut off; copy or download it again.")
        (
            signature, _, _, flags, method, _, _, crc, packed, length,
            name_length, extra, comment, disk, _, _, header,
        ) = _CENTRAL.unpack_from(data, place)  # fmt: skip
        place += _CENTRAL.size
        name = data[place : place + name_length]
        place += name_length + extra + comment
        if signature != b"PK\x01\x02" or place > len(data) or disk or comment:
            raise Refusal("has a damaged zip directory; copy or download it again.")
        entries.append(_Entry(name, flags, method, crc, packed, length, header))
    if place != len(data):
        raise Refusal("has a zip directory with more in it than it says.")
    return entries


def _check_plain(entry: _Entry) -> None:
    """Raises Refusal unless the entry's bytes lie in the file as they are."""
    if entry.flags & _ENCRYPTED:
        raise Refusal("is an encrypted zip; save it again without a password.")
    if entry.method or entry.packed != entry.length:
        raise Refusal(
            "is a compressed zip, and a small one can unfold to fill the memory: save it again with "
            "torch.save, which never compresses."
        )
    if entry.flags & ~(_DESCRIPTOR | _UTF8):
        raise Refusal("has a zip entry of a kind that torch never writes.")


def _split(name: bytes) -> tuple[str, str]:
    """The archive's folder and the entry's name in it, one that torch.save writes."""
    try:
        text = name.decode()
    except UnicodeDecodeError:
        raise Refusal("holds an entry whose name is not text.") from None
    folder, _, part = text.partition("/")
    if (
        folder in ("", ".", "..")
        or not folder.isprintable()
        or any(each in text for each in "\\:")
        or ".." in part
    ):
        raise Refusal(f"holds an entry that is named like a path out of its folder ({quoted(text)}).")
    if _TORCHSCRIPT.fullmatch(part):
        raise Refusal(
            "is a TorchScript archive, which is program code: in the program that made it, save the "
            "generator's "
            "state_dict() instead."
        )
    if not _PARTS.fullmatch(part):
        raise Refusal(
            f"holds {quoted(text)}, which torch.save never writes: save the generator's state_dict() with it."
        )
    return folder, part


def _local(file: IO[bytes], entry: _Entry) -> tuple[int, int]:
    """Where the entry's bytes start, and where the entry with all that belongs to it ends."""
    named = quoted(entry.name.decode())
    unlike = Refusal(f"contradicts itself about {named}: its local header is not what the directory says.")
    file.seek(entry.header)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size:
        raise unlike
    signature, _, flags, method, _, _, crc, packed, length, name_length, extra = _LOCAL.unpack(head)
    name = file.read(name_length)
    if signature != b"PK\x03\x04" or name != entry.name or flags != entry.flags or method:
        raise unlike
    stated = (crc, packed, length)
    true = (entry.crc, entry.length, entry.length)
    if stated != true and not (flags & _DESCRIPTOR and stated == (0, 0, 0)):
        raise unlike
    start = file.seek(extra, 1)
    if _checksum(file, entry.length) != entry.crc:
        raise Refusal(f"is damaged: the checksum of {named} does not match; copy or download it again.")
    if flags & _DESCRIPTOR and file.read(16) != struct.pack("<4s3L", b"PK\x07\x08", *true):
        raise unlike
    return start, file.tell()


def _checksum(file: IO[bytes], length: int) -> int:
    crc = 0
    while length > 0:
        chunk = file.read(min(CHUNK, length))
        if not chunk:
            return -1  # no checksum: the file ends within
        crc = zlib.crc32(chunk, crc)
        length -= len(chunk)
    return crc


def _bytes(file: IO[bytes], span: Span) -> bytes:
    file.seek(span.start)
    return file.read(span.length)

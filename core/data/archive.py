"""Pictures in a zip, read where they lie: nothing is unpacked, and no name in it ever becomes a path."""

import hashlib
import struct
import zipfile
import zlib
from array import array
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.celeba import LISTS, Attributes, parse_attributes
from core.data.labels import Labels, label_by_folder
from core.data.listing import LARGEST_FILE, BadPicture, Batch, Listing, RawPicture, Skipped, Source
from core.data.names import readable
from core.data.walk import is_companion, is_hidden
from core.data.watch import Progress, Watch
from core.errors import SourceError

_ENCRYPTED = 0x1
_TAIL_BYTES = 1 << 20  # the end of the directory of entries: names, sizes and checksums
_LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, ..., length of the name, length of the extra field


@dataclass(frozen=True, slots=True)
class Archive(Source):
    """The pictures in the zip `path`, `chosen` being the file or folder that the person named."""

    chosen: Path
    path: Path
    attributes: Attributes | None = None

    @property
    def name(self) -> str:
        return readable(self.chosen.name)

    @property
    def text(self) -> str:
        return str(self.chosen)

    def identity(self, watch: Watch) -> str:
        try:
            status = self.path.stat()
            with self.path.open("rb") as file:
                file.seek(max(0, status.st_size - _TAIL_BYTES))
                tail = hashlib.blake2b(file.read(_TAIL_BYTES), digest_size=16).hexdigest()
        except OSError as error:
            raise self._unreadable(error) from error
        listed = self.attributes.identity() if self.attributes else "none"
        return f"zip {self.path} {status.st_size} {status.st_mtime_ns} {tail} attributes {listed}"

    def scan(self, watch: Watch) -> Listing:
        names: list[str] = []
        places = array("q")  # five numbers an entry; zipfile's own objects take 600 bytes each
        skipped: list[Skipped] = []
        try:
            with zipfile.ZipFile(self.path) as archive:
                for entry in archive.infolist():
                    watch.report(Progress("Looking for pictures", len(names), None))
                    name = entry.filename.replace("\\", "/")
                    if _is_passed_over(name):
                        continue
                    if reason := _why_not_read(entry):
                        skipped.append(Skipped(readable(name), reason))
                        continue
                    names.append(name)
                    places.extend(_place(entry))
                labels, problems = self._labels(archive, names)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise SourceError(
                f"{readable(str(self.path))} is damaged or no zip file ({error}). "
                "Download or copy it again, or choose a folder of pictures."
            ) from error
        except OSError as error:
            raise self._unreadable(error) from error
        table = np.array(places, np.int64).reshape(-1, 5)
        return Listing(
            count=len(names),
            batch=lambda start, stop: ArchiveBatch(str(self.path), names[start:stop], table[start:stop]),
            skipped=[*skipped, *problems],
            labels=labels,
            total_bytes=int(table[:, 2].sum()),
        )

    def _labels(self, archive: zipfile.ZipFile, names: list[str]) -> tuple[Labels | None, list[Skipped]]:
        if self.attributes:
            return self.attributes.labels(names)
        for entry in archive.infolist():
            if entry.filename.rpartition("/")[2] in LISTS and _why_not_read(entry) is None:
                try:
                    return parse_attributes(archive.read(entry).decode("utf-8"), names), []
                except (ValueError, zipfile.BadZipFile, zlib.error) as error:
                    return None, [Skipped(readable(entry.filename), f"no attributes are kept: {error}")]
        return label_by_folder(names), []

    def _unreadable(self, error: OSError) -> SourceError:
        return SourceError(
            f"{readable(str(self.path))} cannot be read ({error.strerror or error}). "
            "Allow reading it, or choose another file."
        )


@dataclass(frozen=True, slots=True)
class ArchiveBatch(Batch):
    path: str
    names: list[str]
    places: NDArray[np.int64]  # (n, 5): offset, compressed bytes, bytes, CRC-32, method

    def __len__(self) -> int:
        return len(self.names)

    def name(self, index: int) -> str:
        return readable(self.names[index])

    def read(self, index: int, side: int) -> RawPicture:
        # The zip's directory is not parsed again, so that a worker starts at once on a million entries.
        offset, packed_size, size, crc, method = map(int, self.places[index])
        with Path(self.path).open("rb") as file:
            file.seek(max(0, offset))
            header = file.read(_LOCAL_HEADER.size)
            if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\3\4"):
                raise BadPicture("its place in the zip is damaged")
            _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
            file.seek(name_length + extra_length, 1)
            packed = file.read(packed_size)
        data = packed if method == zipfile.ZIP_STORED else _inflate(packed, size)
        if len(data) != size or zlib.crc32(data) != crc:
            raise BadPicture("it is damaged in the zip: its checksum does not match")
        return RawPicture(data)


def _inflate(packed: bytes, size: int) -> bytes:
    try:
        # One byte more than declared shows that it would have grown further.
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size + 1)
    except zlib.error as error:
        raise BadPicture(f"it is damaged in the zip ({error})") from None


def _place(entry: zipfile.ZipInfo) -> tuple[int, int, int, int, int]:
    return entry.header_offset, entry.compress_size, entry.file_size, entry.CRC, entry.compress_type


def _is_passed_over(name: str) -> bool:
    parts = [part for part in name.split("/") if part not in ("", ".", "..")]
    return not parts or name.endswith("/") or is_companion(parts[-1]) or any(map(is_hidden, parts))


def _why_not_read(entry: zipfile.ZipInfo) -> str | None:
    if entry.flag_bits & _ENCRYPTED:
        return "it is encrypted; a zip without a password can be read"
    if max(entry.file_size, entry.compress_size) > LARGEST_FILE:
        return f"it would be larger than {LARGEST_FILE >> 20} MiB when unpacked"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"its way of compression (number {entry.compress_type}) cannot be read; zip it again"
    return None

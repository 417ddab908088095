"""Zips that are no archive of torch, and paths that are no file."""

import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.core.foreign.assembly import archive, entries, honest, hostile, mapping, pickled

DAMAGED = "does not match; copy or download it again"


def changed(path: Path, old: bytes, new: bytes, which: int = 0) -> None:
    """The honest generator with some of its bytes replaced by as many others."""
    data = honest(path)
    assert len(old) == len(new)
    place = -1
    for _ in range(which + 1):
        place = data.index(old, place + 1)
    path.write_bytes(data[:place] + new + data[place + len(old) :])


def directory(data: bytes) -> tuple[int, int]:
    """Where the zip's directory begins and ends."""
    length, start = struct.unpack_from("<LL", data, len(data) - 10)
    return start, start + length


@hostile("compressed bomb of 512 MiB", "is a compressed zip")
def _(path: Path, canary: Path) -> None:
    tensors, _ = entries()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("archive/data.pkl", pickled(mapping(tensors)))
        with file.open("archive/data/0", "w") as entry:
            for _ in range(512):
                entry.write(bytes(2**20))
    assert path.stat().st_size < 3 * 2**20


@hostile("compressed generator", "is a compressed zip")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries()
    archive(path, pickled(mapping(tensors)), storages, compression=zipfile.ZIP_DEFLATED)


@hostile("cut in the middle", "is cut off")
def _(path: Path, canary: Path) -> None:
    data = honest(path)
    path.write_bytes(data[: len(data) // 2])


@hostile("last byte missing", "is cut off")
def _(path: Path, canary: Path) -> None:
    path.write_bytes(honest(path)[:-1])


@hostile("only a local header", "is cut off")
def _(path: Path, canary: Path) -> None:
    path.write_bytes(b"PK\x03\x04")


@hostile("random bytes", "is no file of weights")
def _(path: Path, canary: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(100_000))


@hostile("random bytes after PK", "is cut off")
def _(path: Path, canary: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + np.random.default_rng(2).bytes(100_000))


@hostile("random bytes after a pickle's start", "cannot be followed")
def _(path: Path, canary: Path) -> None:
    path.write_bytes(b"\x80\x02" + np.random.default_rng(3).bytes(100_000))


@hostile("zeros", "is no file of weights")
def _(path: Path, canary: Path) -> None:
    path.write_bytes(bytes(100_000))


@hostile("empty", "is empty")
def _(path: Path, canary: Path) -> None:
    path.write_bytes(b"")


@hostile("a flipped bit in the weights", DAMAGED)
def _(path: Path, canary: Path) -> None:
    data = bytearray(honest(path))
    data[data.index(b"archive/data/5") + 40] ^= 1
    path.write_bytes(data)


@hostile("a flipped bit in the pickle", DAMAGED)
def _(path: Path, canary: Path) -> None:
    changed(path, b"main.3.weight", b"main.7.weight")


@hostile("an entry twice", "two entries named data/0")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries()
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive(path, pickled(mapping(tensors)), storages, extra={"archive/data/0": storages["0"]})


@hostile("an entry twice but for its case", "archive/DATA.PKL")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries()
    archive(path, pickled(mapping(tensors)), storages, extra={"archive/DATA.PKL": pickled(b"N")})


@hostile("two archives in one", "more than one archive")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries()
    archive(path, pickled(mapping(tensors)), storages, extra={"other/data/77": bytes(4)})


@hostile("entries that overlap", "overlapping entries")
def _(path: Path, canary: Path) -> None:
    """Two names for the same bytes, as in Fifield's zip bomb (2019)."""
    data = bytearray(honest(path))
    start, _ = directory(data)
    first = data.index(b"archive/data/0", start) - 46
    second = data.index(b"archive/data/5", start) - 46
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)


@hostile("hidden bytes between entries", "hidden bytes between its entries")
def _(path: Path, canary: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", b"N.")
        assert file.fp is not None
        file.fp.write(b"#!/bin/sh\n")
        file.start_dir = file.fp.tell()
        file.writestr("archive/version", b"3\n")


@hostile("a path out of the folder", "named like a path out of its folder")
def _(path: Path, canary: Path) -> None:
    archive(path, pickled(b"N"), {}, extra={"archive/../../../../tmp/x": b"x"})


@hostile("an absolute path", "named like a path out of its folder")
def _(path: Path, canary: Path) -> None:
    archive(path, pickled(b"N"), {}, extra={"/etc/passwd": b"x"})


@hostile("a path of Windows", "named like a path out of its folder")
def _(path: Path, canary: Path) -> None:
    archive(path, pickled(b"N"), {}, extra={"C:\\x\\archive/data/0": b"x"})


@hostile("a zip64 end that lies", "contradicts itself about the place")
def _(path: Path, canary: Path) -> None:
    data = honest(path)
    start, end = directory(data)
    count = struct.unpack_from("<H", data, len(data) - 12)[0]
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count + 1, end - start, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    path.write_bytes(data[:end] + end64 + locator + data[end:])


@hostile("a zip64 locator to elsewhere", "contradicts itself about the place")
def _(path: Path, canary: Path) -> None:
    data = honest(path)
    _, end = directory(data)
    path.write_bytes(data[:end] + bytes(56) + struct.pack("<4sLQL", b"PK\x06\x07", 0, 2**62, 1) + data[end:])


@hostile("an end that counts 65,535 entries", "contradicts itself|cut off|holds")
def _(path: Path, canary: Path) -> None:
    data = bytearray(honest(path))
    data[-14:-10] = b"\xff\xff\xff\xff"
    path.write_bytes(data)


@hostile("a zip comment with another end in it", "bytes behind its zip")
def _(path: Path, canary: Path) -> None:
    data = honest(path)
    path.write_bytes(data[:-2] + struct.pack("<H", 40) + data[-22:] + bytes(18))


@hostile("a script before the zip", "is no file of weights")
def _(path: Path, canary: Path) -> None:
    path.write_bytes(f"#!/bin/sh\ntouch {canary}\nexit\n".encode() + honest(path))


@hostile("another zip before the zip", "contradicts itself about the place")
def _(path: Path, canary: Path) -> None:
    data = honest(path)
    path.write_bytes(data + data)


@hostile("bytes behind the zip", "bytes behind its zip")
def _(path: Path, canary: Path) -> None:
    path.write_bytes(honest(path) + b"\x00" * 100)


@hostile("a local header with another name", "its local header is not what the directory says")
def _(path: Path, canary: Path) -> None:
    changed(path, b"archive/data/0", b"archive/data/9")


@hostile("a local header with another size", "its local header is not what the directory says")
def _(path: Path, canary: Path) -> None:
    data = bytearray(honest(path))
    place = data.index(b"archive/data/0") - 30
    data[place + 18 : place + 26] = struct.pack("<LL", 4, 4)
    path.write_bytes(data)


@hostile("an encrypted zip", "is an encrypted zip")
def _(path: Path, canary: Path) -> None:
    data = bytearray(honest(path))
    start, _ = directory(data)
    data[start + 8] |= 1
    path.write_bytes(data)


@hostile("numbers of a big-endian machine", "big-endian")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries()
    archive(path, pickled(mapping(tensors)), storages, byteorder=b"big")


@hostile("an ordinary zip", "which torch.save never writes")
def _(path: Path, canary: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("holiday/picture.png", b"png")


@hostile("arrays of numpy", "named like a path|never writes")
def _(path: Path, canary: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, weight=np.zeros(4))


@hostile("a file of 3 GiB of nothing", "is larger than 2 GiB")
def _(path: Path, canary: Path) -> None:
    with path.open("wb") as file:
        file.truncate(3 * 2**30)


@hostile("1 GiB of nothing between PK and the end", "claims a zip directory that is larger")
def _(path: Path, canary: Path) -> None:
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.seek(2**30)
        file.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 2**30 - 4, 4, 0))


@hostile("a folder", "is a folder")
def _(path: Path, canary: Path) -> None:
    path.mkdir()


@hostile("a link to an endless device", "is no ordinary file")
def _(path: Path, canary: Path) -> None:
    path.symlink_to("/dev/zero")


@hostile("a pipe that nobody writes", "is no ordinary file")
def _(path: Path, canary: Path) -> None:
    os.mkfifo(path)


@hostile("a link to itself", "cannot be read")
def _(path: Path, canary: Path) -> None:
    path.symlink_to(path.name)


@hostile("a file that is not there", "cannot be read")
def _(path: Path, canary: Path) -> None:
    return None

import contextlib
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.data.listing import LARGEST_FILE, BadPicture, Listing
from core.data.prepare import prepare
from core.data.sources import open_source
from core.data.watch import Watch
from core.errors import SourceError
from tests.core.data.drawing import fill, picture_bytes


def zipped(path: Path, *names: str, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for number, name in enumerate(names):
            archive.writestr(name, picture_bytes(number))
    return path


def scan(path: Path) -> tuple[list[str], Listing]:
    listing = open_source(path).scan(Watch())
    batch = listing.batch(0, listing.count)
    return [batch.name(i) for i in range(len(batch))], listing


def patched(path: Path, entry: str, change: Callable[[bytearray, int, int], None]) -> Path:
    """The zip with its bytes changed; `change` gets them and the places of the entry's two headers."""
    with zipfile.ZipFile(path) as archive:
        local = archive.getinfo(entry).header_offset
    data = bytearray(path.read_bytes())
    central = data.rindex(entry.encode()) - 46
    change(data, local, central)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_pictures_are_read_in_place(tmp_path: Path, method: int) -> None:
    path = zipped(tmp_path / "faces.zip", "faces/a.png", "faces/deep/er/b.png", "c", method=method)
    names, listing = scan(path)
    assert names == ["faces/a.png", "faces/deep/er/b.png", "c"]
    batch = listing.batch(0, 3)
    assert [batch.read(i, 64).data for i in range(3)] == [picture_bytes(i) for i in range(3)]
    assert list(tmp_path.iterdir()) == [path]


def test_folders_side_files_and_hidden_ones_are_passed_over(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", "top/a.png", "top/", "__MACOSX/top/._a.png", "top/.b.png", "top/x.txt")
    names, listing = scan(path)
    assert names == ["top/a.png"]
    assert listing.skipped == []


def test_no_name_becomes_a_path(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    names = ["../../up.png", "/etc/abs.png", "C:\\dir\\win.png", "caf\xe9.png", "a/../b.png"]
    path = zipped(tmp_path / "in" / "evil.zip", *names)
    cache = prepare(open_source(path), size=32)
    assert len(cache) == 5
    found = {each.relative_to(tmp_path).parts[0] for each in tmp_path.rglob("*")}
    assert found == {"in", "cache"}
    assert [each.name for each in (tmp_path / "in").iterdir()] == ["evil.zip"]


def test_top_folders_come_off_before_labels(tmp_path: Path) -> None:
    _, listing = scan(
        zipped(tmp_path / "z.zip", "data/faces/f/1.png", "data/faces/m/2.png", "data/faces/m/3.png")
    )
    assert listing.labels is not None
    assert listing.labels.names == ["f", "m"]
    assert listing.labels.values.tolist() == [[1, 0], [0, 1], [0, 1]]
    assert scan(zipped(tmp_path / "y.zip", "faces/1.png", "faces/2.png"))[1].labels is None


def test_encrypted_entries_are_named(tmp_path: Path) -> None:
    def encrypt(data: bytearray, local: int, central: int) -> None:
        data[local + 6] |= 1
        data[central + 8] |= 1

    path = patched(zipped(tmp_path / "z.zip", "a.png", "b.png"), "b.png", encrypt)
    names, listing = scan(path)
    assert names == ["a.png"]
    assert [(each.path, each.reason) for each in listing.skipped] == [
        ("b.png", "it is encrypted; a zip without a password can be read")
    ]


def test_a_declared_giant_is_never_unpacked(tmp_path: Path) -> None:
    def declare(data: bytearray, local: int, central: int) -> None:
        data[central + 24 : central + 28] = struct.pack("<I", LARGEST_FILE + 1)

    names, listing = scan(patched(zipped(tmp_path / "z.zip", "a.png", "b.png"), "b.png", declare))
    assert names == ["a.png"]
    assert listing.skipped[0].reason == "it would be larger than 256 MiB when unpacked"


def test_a_bomb_that_declares_little_unpacks_no_more_than_that(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.png", bytes(50_000_000))

    def understate(data: bytearray, local: int, central: int) -> None:
        data[central + 24 : central + 28] = struct.pack("<I", 1000)

    _, listing = scan(patched(path, "bomb.png", understate))
    with pytest.raises(BadPicture, match="checksum does not match"):
        listing.batch(0, 1).read(0, 64)


def damage_data(data: bytearray, local: int, central: int) -> None:
    for at in range(local + 40, local + 60):
        data[at] ^= 0xFF


def damage_header(data: bytearray, local: int, central: int) -> None:
    data[local : local + 4] = b"oops"


def move_outside(data: bytearray, local: int, central: int) -> None:
    data[central + 42 : central + 46] = struct.pack("<I", len(data) + 1000)


def unknown_method(data: bytearray, local: int, central: int) -> None:
    data[central + 10 : central + 12] = struct.pack("<H", 99)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (damage_data, "damaged in the zip"),
        (damage_header, "its place in the zip is damaged"),
        (move_outside, "its place in the zip is damaged"),
        (unknown_method, "its way of compression (number 99)"),
    ],
)
def test_a_damaged_entry_is_named_and_the_others_are_used(
    tmp_path: Path, damage: Callable[[bytearray, int, int], None], reason: str
) -> None:
    path = patched(zipped(tmp_path / "z.zip", "a.png", "b.png", "c.png"), "b.png", damage)
    cache = prepare(open_source(path), size=32)
    assert len(cache) == 2
    assert [each.path for each in cache.skipped] == ["b.png"]
    assert reason in cache.skipped[0].reason


def test_a_damaged_zip_is_one_sentence(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", "a.png", "b.png")
    path.write_bytes(path.read_bytes().replace(b"PK\1\2", b"oops"))
    with pytest.raises(SourceError, match=r"damaged or no zip file .*\. Download or copy it again"):
        open_source(path).scan(Watch())


def test_damage_of_any_kind_is_a_sentence_or_a_reason(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", *(f"{number}.png" for number in range(4)))
    sound = path.read_bytes()
    chance = random.Random(0)
    for _ in range(300):
        data = bytearray(sound)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data) - 300, len(data))] = chance.randrange(256)
        path.write_bytes(data)
        try:
            listing = open_source(path).scan(Watch())
        except SourceError:
            continue
        batch = listing.batch(0, listing.count)
        for index in range(len(batch)):
            with contextlib.suppress(BadPicture):
                batch.read(index, 64)


def test_an_empty_zip_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"No usable picture is in z\.zip: no file that could be a picture"):
        prepare(open_source(zipped(tmp_path / "z.zip")), size=32)


def test_a_zip_behind_other_bytes_is_read(tmp_path: Path) -> None:
    """As self-extracting archives are."""
    path = zipped(tmp_path / "z.zip", "a.png", "b.png")
    path.write_bytes(b"#!/bin/sh\n" * 10 + path.read_bytes())
    _, listing = scan(path)
    assert listing.batch(0, 2).read(1, 64).data == picture_bytes(1)


def test_a_zip_called_otherwise_is_read(tmp_path: Path) -> None:
    assert scan(zipped(tmp_path / "faces.dat", "a.png"))[0] == ["a.png"]


def test_a_large_zip_with_64_bit_sizes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive, archive.open("a.png", "w", force_zip64=True) as entry:
        entry.write(picture_bytes(0))
    _, listing = scan(path)
    assert listing.batch(0, 1).read(0, 64).data == picture_bytes(0)


def test_a_changed_zip_is_another_source(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", "a.png", "b.png")
    first = open_source(path).identity(Watch())
    assert open_source(path).identity(Watch()) == first
    zipped(path, "a.png", "c.png")
    assert open_source(path).identity(Watch()) != first


def test_a_folder_and_its_zip_give_the_same_pictures(tmp_path: Path) -> None:
    names = ["a.png", "b.png", "sub/c.png"]
    folder = prepare(open_source(fill(tmp_path / "faces", *names)), size=32)
    archive = prepare(open_source(zipped(tmp_path / "faces.zip", *names)), size=32)
    assert folder.digest == archive.digest
    assert folder.folder != archive.folder
    assert np.array_equal(folder.pictures, archive.pictures)

import base64
import json
import os
import struct
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core import export
from core.config import Config
from core.errors import Cancelled, ShapeError, StudioError
from core.latent import z_of_seed
from core.sheets import KEYWORD, Sheet, arrange, check_faces, extent, read_sheet, save_faces, save_sheet

DIGEST = "0123456789abcdef"


def _pictures(count: int, size: int = 8) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3), np.uint8)


def _sheet(count: int = 6, rows: int = 2, columns: int = 3, latent_dim: int = 16) -> Sheet:
    return Sheet(z_of_seed(0, latent_dim, count), rows, columns)


def _png(path: Path, text: str, kind: str = "tEXt") -> Path:
    """A small picture with a note of anyone's making."""
    notes = PngInfo()
    if kind == "iTXt":
        notes.add_itxt(KEYWORD, text, zip=True)
    else:
        notes.add_text(KEYWORD, text, zip=kind == "zTXt")
    Image.new("RGB", (4, 4)).save(path, pnginfo=notes)
    return path


def _stated(**changes: object) -> str:
    facts: dict[str, object] = {
        "schema_version": 1, "z": base64.b64encode(np.ones((2, 3), "<f4").tobytes()).decode(), "faces": 2,
        "latent_dim": 3, "rows": 1, "columns": 2, "spacing": 2, "scale": 1, "labels": False,
        "truncation": 1.0, "digest": DIGEST, "generator": "", "config": None,
    }  # fmt: skip
    return json.dumps(facts | changes)


def test_a_sheet_comes_back_bit_for_bit(tmp_path: Path) -> None:
    sheet = replace(
        _sheet(), spacing=5, scale=3, labels=True, truncation=0.7, digest=DIGEST,
        generator="Gesichter ☺, step 500", config=Config().model_dump(),
    )  # fmt: skip
    save_sheet(tmp_path / "sheet.png", _pictures(6), sheet)
    back = read_sheet(tmp_path / "sheet.png")
    assert back.z.dtype == np.float32
    assert back.z.tobytes() == sheet.z.tobytes()
    assert back.vectors.tobytes() == sheet.vectors.tobytes()
    assert {**vars(back), "z": 0} == {**vars(sheet), "z": 0}
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.info["Generator"] == "Gesichter ☺, step 500", "people can read it elsewhere"
        np.testing.assert_array_equal(np.asarray(image), arrange(_pictures(6), sheet))


def test_2500_faces_of_100_numbers_come_back(tmp_path: Path) -> None:
    sheet = Sheet(z_of_seed(0, 100, 2500), 50, 50, spacing=0)
    save_sheet(tmp_path / "sheet.png", _pictures(2500), sheet)
    assert read_sheet(tmp_path / "sheet.png").z.tobytes() == sheet.z.tobytes()
    with Image.open(tmp_path / "sheet.png") as image:  # other programs can still open it
        assert image.size == (400, 400)


def test_pixels_are_enlarged_and_rows_stay_empty_where_there_are_no_faces() -> None:
    pictures = _pictures(4)
    canvas = arrange(pictures, replace(_sheet(4, 3, 3), spacing=2, scale=2))
    assert canvas.shape == (3 * 18 + 2, 3 * 18 + 2, 3)
    np.testing.assert_array_equal(canvas[20:36, 2:18], pictures[3].repeat(2, 0).repeat(2, 1))
    assert (canvas[20:, 20:] == 255).all()


def test_labels_stand_under_the_faces_and_change_none() -> None:
    pictures, sheet = _pictures(6, 32), _sheet()
    plain, numbered = arrange(pictures, sheet), arrange(pictures, replace(sheet, labels=True))
    band = numbered.shape[0] // 2 - plain.shape[0] // 2
    assert band >= 10
    for row in range(2):
        faces = slice(2 + row * (34 + band), 34 + row * (34 + band))
        np.testing.assert_array_equal(numbered[faces], plain[2 + row * 34 : 34 + row * 34])
        under = numbered[faces.stop : faces.stop + band]
        assert all((under[:, 2 + 34 * column : 34 + 34 * column] < 128).any() for column in range(3))


def test_a_long_caption_is_cut_off_before_its_neighbour() -> None:
    pictures, sheet = _pictures(2, 64), replace(_sheet(2, 1, 2), labels=True, spacing=4)
    canvas = arrange(pictures, sheet, ["W" * 100, ""])
    assert (canvas[68:, 4:68] < 128).any()
    assert (canvas[68:, 68:] == 255).all()
    with pytest.raises(ShapeError, match="as many captions"):
        arrange(pictures, sheet, ["one"])


def test_every_face_of_a_folder_can_be_opened_again(tmp_path: Path) -> None:
    sheet = replace(_sheet(3, 1, 3), scale=2, truncation=0.5, digest=DIGEST, generator="a run")
    save_faces(tmp_path / "faces", _pictures(3), sheet.z, sheet)
    alone = read_sheet(tmp_path / "faces" / "0001.png")
    assert alone.z.tobytes() == sheet.z[1:2].tobytes()
    assert (alone.rows, alone.columns, alone.scale, alone.truncation, alone.digest) == (1, 1, 2, 0.5, DIGEST)
    with Image.open(tmp_path / "faces" / "0001.png") as image:
        np.testing.assert_array_equal(np.asarray(image), _pictures(3)[1].repeat(2, 0).repeat(2, 1))


@pytest.mark.parametrize("kind", ["tEXt", "zTXt", "iTXt"])
def test_a_program_may_have_packed_the_text_anew(tmp_path: Path, kind: str) -> None:
    np.testing.assert_array_equal(read_sheet(_png(tmp_path / "sheet.png", _stated(), kind)).z, 1)


def test_a_picture_without_faces_says_so(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "plain.png")
    with pytest.raises(StudioError, match=r"plain\.png carries no faces"):
        read_sheet(tmp_path / "plain.png")
    Image.new("RGB", (4, 4)).save(tmp_path / "photo.jpg")
    with pytest.raises(StudioError, match="not a PNG"):
        read_sheet(tmp_path / "photo.jpg")
    with pytest.raises(StudioError, match="not a file"):
        read_sheet(tmp_path)
    with pytest.raises(StudioError, match="not a file"):
        read_sheet(tmp_path / "gone.png")


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are POSIX files")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(StudioError, match="not a file"):
        read_sheet(tmp_path / "pipe.png")


Z = base64.b64encode(np.full((2, 3), np.nan, "<f4").tobytes()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[" * 100_000,
        "{}",
        _stated(schema_version=2),
        _stated(z=Z),
        _stated(z="not base64!"),
        _stated(z=""),
        _stated(faces=3),
        _stated(faces=-2, latent_dim=-3),
        _stated(faces=2.0),
        _stated(faces=10**30),
        _stated(rows=1, columns=1),
        _stated(rows=10**9),
        _stated(scale=0),
        _stated(scale=10**6),
        _stated(spacing=-1),
        _stated(labels="yes"),
        _stated(truncation=float("nan")),
        _stated(truncation=float("inf")),
        _stated(digest="../../etc/passwd"),
        _stated(generator="x" * 301),
        _stated(config={"a": {"b": 1}}),
        _stated(config={str(index): index for index in range(201)}),
    ],
)
def test_notes_that_cannot_be_are_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(
        StudioError, match=r"^sheet\.png is damaged: its faces cannot be read\. Get it anew\.$"
    ):
        read_sheet(_png(tmp_path / "sheet.png", text))


@pytest.mark.parametrize("kind", ["zTXt", "iTXt"])
def test_a_text_that_unpacks_without_end_is_not_unpacked(tmp_path: Path, kind: str) -> None:
    import tracemalloc

    bomb = _png(tmp_path / "bomb.png", " " * 100_000_000, kind)
    assert bomb.stat().st_size < 1_000_000
    tracemalloc.start()
    with pytest.raises(StudioError, match="damaged"):
        read_sheet(bomb)
    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "carries no faces"),
        (b"\0\0", "carries no faces"),
        (struct.pack(">I", 2**32 - 1) + b"tEXt" + KEYWORD.encode() + b"\0{}", "carries no faces"),
        (struct.pack(">I", 5000) + b"tEXt" + KEYWORD.encode() + b"\0{}", "damaged"),
        (_chunk(b"tEXt", KEYWORD.encode() + b"\0" + _stated().encode())[:-1] + b"!", "damaged"),
        (_chunk(b"zTXt", KEYWORD.encode() + b"\0\0no zlib"), "damaged"),
        (_chunk(b"iTXt", KEYWORD.encode()), "damaged"),
        (_chunk(b"iTXt", KEYWORD.encode() + b"\0\0\0\0\0\xff\xfe"), "damaged"),
        (_chunk(b"tEXt", b"") * 110_000, "carries no faces"),
    ],
)
def test_a_broken_png_is_one_sentence(tmp_path: Path, body: bytes, sentence: str) -> None:
    (tmp_path / "sheet.png").write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    with pytest.raises(StudioError, match=sentence):
        read_sheet(tmp_path / "sheet.png")


def test_sheets_that_cannot_be_are_not_made(tmp_path: Path) -> None:
    z = z_of_seed(0, 16, 4)
    with pytest.raises(ShapeError, match="do not fit"):
        Sheet(z, 1, 3)
    with pytest.raises(ShapeError, match="finite"):
        Sheet(z * np.float32(np.inf), 2, 2)
    with pytest.raises(ShapeError, match="finite"):
        Sheet(z[:0], 2, 2)
    with pytest.raises(ShapeError, match="latent vectors, but"):
        arrange(_pictures(3), Sheet(z, 2, 2))
    with pytest.raises(ShapeError, match="megapixels"):
        save_sheet(tmp_path / "sheet.png", _pictures(4), Sheet(z, 2, 2, scale=1000))
    with pytest.raises(ShapeError, match="at least one column"):
        export.sheet(_pictures(4), 2, scale=0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("labels", [False, True])
def test_the_extent_is_that_of_the_picture(labels: bool) -> None:
    sheet = Sheet(z_of_seed(0, 16, 5), 2, 3, spacing=4, scale=3, labels=labels)
    width, height, band = extent(8, sheet)
    assert arrange(_pictures(5), sheet).shape == (height, width, 3)
    assert (band > 0) == labels


def test_a_folder_that_is_given_up_midway_leaves_nothing(tmp_path: Path) -> None:
    def give_up(written: int) -> None:
        if written == 2:
            raise Cancelled("Enough.")

    sheet = Sheet(z_of_seed(0, 16, 4), 2, 2)
    with pytest.raises(Cancelled):
        save_faces(tmp_path / "faces", _pictures(4), sheet.z, sheet, progress=give_up)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces" / "mine.txt").write_text("kept")
    with pytest.raises(Cancelled):
        save_faces(tmp_path / "faces", _pictures(4), sheet.z, sheet, progress=give_up)
    assert [path.name for path in tmp_path.rglob("*")] == ["faces", "mine.txt"]
    save_faces(tmp_path / "faces", _pictures(4), sheet.z, sheet)
    assert len(list((tmp_path / "faces").iterdir())) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["faces"]


def test_a_folder_may_have_more_faces_than_a_sheet(tmp_path: Path) -> None:
    count = 10_001
    pictures, z = np.zeros((count, 4, 4, 3), np.uint8), z_of_seed(0, 2, count)
    save_faces(tmp_path / "faces", pictures, z, Sheet(z[:1], 101, 100))
    assert read_sheet(tmp_path / "faces" / "10000.png").z.tobytes() == z[10_000:].tobytes()


def test_a_folder_where_none_can_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    sheet = Sheet(z_of_seed(0, 16, 1), 1, 1)
    with pytest.raises(StudioError, match="could not be written"):
        save_faces(tmp_path / "file" / "faces", _pictures(1), sheet.z, sheet)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"truncation": float("nan")}, "truncation of a sheet is nan, but it should be a finite number"),
        ({"truncation": -1.0}, "truncation of a sheet is -1.0, but it should be greater than or equal to 0"),
        ({"rows": 10**6}, "rows of a sheet is 1000000, but it should be less than or equal to 10000"),
        ({"spacing": -2}, "spacing of a sheet is -2, but it should be greater"),
        ({"scale": 0}, "scale of a sheet is 0"),
        ({"digest": "../x"}, "digest of a sheet"),
        ({"config": {str(index): index for index in range(201)}}, "config of a sheet"),
        ({"config": {"lr": float("inf")}}, "config"),
    ],
)
def test_a_sheet_that_no_png_can_carry_is_not_made(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ShapeError, match=sentence):
        replace(_sheet(), **change)


def test_the_limit_that_was_hit_is_named() -> None:
    with pytest.raises(ShapeError, match="10,000 faces at most, not 10,001"):
        check_faces(10_001, 2)
    with pytest.raises(ShapeError, match=r"16 MiB .* 4,096 faces of 1,024 numbers, not 4,500"):
        Sheet(np.zeros((4_500, 1_024), np.float32), 45, 100)
    with pytest.raises(ShapeError, match="up to 16,384 numbers"):
        check_faces(1, 20_000)


def test_a_stranger_s_name_gives_a_terminal_no_orders(tmp_path: Path) -> None:
    sheet = read_sheet(_png(tmp_path / "sheet.png", _stated(generator="\x1b[31mred\u202e\nline")))
    assert sheet.generator == "[31mred line"

import zipfile
from pathlib import Path

import pytest

from core.data.prepare import prepare
from core.data.sources import open_source
from core.data.watch import Watch
from tests.core.data.drawing import fill, picture_bytes

NAMES = [f"{number:06}.jpg" for number in range(1, 5)]
ATTRIBUTES = ["Bald", "Eyeglasses", "Smiling"]
ROWS = [[-1, 1, 1], [1, -1, -1], [-1, -1, 1], [1, 1, 1]]
VALUES = [[0, 1, 1], [1, 0, 0], [0, 0, 1], [1, 1, 1]]
TEXT = "\n".join(
    ["4", " ".join(ATTRIBUTES) + " "]
    + [f"{name}  " + "  ".join(f"{value:2}" for value in row) for name, row in zip(NAMES, ROWS, strict=True)]
)
CSV = "\r\n".join(
    [",".join(["image_id", *ATTRIBUTES])]
    + [",".join([name, *map(str, row)]) for name, row in zip(NAMES, ROWS, strict=True)]
)


def pictures(folder: Path) -> Path:
    fill(folder / "img_align_celeba", *NAMES)
    return folder


def pictures_zip(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "img_align_celeba.zip", "w") as archive:
        for number, name in enumerate(NAMES):
            archive.writestr(f"img_align_celeba/{name}", picture_bytes(number))
    return folder


def place(root: Path, layout: str) -> Path:
    """CelebA in one of the forms in which people have it; what to open comes back."""
    base = root / "celeba"
    if layout == "zip with list inside":
        base.mkdir()
        with zipfile.ZipFile(base / "archive.zip", "w") as archive:
            for number, name in enumerate(NAMES):
                archive.writestr(f"img_align_celeba/img_align_celeba/{name}", picture_bytes(number))
            archive.writestr("list_attr_celeba.csv", CSV)
        return base / "archive.zip"
    (pictures_zip if "zip" in layout else pictures)(base)
    listed = base / "Anno" if "Anno" in layout else base
    listed.mkdir(exist_ok=True)
    (listed / f"list_attr_celeba.{'csv' if 'csv' in layout else 'txt'}").write_text(
        CSV if "csv" in layout else TEXT
    )
    if "above" in layout:
        return root
    if "itself" in layout:
        return base / ("img_align_celeba.zip" if "zip" in layout else "img_align_celeba")
    return base


@pytest.mark.parametrize(
    "layout",
    [
        "folder",
        "folder, csv",
        "folder, Anno",
        "above",
        "itself",
        "zip",
        "zip, csv",
        "zip itself",
        "zip with list inside",
    ],
)
def test_attributes_come_with_the_pictures(tmp_path: Path, layout: str) -> None:
    cache = prepare(open_source(place(tmp_path, layout)), size=32, crop="celeba")
    assert len(cache) == 4
    assert cache.skipped == []
    assert cache.labels is not None
    assert cache.labels.names == ATTRIBUTES
    assert cache.labels.values.tolist() == VALUES


def test_a_skipped_picture_takes_its_row_with_it(tmp_path: Path) -> None:
    folder = place(tmp_path, "folder")
    (folder / "img_align_celeba" / NAMES[1]).write_bytes(b"cut off")
    cache = prepare(open_source(folder), size=32)
    assert cache.labels is not None
    assert cache.labels.values.tolist() == [VALUES[0], *VALUES[2:]]


def test_without_its_list_it_is_a_folder_of_pictures(tmp_path: Path) -> None:
    cache = prepare(open_source(pictures(tmp_path)), size=32)
    assert len(cache) == 4
    assert cache.labels is None


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ("", "it has no line of attribute names"),
        (TEXT.replace("  1   1\n", "  1\n", 1), "picture 1 (000001.jpg) has 2 values, not 3"),
        ("4\n\nnothing", "it has no line of attribute names"),
    ],
)
def test_a_damaged_list_is_named_and_the_pictures_are_used(tmp_path: Path, listed: str, reason: str) -> None:
    folder = pictures(tmp_path)
    (folder / "list_attr_celeba.txt").write_text(listed)
    cache = prepare(open_source(folder), size=32)
    assert len(cache) == 4
    assert cache.labels is None
    assert [(each.path, each.reason) for each in cache.skipped] == [
        ("list_attr_celeba.txt", f"no attributes are kept: {reason}")
    ]


def test_a_changed_list_is_read_again(tmp_path: Path) -> None:
    folder = place(tmp_path, "folder")
    first = open_source(folder).identity(Watch())
    (folder / "list_attr_celeba.txt").write_text(TEXT + "\n")
    assert open_source(folder).identity(Watch()) != first


def test_the_source_is_the_folder_that_was_chosen(tmp_path: Path) -> None:
    source = open_source(place(tmp_path, "zip"))
    assert (source.name, source.text) == ("celeba", str(tmp_path / "celeba"))

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from core.data.listing import Listing
from core.data.sources import open_source
from core.data.walk import walk
from core.data.watch import Progress, Watch
from core.errors import Cancelled, SourceError
from tests.core.data.drawing import fill, picture_bytes


def scan(path: Path) -> tuple[list[str], Listing]:
    listing = open_source(path).scan(Watch())
    batch = listing.batch(0, listing.count)
    return [batch.name(i) for i in range(len(batch))], listing


def reasons(listing: Listing) -> dict[str, str]:
    return {skipped.path: skipped.reason for skipped in listing.skipped}


def test_pictures_are_found_at_any_depth_and_in_the_order_of_their_names(tmp_path: Path) -> None:
    deep = "/".join("d" * 60) + "/x.png"
    fill(tmp_path, "b.png", "a.png", "sub/c.png", "sub/deeper/d.png", deep)
    names, listing = scan(tmp_path)
    assert names == ["a.png", "b.png", deep, "sub/c.png", "sub/deeper/d.png"]
    assert listing.skipped == []
    assert listing.total_bytes == sum(len(picture_bytes(i)) for i in range(5))


def test_a_folder_may_have_a_companion_s_name(tmp_path: Path) -> None:
    fill(tmp_path, "john.doc/a.png", "set.v1.db/b.png", "notes.txt")
    names, listing = scan(tmp_path)
    assert names == ["john.doc/a.png", "set.v1.db/b.png"]
    assert listing.skipped == []


def test_companions_and_hidden_files_are_passed_over_in_silence(tmp_path: Path) -> None:
    fill(
        tmp_path,
        "a.png",
        ".hidden.png",
        ".git/b.png",
        "__MACOSX/c.png",
        "Thumbs.db",
        ".DS_Store",
        "notes.TXT",
    )
    fill(tmp_path, "labels.csv", "meta.json", "README.md", "faces", "txt", "odd.xyz")
    names, listing = scan(tmp_path)
    assert names == ["a.png", "faces", "odd.xyz", "txt"]  # what has no known ending may be a picture
    assert listing.skipped == []


def test_a_link_to_a_file_counts_and_a_loop_is_named(tmp_path: Path) -> None:
    root = fill(tmp_path / "root", "one/a.png", "two/b.png")
    fill(tmp_path / "elsewhere", "e.png", "in/f.png")
    (root / "up").symlink_to(root)
    (root / "one" / "above").symlink_to(tmp_path)
    (root / "one" / "self").symlink_to(root / "one" / "self")
    (root / "dead.png").symlink_to(root / "nowhere.png")
    (root / "loop.png").symlink_to(root / "loop.png")
    (root / "file.png").symlink_to(root / "one" / "a.png")
    (root / "same").symlink_to(root / "two")
    (root / "out").symlink_to(tmp_path / "elsewhere")
    (root / "out2").symlink_to(tmp_path / "elsewhere" / "in")
    (tmp_path / "elsewhere" / "back").symlink_to(root)
    names, listing = scan(root)
    assert names == ["file.png", "one/a.png", "two/b.png", "out/e.png", "out/in/f.png"]
    assert reasons(listing) == {
        "dead.png": "a symbolic link that leads nowhere",
        "loop.png": "a symbolic-link loop",
        "one/above": "a symbolic-link loop: it leads to a folder that it lies in",
        "one/self": "a symbolic-link loop",
        "out/back": "a symbolic link to a folder that was already looked at",
        "out2": "a symbolic link to a folder that was already looked at",
        "same": "a symbolic link to a folder that was already looked at",
        "up": "a symbolic-link loop: it leads to a folder that it lies in",
    }


def test_a_chain_of_links_in_two_folders_is_walked_once(tmp_path: Path) -> None:
    """Twenty folders that each link twice to the next would be a million paths."""
    for number in range(20):
        folder = fill(tmp_path / f"{number:02}", "a.png")
        for name in ("left", "right"):
            (folder / name).symlink_to(tmp_path / f"{(number + 1) % 20:02}")
    visits = list(walk(str(tmp_path)))
    assert sum(len(visit.files) for visit in visits) == 20
    assert len(visits) == 1 + 20 + 40


def test_names_that_are_no_utf_8_are_read_and_can_be_shown(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9"
    try:
        os.mkdir(raw)  # noqa: PTH102  the name is bytes
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    Path(os.fsdecode(raw + b"/\xff\xfe.png")).write_bytes(picture_bytes(0))
    Path(os.fsdecode(raw + b"/new\nline.png")).write_bytes(picture_bytes(1))
    names, listing = scan(tmp_path)
    assert names == ["caf\\xe9/new\nline.png", "caf\\xe9/\\xff\\xfe.png"]
    assert listing.batch(0, 2).read(1, 64).data == picture_bytes(0)
    source = open_source(Path(os.fsdecode(raw)))
    assert source.name == "caf\\xe9"
    assert open_source(source.text).identity(Watch()) == source.identity(Watch())


def test_pipes_are_named_and_never_opened(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes here")
    os.mkfifo(fill(tmp_path, "a.png") / "pipe.png")
    names, listing = scan(tmp_path)
    assert names == ["a.png"]
    assert reasons(listing) == {"pipe.png": "it is a device or a pipe"}


STEP_DOWN_AND_SCAN = """
import os, sys
sys.path[:0] = {path!r}
from core.data.sources import open_source
from core.data.watch import Watch
from core.errors import SourceError
if os.getuid() == 0:
    os.setuid(12345)
listing = open_source({root!r}).scan(Watch())
print(listing.count, *[(skipped.path, skipped.reason) for skipped in listing.skipped])
try:
    listing.batch(0, 2).read(1, 64)
except PermissionError:
    print("shut")
try:
    open_source({root!r} + "/closed").scan(Watch())
except SourceError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="there are no such rights here")
def test_a_folder_that_may_not_be_read_is_named() -> None:
    """In a process of its own, as root, who often runs tests, may read everything."""
    with tempfile.TemporaryDirectory() as folder:
        root = fill(Path(folder), "a.png", "closed/b.png", "shut.png")
        root.chmod(0o755)
        (root / "closed").chmod(0)
        (root / "shut.png").chmod(0)
        script = STEP_DOWN_AND_SCAN.format(path=sys.path, root=folder)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        (root / "closed").chmod(0o755)
    assert done.returncode == 0, done.stderr
    found, shut, error = done.stdout.splitlines()
    assert found == "2 ('closed', 'the folder cannot be read (Permission denied)')"
    assert shut == "shut"
    assert "closed cannot be read (Permission denied). Allow reading it." in error


def test_sub_folders_are_labels(tmp_path: Path) -> None:
    fill(tmp_path, "faces/man/a.png", "faces/woman/b.png", "faces/woman/old/c.png", "faces/d.png")
    names, listing = scan(tmp_path)
    assert names == ["faces/d.png", "faces/man/a.png", "faces/woman/b.png", "faces/woman/old/c.png"]
    assert listing.labels is not None
    assert listing.labels.names == ["man", "woman"]
    assert listing.labels.values.tolist() == [[0, 0], [1, 0], [0, 1], [0, 1]]
    assert listing.labels.column("woman").tolist() == [0, 0, 1, 1]


def test_one_sub_folder_is_no_label(tmp_path: Path) -> None:
    assert scan(fill(tmp_path, "only/a.png", "only/b.png"))[1].labels is None


def test_the_identity_changes_with_the_files_and_with_nothing_else(tmp_path: Path) -> None:
    folder = fill(tmp_path / "faces", "a.png", "b.png", "sub/c.png")

    def identity() -> str:
        return open_source(folder).identity(Watch())

    seen = [identity()]
    assert identity() == seen[0]
    (folder / "notes.txt").write_text("passed over")
    assert identity() == seen[0]
    fill(folder, "sub/d.png")
    seen.append(identity())
    (folder / "sub/d.png").rename(folder / "sub/e.png")
    seen.append(identity())
    (folder / "a.png").write_bytes(picture_bytes(9) + b"longer")
    seen.append(identity())
    os.utime(folder / "b.png", ns=(1, 1))
    seen.append(identity())
    (folder / "sub/e.png").unlink()
    seen.append(identity())
    assert len(set(seen)) == len(seen)


def test_looking_reports_and_can_be_cancelled(tmp_path: Path) -> None:
    source = open_source(fill(tmp_path, "a.png", "sub/b.png"))
    seen: list[Progress] = []
    source.scan(Watch(seen.append))
    assert seen[0] == Progress("Looking for pictures", 1, None)
    with pytest.raises(Cancelled):
        source.scan(Watch(cancelled=lambda: True))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "No pictures were named. Choose a folder"),
        ("  ", "No pictures were named. Choose a folder"),
        ("{}/nowhere", "There is no folder or file .*/nowhere. Check the spelling. Choose"),
        ("{}/a.png", "a.png is no zip file. Choose the folder it lies in. Choose"),
        ("{}/broken.zip", "broken.zip is no zip file. Download or copy it again. Choose"),
        ("{}/nul\0", "There is no folder or file"),
        ("~nobody-of-that-name/x", "There is no folder or file"),
        ("cartoons:", "cartoons: does not say how many"),
        ("cartoons:1", "COUNT from 2 to 1,000,000"),
        ("cartoons:-5", "COUNT from 2 to 1,000,000"),
        ("cartoons:2000000", "COUNT from 2 to 1,000,000"),
        ("cartoons:many", "COUNT from 2 to 1,000,000"),
    ],
)
def test_what_cannot_be_opened_is_said_with_its_remedy(tmp_path: Path, text: str, sentence: str) -> None:
    fill(tmp_path, "a.png")
    (tmp_path / "broken.zip").write_bytes(b"PK\3\4 not really")
    with pytest.raises(SourceError, match=sentence):
        open_source(text.format(tmp_path))


def test_a_source_is_found_again_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "faces", "a.png")
    monkeypatch.chdir(tmp_path)
    source = open_source("faces")
    assert (source.name, source.text) == ("faces", str(tmp_path / "faces"))
    monkeypatch.chdir("/")
    assert open_source(source.text) == source


def test_a_folder_called_cartoons_is_named_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "cartoons", "a.png")
    monkeypatch.chdir(tmp_path)
    assert open_source("cartoons").text == "cartoons:4096"
    assert open_source("./cartoons").text == open_source(Path("cartoons")).text == str(tmp_path / "cartoons")

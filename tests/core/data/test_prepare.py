import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections import namedtuple
from pathlib import Path

import numpy as np
import psutil
import pytest

from core.data.cache import PictureCache, default_cache_root, open_cache
from core.data.crops import square
from core.data.decode import decode
from core.data.prepare import Progress, prepare
from core.data.sources import open_source
from core.errors import Cancelled, SourceError
from tests.core.data.drawing import fill, picture_bytes


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip of so many pictures that nobody waits for the last one."""
    path = tmp_path_factory.mktemp("endless") / "endless.zip"
    data = picture_bytes(0)
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(30_000):
            archive.writestr(f"{number}.png", data)
    return path


def names(count: int) -> list[str]:
    return [f"{number:05}.png" for number in range(count)]


def drafts(root: Path) -> list[str]:
    """What an unfinished cache leaves behind."""
    return [path.name for path in root.glob("*") if path.name.startswith(".")] if root.exists() else []


def test_pictures_come_in_the_order_of_their_names_whoever_decodes(tmp_path: Path) -> None:
    """In this process, in two and in one they are the same, bit for bit; 300 are enough for several."""
    fill(tmp_path / "faces", *names(300))
    (tmp_path / "faces" / "00007.png").write_bytes(b"cut off")
    (tmp_path / "faces" / "00299.png").write_bytes(b"")
    source = open_source(tmp_path / "faces")
    two = prepare(source, size=32, processes=2)
    one = prepare(source, size=32, processes=1, cache_root=tmp_path / "other")
    kept = [number for number in range(300) if number not in (7, 299)]
    wanted = [square(decode(picture_bytes(number)), 32, "center", "rgb") for number in kept]
    assert np.array_equal(two.pictures, wanted)
    assert two.digest == one.digest
    assert [(each.path, each.reason) for each in two.skipped] == [
        ("00007.png", "it is no picture in a format that can be read"),
        ("00299.png", "it is empty"),
    ]


def test_the_cache_is_plain_to_read(tmp_path: Path, own_cache: Path) -> None:
    fill(tmp_path / "faces", "a/1.png", "a/2.png", "b/3.png")
    cache = prepare(open_source(tmp_path / "faces"), size=32, color="grey", crop="pad")
    assert default_cache_root() == own_cache
    assert sorted(path.name for path in cache.folder.iterdir()) == [
        "cache.json", "labels.json", "labels.npy", "pictures.npy", "skipped.json",
    ]  # fmt: skip
    assert np.load(cache.folder / "pictures.npy").shape == (3, 32, 32, 1) == cache.pictures.shape
    about = json.loads((cache.folder / "cache.json").read_text())
    assert about["source"] == cache.source == str(tmp_path / "faces")
    assert (cache.size, cache.color, cache.crop, len(cache)) == (32, "grey", "pad", 3)
    assert isinstance(cache.pictures, np.memmap)
    assert not cache.pictures.flags.writeable
    assert cache.labels is not None
    assert cache.labels.values.tolist() == [[1, 0], [1, 0], [0, 1]]


def test_an_unchanged_source_is_opened_not_prepared(tmp_path: Path) -> None:
    folder = fill(tmp_path / "faces", "a.png", "b.png", "bad.jpg")
    (folder / "bad.jpg").write_bytes(b"no picture")
    source = open_source(folder)
    first = prepare(source, size=32)
    seen: list[Progress] = []
    again = prepare(source, size=32, progress=seen.append)
    assert "Preparing" not in {each.stage for each in seen}
    assert (again.folder, again.digest, again.skipped) == (first.folder, first.digest, first.skipped)
    for changed in ({"size": 64}, {"size": 32, "color": "grey"}, {"size": 32, "crop": "pad"}):
        assert prepare(source, **changed).folder != first.folder
    fill(folder, "c.png")
    assert prepare(source, size=32).folder != first.folder


def test_a_damaged_cache_is_made_again(tmp_path: Path) -> None:
    source = open_source(fill(tmp_path / "faces", "a.png", "b.png"))
    whole = prepare(source, size=32)
    for harm in (
        lambda: (whole.folder / "cache.json").unlink(),
        lambda: (whole.folder / "cache.json").write_text("{}"),
        lambda: (whole.folder / "cache.json").write_text("["),
        lambda: (whole.folder / "pictures.npy").write_bytes(
            (whole.folder / "pictures.npy").read_bytes()[:500]
        ),
        lambda: (whole.folder / "pictures.npy").write_bytes(b""),
    ):
        harm()
        with pytest.raises(SourceError, match="Prepare them again"):
            open_cache(whole.folder)
        assert prepare(source, size=32).digest == whole.digest


def test_exact_duplicates_are_counted_and_kept(tmp_path: Path) -> None:
    fill(tmp_path, "a.png", "b.png", "c.png")
    for name in ("b2.png", "sub/b3.png", "sub/a2.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((tmp_path / f"{Path(name).name[0]}.png").read_bytes())
    cache = prepare(open_source(tmp_path), size=32, cache_root=tmp_path / ".cache")
    assert len(cache) == 6
    assert cache.duplicates == 3


def test_names_that_are_no_utf_8_are_kept_in_the_skipped_list(tmp_path: Path) -> None:
    folder = fill(tmp_path / os.fsdecode(b"caf\xe9"), *names(3))
    try:
        (folder / os.fsdecode(b"\xff.jpg")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    cache = prepare(open_source(folder), size=32)
    assert [(each.path, each.reason) for each in open_cache(cache.folder).skipped] == [
        ("\\xff.jpg", "it is empty")
    ]
    assert prepare(open_source(cache.source), size=32).folder == cache.folder


def test_a_wrong_extension_does_not_matter(tmp_path: Path) -> None:
    for name, kind in (("png.jpg", "PNG"), ("jpeg.dat", "JPEG"), ("bmp", "BMP"), ("gif.png", "GIF")):
        (tmp_path / name).write_bytes(picture_bytes(1, kind))
    cache = prepare(open_source(tmp_path), size=32, cache_root=tmp_path / ".cache")
    assert len(cache) == 4
    assert cache.skipped == []


def test_a_picture_that_vanishes_or_grows_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fill(tmp_path / "faces", *names(4))
    with (folder / "huge.png").open("wb") as file:
        file.truncate((256 << 20) + 1)  # takes no room: a hole

    def remove_one(seen: Progress) -> None:
        if seen.stage == "Preparing":
            (folder / "00002.png").unlink(missing_ok=True)

    cache = prepare(open_source(folder), size=32, progress=remove_one, processes=1)
    assert [(each.path, each.reason) for each in cache.skipped] == [
        ("00002.png", "it cannot be read (No such file or directory)"),
        ("huge.png", "it is larger than 256 MiB"),
    ]
    assert len(cache) == 3


@pytest.mark.parametrize(
    ("good", "bad", "sentence"),
    [
        (0, 0, "No usable picture is in faces: no file that could be a picture was found."),
        (
            0,
            3,
            "No usable picture is in faces: 3 files were looked at, 3 skipped (first: b0.jpg: it is empty).",
        ),
        (1, 0, "Only one usable picture is in faces: 1 file was looked at."),
        (
            1,
            1,
            "Only one usable picture is in faces: 2 files were looked at, 1 skipped (first: b0.jpg: it is",
        ),
    ],
)
def test_too_few_pictures_is_a_sentence(
    tmp_path: Path, own_cache: Path, good: int, bad: int, sentence: str
) -> None:
    folder = fill(tmp_path / "faces", *names(good))
    folder.mkdir(exist_ok=True)
    for number in range(bad):
        (folder / f"b{number}.jpg").write_bytes(b"")
    with pytest.raises(SourceError) as error:
        prepare(open_source(folder), size=32)
    assert str(error.value).startswith(sentence)
    assert str(error.value).endswith("Choose a folder or zip with at least two JPEG or PNG pictures.")
    assert drafts(own_cache) == []


def test_progress_counts_up_to_the_total(tmp_path: Path) -> None:
    seen: list[Progress] = []
    prepare(open_source("cartoons:40"), size=32, progress=seen.append)
    assert seen[0] == Progress("Looking for pictures", 0, None)
    assert seen[-1] == Progress("Preparing", 40, 40)
    done = [each.done for each in seen if each.stage == "Preparing"]
    assert done == sorted(done)


def test_progress_comes_at_most_twenty_times_a_second(tmp_path: Path) -> None:
    moments: list[float] = []
    prepare(
        open_source(fill(tmp_path / "faces", *names(190))),
        size=32,
        progress=lambda _: moments.append(time.monotonic()),
    )
    assert len(moments) <= 4 + 20 * (moments[-1] - moments[0])


@pytest.mark.parametrize("processes", [1, 2])
def test_cancelling_ends_soon_and_leaves_nothing(own_cache: Path, endless: Path, processes: int) -> None:
    asked: list[float] = []
    begun = threading.Event()

    def cancelled() -> bool:
        if begun.is_set():
            asked.append(time.monotonic())
        return begun.is_set()

    def progress(seen: Progress) -> None:
        if seen.stage == "Preparing" and seen.done > 30:
            begun.set()

    with pytest.raises(Cancelled):
        prepare(
            open_source(endless),
            size=64,
            progress=progress,
            cancelled=cancelled,
            processes=processes,
        )
    assert time.monotonic() - asked[0] < 1.5
    assert list(own_cache.iterdir()) == []
    assert workers() == []


def workers() -> list[psutil.Process]:
    """The processes that prepare for this one."""
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


def test_a_killed_worker_is_a_sentence_and_not_a_hang(own_cache: Path, endless: Path) -> None:
    def kill_one(seen: Progress) -> None:
        if seen.stage == "Preparing" and seen.done > 30:
            workers()[0].send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGKILL)

    with pytest.raises(SourceError, match=r"was ended from outside.*Close other programs"):
        prepare(open_source(endless), size=32, progress=kill_one, processes=2)
    assert list(own_cache.iterdir()) == []
    assert workers() == []


PREPARE = """
import sys
sys.path[:0] = {path!r}
from core.data.prepare import prepare
from core.data.sources import open_source

def show(progress):
    if progress.stage == "Preparing":
        print(progress.done, flush=True)

if __name__ == "__main__":
    cache = prepare(open_source(sys.argv[1]), size=32, processes=2, progress=show)
    print("torch" in sys.modules, "PySide6" in sys.modules, cache.digest)
"""


def start(tmp_path: Path, source: str) -> "subprocess.Popen[str]":
    script = tmp_path / "prepare.py"
    script.write_text(PREPARE.format(path=sys.path))
    return subprocess.Popen([sys.executable, str(script), source], stdout=subprocess.PIPE, text=True)


def test_programs_that_prepare_the_same_at_once_agree(tmp_path: Path, own_cache: Path) -> None:
    faces = fill(tmp_path / "faces", *names(260))
    both = [start(tmp_path, str(faces)) for _ in range(2)]
    ends = [each.communicate()[0].splitlines()[-1] for each in both]
    assert [each.returncode for each in both] == [0, 0]
    cache = prepare(open_source(faces), size=32)
    assert ends == [f"False False {cache.digest}"] * 2  # nor were torch and Qt loaded
    assert [path.name for path in own_cache.iterdir()] == [cache.folder.name]


def test_threads_that_prepare_the_same_at_once_agree(own_cache: Path) -> None:
    found: list[PictureCache] = []
    threads = [
        threading.Thread(target=lambda: found.append(prepare(open_source("cartoons:30"), size=32)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({cache.digest for cache in found}) == 1
    assert len(found) == 3
    assert len(list(own_cache.iterdir())) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills like that here")
def test_a_killed_program_leaves_no_workers_and_its_remains_are_cleaned(
    tmp_path: Path, own_cache: Path, endless: Path
) -> None:
    program = start(tmp_path, str(endless))
    assert program.stdout is not None
    while int(program.stdout.readline()) < 1:
        pass
    children = psutil.Process(program.pid).children(recursive=True)
    program.kill()
    program.communicate()
    assert len(drafts(own_cache)) == 1
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []
    prepare(open_source("cartoons:2"), size=32)
    assert drafts(own_cache) == []


def test_the_remains_of_a_living_program_are_left_alone(own_cache: Path) -> None:
    living = own_cache / f".building-{os.getpid()}-{int(psutil.Process().create_time())}-0123abcd"
    for folder in (living, own_cache / f".building-{os.getpid()}-1234-0123abcd", own_cache / ".building-odd"):
        folder.mkdir(parents=True)
    prepare(open_source("cartoons:2"), size=32)
    assert drafts(own_cache) == [living.name]


def test_a_full_disk_is_said_before_the_work(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 10**12 - 10**9, 10**9))
    seen: list[Progress] = []
    with pytest.raises(SourceError) as error:
        prepare(open_source("cartoons:100000"), size=64, progress=seen.append)
    assert "need 1.3 GB, and 1.0 GB are free in" in str(error.value)
    assert {each.stage for each in seen} == {"Looking for pictures"}
    assert list(own_cache.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_up_on_the_way_is_a_sentence(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def open_full(path: Path, mode: str = "r", **options: str) -> object:
        return opened(
            Path("/dev/full") if (path.name, mode) == ("pictures.npy", "wb") else path, mode, **options
        )

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(SourceError, match=r"cannot be written to .*No space left on device.*Free some space"):
        prepare(open_source("cartoons:40"), size=32)
    assert list(own_cache.iterdir()) == []


def test_a_cache_folder_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match=r"cannot be written to .*DCGAN_STUDIO_CACHE"):
        prepare(open_source("cartoons:2"), size=32, cache_root=tmp_path / "file" / "cache")


def test_ten_thousand_sub_folders_stay_small(tmp_path: Path) -> None:
    """One number a picture, not one column a folder."""
    folder = tmp_path / "faces"
    for number in range(300):
        fill(folder, f"person{number:04}/a.png")
    cache = prepare(open_source(folder), size=32, processes=1)
    assert cache.labels is not None
    assert (cache.folder / "labels.npy").stat().st_size < 300 * 4 + 200
    assert cache.labels.values.shape == (300, 300)
    assert np.array_equal(cache.labels.values, np.eye(300, dtype=np.uint8))

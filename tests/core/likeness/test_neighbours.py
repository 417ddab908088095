from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.cache import PictureCache
from core.data.prepare import prepare
from core.data.sources import open_source
from core.errors import Cancelled, ShapeError
from core.likeness import neighbours
from core.likeness.neighbours import nearest, nearest_of_each


def test_the_nearest_are_those_that_comparing_all_finds(
    cartoons: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "_BLOCK_BYTES", 7 * 4 * 32 * 32 * 3)
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    told: list[tuple[int, int]] = []
    found = nearest(cartoons, picture, 5, progress=lambda *now: told.append(now))
    every = cartoons.pictures.astype(float)
    plain, mirrored = (
        np.sqrt(((every - target) ** 2).mean(axis=(1, 2, 3))) for target in (picture, picture[:, ::-1])
    )
    both = np.minimum(plain, mirrored)
    assert [each.index for each in found] == np.argsort(both)[:5].tolist()
    for each in found:
        assert each.distance == pytest.approx(both[each.index], rel=1e-5)
        assert each.mirrored == (mirrored[each.index] < plain[each.index])
        assert each.path == f"cartoon {each.index}"
    assert told == [(done, 44) for done in (7, 14, 21, 28, 35, 42, 44)]


def test_a_copy_and_a_mirrored_copy_are_told(cartoons: PictureCache) -> None:
    copy = nearest(cartoons, np.array(cartoons.pictures[7]), 1)[0]
    assert (copy.index, copy.distance, copy.mirrored) == (7, 0.0, False)
    flipped = np.array(cartoons.pictures[7][:, ::-1])
    mirrored = nearest(cartoons, flipped, 1)[0]
    assert (mirrored.index, mirrored.distance, mirrored.mirrored) == (7, 0.0, True)
    assert not any(each.mirrored for each in nearest(cartoons, flipped, 44, mirror=False))


@pytest.mark.parametrize("color", ["rgb", "grey"])
@pytest.mark.parametrize("mirror", [True, False])
def test_many_at_once_are_what_each_alone_is(
    mirror: bool, color: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "_BLOCK_BYTES", 7 * 4 * 32 * 32 * 3)
    cache = prepare(open_source("cartoons:44"), size=32, color=color)
    some = np.broadcast_to(cache.pictures[[3, 9]], (2, 32, 32, 3))
    random = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), np.uint8)
    pictures = np.concatenate([random, some, some[:, :, ::-1]])
    told: list[tuple[int, int]] = []
    found = nearest_of_each(cache, pictures, mirror=mirror, progress=lambda *now: told.append(now))
    for each, picture in zip(found, pictures, strict=True):
        alone = nearest(cache, picture, 1, mirror=mirror)[0]
        assert (each.index, each.mirrored) == (alone.index, alone.mirrored)
        assert each.distance == pytest.approx(alone.distance, rel=1e-5)
    assert [each.distance for each in found[5:7]] == [0, 0]
    assert told[-1] == (44, 44)


def test_more_than_there_are_gives_all(cartoons: PictureCache) -> None:
    assert len(nearest(cartoons, np.array(cartoons.pictures[0]), 100)) == 44


def _folder(root: Path) -> Path:
    folder = root / "faces"
    folder.mkdir()
    for number in range(6):
        pixels = np.random.default_rng(number).integers(0, 256, (40, 40, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    (folder / "2.png").write_bytes(b"no picture")
    return folder


@pytest.mark.parametrize("color", ["rgb", "grey"])
def test_files_are_named_past_those_that_were_skipped(tmp_path: Path, color: str) -> None:
    folder = _folder(tmp_path)
    cache = prepare(open_source(folder), size=32, color=color)
    assert len(cache) == 5
    pixels = np.array(cache.pictures[3])
    found = nearest(cache, pixels if color == "rgb" else pixels.repeat(3, axis=2), 5)
    assert (found[0].path, found[0].distance) == ("4.png", 0.0)
    assert sorted(str(each.path) for each in found) == ["0.png", "1.png", "3.png", "4.png", "5.png"]


def test_a_file_that_has_changed_is_not_named(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    cache = prepare(open_source(folder), size=32)
    (folder / "4.png").write_bytes((folder / "5.png").read_bytes())
    paths = {each.index: each.path for each in nearest(cache, np.array(cache.pictures[0]), 5)}
    assert paths == {0: "0.png", 1: "1.png", 2: "3.png", 3: None, 4: "5.png"}
    (folder / "0.png").unlink()
    assert nearest(cache, np.array(cache.pictures[0]), 1)[0].path is None
    folder.rename(tmp_path / "elsewhere")
    assert nearest(cache, np.array(cache.pictures[0]), 1)[0].path is None


def test_it_can_be_cancelled_and_names_the_size_it_needs(cartoons: PictureCache) -> None:
    picture = np.array(cartoons.pictures[0])
    with pytest.raises(Cancelled):
        nearest(cartoons, picture, cancelled=lambda: True)
    with pytest.raises(Cancelled):
        nearest_of_each(cartoons, picture[None], cancelled=lambda: True)
    with pytest.raises(ShapeError, match="32 px"):
        nearest(cartoons, picture[:16, :16])
    with pytest.raises(ShapeError, match="32 px"):
        nearest_of_each(cartoons, picture[None, :16, :16])

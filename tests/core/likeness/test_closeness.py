from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.cache import PictureCache
from core.data.prepare import prepare
from core.data.prepared import find_prepared
from core.data.sources import open_source
from core.errors import Cancelled
from core.likeness.closeness import real_distances
from core.likeness.neighbours import nearest


@pytest.fixture
def cache(tmp_path: Path) -> PictureCache:
    (tmp_path / "faces").mkdir()
    random = np.random.default_rng(0)
    for number in range(30):
        Image.fromarray(random.integers(0, 256, (20, 20, 3), np.uint8)).save(
            tmp_path / f"faces/{number:02}.png"
        )
    return prepare(open_source(tmp_path / "faces"), size=16, cache_root=tmp_path / "cache", processes=1)


@pytest.mark.parametrize("mirror", [True, False])
def test_it_is_what_comparing_one_by_one_gives(cache: PictureCache, mirror: bool) -> None:
    expected = [
        next(
            each.distance
            for each in nearest(cache, np.asarray(picture), 2, mirror=mirror)
            if each.index != index
        )
        for index, picture in enumerate(cache.pictures)
    ]
    found = real_distances(cache, 100, mirror=mirror)
    np.testing.assert_allclose(found, np.sort(expected), rtol=1e-4)
    assert set(np.round(real_distances(cache, 5, mirror=mirror), 3)) <= set(np.round(found, 3))


def test_it_can_be_given_up(cache: PictureCache) -> None:
    with pytest.raises(Cancelled):
        real_distances(cache, cancelled=lambda: True)


def test_prepared_pictures_are_found_by_their_digest(cache: PictureCache, tmp_path: Path) -> None:
    (tmp_path / "cache" / "broken").mkdir()
    (tmp_path / "cache" / "broken" / "cache.json").write_text("{")
    found = find_prepared(cache.digest, tmp_path / "cache")
    assert found is not None
    assert found.folder == cache.folder
    assert find_prepared("0", tmp_path / "cache") is None
    assert find_prepared(cache.digest, tmp_path / "nowhere") is None
    (cache.folder / "pictures.npy").write_bytes(b"")
    assert find_prepared(cache.digest, tmp_path / "cache") is None

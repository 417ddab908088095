from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.bench.pictures import HEIGHT, WIDTH, lay_out, multiply
from core.bench.tutorial import picture_folder
from core.data.sources import open_source
from core.data.watch import Watch
from core.errors import SourceError


def test_cartoons_have_the_measures_of_celeba(pictures: Path) -> None:
    files = sorted((pictures / "faces").iterdir())
    with Image.open(files[0]) as first:
        assert (first.format, first.size) == ("JPEG", (WIDTH, HEIGHT))
    loaded = picture_folder(pictures, 32)
    assert len(loaded) == 12  # type: ignore[arg-type]
    assert loaded[0][0].shape == (3, 32, 32)


def test_files_stay_as_they_are_and_bad_ones_stay_out(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    random = np.random.default_rng(0)
    for name in ("a.png", "c.jpg", "d.jpg"):
        Image.fromarray(random.integers(0, 256, (40, 40, 3), np.uint8)).save(source / name)
    (source / "b.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    assert lay_out(open_source(source), tmp_path / "laid", 10, Watch()) == 3
    laid = sorted((tmp_path / "laid" / "faces").iterdir())
    assert [each.name for each in laid] == ["000000.png", "000001.jpg", "000002.jpg"]
    assert laid[1].read_bytes() == (source / "c.jpg").read_bytes()


def test_too_few_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    Image.new("RGB", (40, 40)).save(source / "a.png")
    with pytest.raises(SourceError, match="no two pictures"):
        lay_out(open_source(source), tmp_path / "laid", 10, Watch())


def test_a_folder_is_multiplied(pictures: Path, tmp_path: Path) -> None:
    assert multiply(pictures, tmp_path / "many", 30) == 30
    many = sorted((tmp_path / "many" / "faces").iterdir())
    few = sorted((pictures / "faces").iterdir())
    assert len(many) == 30
    assert many[13].read_bytes() == few[1].read_bytes()

import io

import numpy as np
import pytest
from PIL import Image

from core.data.avatars import ATTRIBUTES, draw_cartoon
from core.data.cartoons import Cartoons
from core.data.prepare import prepare
from core.data.sources import open_source
from core.data.watch import Watch


def pixels(number: int, side: int = 64) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(draw_cartoon(number, side).data)).convert("RGB"))


def test_a_cartoon_depends_on_its_number_alone() -> None:
    assert draw_cartoon(7, 64) == draw_cartoon(7, 64)
    few = prepare(open_source("cartoons:3"), size=32)
    more = prepare(open_source("cartoons:5"), size=32)
    assert np.array_equal(few.pictures, more.pictures[:3])
    assert few.digest != more.digest


def test_cartoons_differ_and_fill_the_frame() -> None:
    faces = np.stack([pixels(number) for number in range(24)])
    assert faces.shape == (24, 64, 64, 3)
    assert len({face.tobytes() for face in faces}) == 24
    # Skin and hair stand out from the plain background, which reaches the upper corners at most.
    background = np.median(faces[:, :3, :3].reshape(24, -1, 3), axis=1)
    covered = np.abs(faces.astype(int) - background[:, None, None]).max(-1) > 12
    assert covered[:, 20:50, 24:40].mean() > 0.9
    assert 0.35 < covered.mean() < 0.95


def test_attributes_are_those_of_the_drawing() -> None:
    table = np.array([list(draw_cartoon(number, 16).attributes) for number in range(150)])
    assert set(np.unique(table)) == {0, 1}
    share = dict(zip(ATTRIBUTES, table.mean(0), strict=True))
    assert all(0.01 < share[name] < 0.99 for name in ATTRIBUTES), share
    assert 0.2 < share["glasses"] < 0.45
    assert 0.04 < share["beard"] + share["moustache"] < 0.25
    column = {name: table[:, number].astype(bool) for number, name in enumerate(ATTRIBUTES)}
    hair = sum(
        column[name].astype(int) for name in ATTRIBUTES if name.endswith(" hair") and name != "long hair"
    )
    assert np.array_equal(hair, 1 - column["head covered"].astype(int))
    assert not (column["sunglasses"] & ~column["glasses"]).any()
    assert not (column["light skin"] & column["dark skin"]).any()
    assert not (column["long hair"] & column["beard"]).any()


def test_what_is_said_to_be_there_shows() -> None:
    """Sunglasses darken the eyes; a light skin is lighter than a dark one."""
    drawn = [(draw_cartoon(number, 64).attributes, pixels(number)) for number in range(80)]

    def brightness(name: str, rows: slice, columns: slice, holds: int) -> float:
        number = ATTRIBUTES.index(name)
        return float(np.mean([face[rows, columns].mean() for own, face in drawn if own[number] == holds]))

    eyes, cheeks = (slice(31, 36), slice(22, 42)), (slice(37, 41), slice(20, 24))
    assert brightness("sunglasses", *eyes, 1) < brightness("sunglasses", *eyes, 0) - 20
    assert brightness("light skin", *cheeks, 1) > brightness("dark skin", *cheeks, 1) + 60


def test_labels_are_kept_beside_the_pictures() -> None:
    cache = prepare(open_source("cartoons:12"), size=32)
    assert cache.labels is not None
    assert cache.labels.names == list(ATTRIBUTES)
    assert cache.labels.values.tolist() == [list(draw_cartoon(number, 32).attributes) for number in range(12)]
    assert cache.skipped == []


@pytest.mark.parametrize(
    ("text", "count"), [("cartoons", 4096), ("cartoons:44", 44), ("cartoons:1000000", 1_000_000)]
)
def test_the_count_is_part_of_the_name(text: str, count: int) -> None:
    source = open_source(text)
    assert source == Cartoons(count)
    assert source.name == f"Built-in cartoons ({count:,})"
    assert open_source(source.text) == source


def test_a_new_version_of_the_drawing_is_another_source(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Cartoons().identity(Watch())
    monkeypatch.setattr("core.data.cartoons._RECIPE", 1000)
    assert Cartoons().identity(Watch()) != before

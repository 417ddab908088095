import json
import threading
from pathlib import Path

import numpy as np
import pytest

from core.directions.direction import Direction, unit
from core.errors import RunError, StudioError
from core.keepsakes.store import Favourite, Keepsakes, read_directions, write_directions
from core.latent import z_of_seed


def favourite(name: str = "Ada", seed: int = 1, latent_dim: int = 100) -> Favourite:
    return Favourite(name, z_of_seed(seed, latent_dim)[0], 0.8, 500, "2026-01-02T03:04:05+00:00")


def direction(name: str = "glasses", seed: int = 1) -> Direction:
    vector = unit(z_of_seed(seed, 100)[0])
    return Direction(name, "attribute", vector, None, 0.9, (0.85, 0.93), 400)


def test_what_is_kept_comes_back_bit_for_bit(tmp_path: Path) -> None:
    keepsakes = Keepsakes(tmp_path / "latent")
    assert keepsakes.favourites() == []
    assert not keepsakes.folder.exists()
    odd = np.array([1e-45, -0.0, 3.4028235e5, 0.1, 1 / 3, 999999.94], np.float32)
    z = np.concatenate([odd, *z_of_seed(3, 1000)])
    keepsakes.add(Favourite("odd numbers", z))
    keepsakes.add(favourite())
    keepsakes.add(direction())
    first, second = Keepsakes(keepsakes.folder).favourites()
    assert first.z.dtype == np.float32
    assert first.z.tobytes() == z.tobytes()
    assert (second.name, second.truncation, second.step) == ("Ada", 0.8, 500)
    (kept,) = keepsakes.directions()
    assert kept.vector.tobytes() == direction().vector.tobytes()
    assert (kept.kind, kept.accuracy, kept.interval, kept.examples) == ("attribute", 0.9, (0.85, 0.93), 400)
    lines = (keepsakes.folder / "favourites.json").read_text().splitlines()
    assert len(lines) == 4
    assert json.loads(lines[2])["name"] == "Ada"


def test_names_are_tidy_and_unique(tmp_path: Path) -> None:
    keepsakes = Keepsakes(tmp_path)
    names = [keepsakes.add(favourite(name)).name for name in ("  Ada\n  L. ", "Ada L.", "x" * 100, "x" * 100)]
    assert names == ["Ada L.", "Ada L. 2", "x" * 59 + "…", "x" * 55 + " 2"]
    assert [each.name for each in keepsakes.favourites()] == names
    with pytest.raises(StudioError, match="name is needed"):
        keepsakes.add(favourite(" \u202e\n"))


def test_renaming_and_removing(tmp_path: Path) -> None:
    keepsakes = Keepsakes(tmp_path)
    ada, bob = keepsakes.add(favourite("Ada")), keepsakes.add(favourite("Bob", 2))
    with pytest.raises(StudioError, match="There is a Bob already"):
        keepsakes.rename(ada, "Bob")
    renamed = keepsakes.rename(ada, "Eve")
    assert renamed.z.tobytes() == ada.z.tobytes()
    assert [each.name for each in keepsakes.favourites()] == ["Eve", "Bob"]
    with pytest.raises(StudioError, match="not kept any more"):
        keepsakes.rename(ada, "Ada L.")
    keepsakes.remove(bob)
    keepsakes.remove(bob)
    assert [each.name for each in keepsakes.favourites()] == ["Eve"]


def test_windows_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    def add(window: int) -> None:
        for number in range(10):
            Keepsakes(tmp_path).add(favourite(f"{window} {number}", number, latent_dim=4))

    windows = [threading.Thread(target=add, args=(window,)) for window in range(4)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert sorted(each.name for each in Keepsakes(tmp_path).favourites()) == sorted(
        f"{window} {number}" for window in range(4) for number in range(10)
    )


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b'{"schema": 1}',
        b'{"schema": 1, "favourites": {}}',
        b"[" * 100_000,
        b'{"schema": 1, "favourites": [' + b"9" * 10_000 + b"]",
        b'{"schema": 1, "favourites": [' + b"{}," * 3000 + b"{}]}",
    ],
)
def test_a_damaged_file_is_set_aside_and_nothing_else_lost(tmp_path: Path, text: bytes) -> None:
    keepsakes = Keepsakes(tmp_path)
    keepsakes.add(direction())
    (tmp_path / "favourites.json").write_bytes(text)
    with pytest.raises(RunError, match=r"set aside as favourites\.damaged\.json") as caught:
        keepsakes.favourites()
    assert "\n" not in str(caught.value)
    assert keepsakes.favourites() == []
    assert (tmp_path / "favourites.damaged.json").read_bytes() == text
    assert len(keepsakes.directions()) == 1
    (tmp_path / "favourites.json").write_bytes(text)
    keepsakes.add(favourite())
    assert [each.name for each in keepsakes.favourites()] == ["Ada"]
    assert (tmp_path / "favourites.damaged2.json").read_bytes() == text


@pytest.mark.parametrize(
    "change",
    [
        {"z": []},
        {"z": [0.0] * 20_000},
        {"z": [1e39]},
        {"z": ["1"]},
        {"z": None},
        {"name": ""},
        {"name": "x" * 61},
        {"name": "\n"},
        {"name": "Eve"},  # taken
        {"truncation": -1},
        {"step": 1.5},
        {"step": -1},
        {"created": "x" * 41},
    ],
)
def test_a_damaged_entry_leaves_the_others(tmp_path: Path, change: dict[str, object]) -> None:
    keepsakes = Keepsakes(tmp_path)
    for name in ("Eve", "Ada"):
        keepsakes.add(favourite(name))
    path = tmp_path / "favourites.json"
    data = json.loads(path.read_text())
    data["favourites"][1] |= change
    path.write_text(json.dumps(data))
    with pytest.raises(RunError, match="1 of its favourites were sound"):
        keepsakes.favourites()
    assert [each.name for each in keepsakes.favourites()] == ["Eve"]


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    for number in ("NaN", "Infinity", "1e400"):
        (tmp_path / "directions.json").write_text(
            f'{{"schema": 1, "directions": [{{"name": "a", "kind": "custom", "vector": [1, {number}]}}]}}'
        )
        with pytest.raises(RunError, match="damaged"):
            Keepsakes(tmp_path).directions()


def test_a_newer_file_stays_where_it_is(tmp_path: Path) -> None:
    text = '{"schema": 2, "favourites": []}'
    (tmp_path / "favourites.json").write_text(text)
    for attempt in (lambda: Keepsakes(tmp_path).favourites(), lambda: Keepsakes(tmp_path).add(favourite())):
        with pytest.raises(RunError, match="newer version"):
            attempt()
    assert (tmp_path / "favourites.json").read_text() == text


def test_only_what_fits_the_generator_is_offered(tmp_path: Path) -> None:
    keepsakes = Keepsakes(tmp_path)
    keepsakes.add(favourite("small", latent_dim=8))
    keepsakes.add(favourite("large"))
    assert [each.name for each in keepsakes.favourites(100)] == ["large"]
    assert [each.name for each in keepsakes.favourites()] == ["small", "large"]


def test_directions_are_shared_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "to share.json"
    write_directions(path, [direction("one"), direction("two", 2)])
    found = read_directions(path, latent_dim=100)
    assert [each.name for each in found] == ["one", "two"]
    assert found[0].vector.tobytes() == direction("one").vector.tobytes()
    with pytest.raises(RunError, match="takes 64"):
        read_directions(path, latent_dim=64)
    with pytest.raises(RunError, match="no file"):
        read_directions(tmp_path / "missing.json")


def test_a_shared_direction_of_another_length_becomes_one_of_length_one(tmp_path: Path) -> None:
    path = tmp_path / "shared.json"
    path.write_text('{"schema": 1, "directions": [{"name": "a", "kind": "custom", "vector": [3, 4]}]}')
    np.testing.assert_allclose(read_directions(path)[0].vector, [0.6, 0.8], atol=1e-6)
    path.write_text('{"schema": 1, "directions": [{"name": "a", "kind": "custom", "vector": [0, 0]}]}')
    with pytest.raises(RunError, match="cannot be used"):
        read_directions(path)


def test_what_is_written_to_share_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "shared.json"
    write_directions(path, [direction("x" * 70), direction("x" * 70, 2), direction("two\nlines", 3)])
    names = [each.name for each in read_directions(path)]
    assert names == ["x" * 59 + "…", "x" * 55 + " 2", "two lines"]


def test_what_is_sound_of_a_shared_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "shared.json"
    good = '{"name": "a", "kind": "custom", "vector": [3, 4]}'
    path.write_text(f'{{"schema": 1, "directions": [{good}, {{"name": "b"}}, {good}]}}')
    assert [each.name for each in read_directions(path)] == ["a"]


def test_only_an_attribute_learned_again_takes_the_place_of_its_name(tmp_path: Path) -> None:
    keepsakes = Keepsakes(tmp_path)
    keepsakes.add(Direction("hat", "principal", direction(seed=1).vector))
    first = keepsakes.replace(Direction("smile", "attribute", direction(seed=2).vector))
    keepsakes.add(Direction("last", "custom", direction(seed=3).vector))
    again = keepsakes.replace(Direction(" smile ", "attribute", direction(seed=4).vector))
    assert (first.name, again.name) == ("smile", "smile")
    assert keepsakes.replace(Direction("hat", "attribute", direction(seed=5).vector)).name == "hat 2"
    shorter = unit(np.ones(3))
    assert keepsakes.replace(Direction("smile", "attribute", shorter)).name == "smile 2"
    kept = keepsakes.directions()
    assert [each.name for each in kept] == ["hat", "smile", "last", "hat 2", "smile 2"]
    np.testing.assert_array_equal(kept[1].vector, again.vector)


def test_what_a_file_says_gives_no_orders_to_a_terminal(tmp_path: Path) -> None:
    keepsakes = Keepsakes(tmp_path)
    keepsakes.add(favourite("Ada"))
    path = tmp_path / "favourites.json"
    data = json.loads(path.read_text())
    data["favourites"][0] |= {"name": "\x1b[2JA\nB", "created": "\x1b]0;x\x07now"}
    path.write_text(json.dumps(data))
    (found,) = keepsakes.favourites()
    assert (found.name, found.created) == ("[2JA B", "]0;x now")

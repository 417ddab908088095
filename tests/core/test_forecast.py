from pathlib import Path

import pytest

from core import loop
from core.budget import SHARE
from core.config import Config
from core.data.cache import PictureCache
from core.data.prepare import prepare
from core.data.sources import open_source
from core.errors import Cancelled, ConfigError, RunError
from core.forecast import forecast
from tests.core.running import new_run, run_until
from tests.core.test_memory import short_at, too_much


def test_a_forecast_of_real_steps(tiny: Config, cartoons: PictureCache) -> None:
    config = tiny.replace(duration=1000)
    found = forecast(config, cartoons, "cpu")
    assert (found.total_steps, found.images, found.parts) == (1000, 44, 1)
    assert found.images_per_s == pytest.approx(config.batch_size / found.seconds_per_step)
    assert found.total_seconds > 1000 * found.seconds_per_step
    assert found.memory_mib > 100, "torch alone takes that"


@pytest.mark.parametrize(
    ("unit", "length", "steps"), [("epochs", 4, 20), ("epochs", 0.5, 2), ("steps", 7, 7)]
)
def test_the_length_of_a_run_in_steps(
    tiny: Config, cartoons: PictureCache, unit: str, length: float, steps: int
) -> None:
    config = tiny.replace(duration=length, duration_unit=unit)
    assert forecast(config, cartoons, "cpu", steps=2).total_steps == steps


def test_minutes_become_steps(tiny: Config, cartoons: PictureCache) -> None:
    found = forecast(tiny.replace(duration=2, duration_unit="minutes"), cartoons, "cpu", steps=5)
    assert found.total_seconds == 120
    assert 0 < found.total_steps < 120 / found.seconds_per_step


def test_the_disk_that_a_run_really_takes(tmp_path: Path, tiny: Config, cartoons: PictureCache) -> None:
    config = tiny.replace(keep_checkpoints=3, duration=24)
    found = forecast(config, cartoons, "cpu", steps=2)
    run = new_run(tmp_path / "run", config, cartoons)
    run_until(run, cartoons)
    real = sum(path.stat().st_size for path in run.folder.rglob("*") if path.is_file()) / 2**20
    assert found.disk_mib == pytest.approx(real, rel=0.35)


def test_it_is_called_off_between_two_steps(tiny: Config, cartoons: PictureCache) -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(Cancelled):
        forecast(tiny, cartoons, "cpu", cancelled=cancelled)
    assert len(asked) == 3


def test_too_few_pictures_say_so(tiny: Config, cartoons: PictureCache) -> None:
    with pytest.raises(ConfigError, match="64 pictures are needed, 44 were found"):
        forecast(tiny.replace(batch_size=64), cartoons, "cpu")


def test_too_little_memory_is_foreseen(
    tiny: Config, cartoons: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_at(monkeypatch, 1)
    assert forecast(tiny, cartoons, "cpu", steps=2).parts == 2
    short_at(monkeypatch, *range(1, 100))
    with pytest.raises(RunError) as caught:
        forecast(tiny, cartoons, "cpu", steps=2)
    assert str(caught.value) == loop.MEMORY_FULL


@pytest.mark.parametrize("place", ["Trainee", "decode"])
def test_memory_that_is_short_outside_of_a_step_is_said_as_well(
    tiny: Config, cartoons: PictureCache, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def short(*_: object) -> None:
        too_much()

    monkeypatch.setattr("core.forecast." + place, short)
    with pytest.raises(RunError) as caught:
        forecast(tiny, cartoons, "cpu", steps=2)
    assert str(caught.value) == loop.MEMORY_FULL


def test_only_measuring_by_the_share_of_time_is_counted(
    tiny: Config, cartoons: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight pictures are too few to measure by; at fixed steps there is no share."""
    monkeypatch.setattr("core.forecast._grid", lambda *_: (0.0, 1))
    monkeypatch.setattr("core.forecast._checkpoint", lambda *_: (0.0, 1))
    few = prepare(open_source("cartoons:8"), size=32)
    config = tiny.replace(measure_count=64)
    for cache, every, share in ((few, 0, 0.0), (cartoons, 0, SHARE), (cartoons, 100, 0.0)):
        found = forecast(config.replace(measure_every=every), cache, "cpu", steps=2)
        steps = found.total_steps * found.seconds_per_step
        assert found.total_seconds == pytest.approx(steps / (1 - share))

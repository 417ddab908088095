from pathlib import Path

import psutil
import pytest

from core.bench import child
from core.errors import Cancelled, StudioError

MODULE = "core.bench.preparing"


def test_what_was_measured_comes_back(pictures: Path, tmp_path: Path) -> None:
    request = {"side": "ours", "pictures": str(pictures), "size": 32, "processes": 1}
    found = child.measure(MODULE, request | {"cache_root": str(tmp_path)})
    assert found["seconds"] > 0
    assert len(list(tmp_path.glob("*/cache.json"))) == 1


def test_a_reason_comes_back_as_it_is(tmp_path: Path) -> None:
    missing = {"side": "ours", "pictures": str(tmp_path / "none"), "size": 32, "processes": 1}
    with pytest.raises(StudioError, match=r"There is no (file|folder)|none"):
        child.measure(MODULE, missing | {"cache_root": str(tmp_path)})


def test_what_nobody_expected_is_told_in_one_line() -> None:
    with pytest.raises(StudioError, match=r"^core.bench.preparing did not finish: KeyError: 'side'$") as told:
        child.measure(MODULE, {})
    assert any("Traceback" in line for line in told.value.facts["stderr"])  # type: ignore[attr-defined]


def test_stopping_ends_the_process() -> None:
    before = set(psutil.Process().children())
    with pytest.raises(Cancelled):
        child.measure(MODULE, {}, cancelled=lambda: True)
    with pytest.raises(StudioError, match=r"was not done after 0 s"):
        child.measure(MODULE, {}, limit_s=0)
    assert set(psutil.Process().children()) <= before

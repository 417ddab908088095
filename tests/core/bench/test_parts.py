from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.bench import matrix, opening, preparing, windows
from core.bench.asking import Ask
from core.bench.plan import Plan
from core.bench.spread import percentile, spread
from core.errors import Cancelled, StudioError


def test_preparing(plan: Plan, pictures: Path, tmp_path: Path, ask: Ask) -> None:
    found = preparing.compare(plan, pictures, tmp_path, ask)
    assert found["pictures"] == 30
    assert len(list(tmp_path.glob("cache*/*/cache.json"))) == 2  # a cache of its own for every round
    for name in ("ratio", "images_per_s", "imagefolder_images_per_s"):
        assert 0 < found[name]["least"] <= found[name]["median"] <= found[name]["most"]


def test_opening_takes_no_room(plan: Plan, pictures: Path, tmp_path: Path, ask: Ask) -> None:
    found = opening.compare(plan.changed({"opened": 5_000}), pictures, tmp_path, ask)
    assert found["pictures"] == 5_000
    assert min(found[name] for name in ("open_ms", "first_batch_ms", "identity_ms")) > 0
    status = (tmp_path / "cache" / "pictures.npy").stat()
    assert status.st_size > 5_000 * 32 * 32 * 3
    assert len(list((tmp_path / "files" / "faces").iterdir())) == 5_000


def test_matrix_speed() -> None:
    found = matrix.measure({"device": "cpu", "seconds": 0.01, "largest": 64})["gflops"]
    assert set(found) == {"float32", "bf16"}
    assert min(found.values()) > 0


def test_a_window_that_cannot_open_costs_no_other_figure(plan: Plan, prepared: Path, tmp_path: Path) -> None:
    def ask(module: str, request: Mapping[str, object], title: str) -> dict[str, Any]:
        raise StudioError("Qt could not start.")

    (tmp_path / "a run").mkdir()
    assert windows.start(plan, ask) == {"skipped": "Qt could not start."}
    assert windows.slider(plan, tmp_path, prepared, ask) == {"skipped": "Qt could not start."}


def test_stopping_is_no_reason_to_go_on(plan: Plan) -> None:
    def ask(module: str, request: Mapping[str, object], title: str) -> dict[str, Any]:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        windows.start(plan, ask)


def test_the_first_start_does_not_count(plan: Plan) -> None:
    times = iter([9.0, 1.0, 3.0, 2.0])

    def ask(module: str, request: Mapping[str, object], title: str) -> dict[str, Any]:
        second = next(times)
        return {"painted_s": second, "clicked_s": second, "late_ms": 1.0, "platform": "offscreen"}

    found = windows.start(plan.changed({"starts": 3}), ask)
    assert found["clicked_s"] == {"median": 2.0, "least": 1.0, "most": 3.0}


def test_spread_and_percentile() -> None:
    assert spread([3.0, 1.0, 2.0]) == {"median": 2.0, "least": 1.0, "most": 3.0}
    assert percentile(range(100), 95) == 95
    assert percentile([7.0], 95) == 7.0

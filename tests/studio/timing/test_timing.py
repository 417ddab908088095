"""Both measurements, each in a process of its own, as the benchmark takes them."""

import sys
from pathlib import Path
from time import time

import pytest

from core.bench import child
from core.bench.windows import SLIDER, START
from tests.studio.conftest import MakeRun


@pytest.mark.timeout(300)
def test_the_first_click_is_answered(tmp_path: Path) -> None:
    environment = {f"DCGAN_STUDIO_{name}": str(tmp_path / name) for name in ("RUNS", "CACHE", "CONFIG")}
    for _ in range(2):  # where the first one ended is remembered
        found = child.measure(START, {"began": time(), "watched_s": 0.1}, environment=environment)
        assert 0 < found["painted_s"] < found["clicked_s"]
        assert found["late_ms"] >= 0
        assert found["platform"] == "offscreen"
        assert "workspace=0" in (tmp_path / "CONFIG" / "studio.ini").read_text().splitlines()


@pytest.mark.timeout(300)
def test_the_face_follows_the_slider(make_run: MakeRun, runs_folder: Path, tmp_path: Path) -> None:
    run = make_run("dragged")
    environment = {"DCGAN_STUDIO_RUNS": str(runs_folder), "DCGAN_STUDIO_CONFIG": str(tmp_path / "config")}
    request = {"run": str(run.folder), "seconds": 1.0, "width": 1280, "height": 800}
    found = child.measure(SLIDER, request, environment=environment)
    assert found["movements"] > 5
    assert 0 < found["p50_ms"] <= found["p95_ms"] <= found["most_ms"]
    assert found["face_px"] > 300


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
def test_without_a_display_it_says_so() -> None:
    nowhere = dict.fromkeys(("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"), "")
    for module, request in ((START, {"began": time(), "watched_s": 0.1}), (SLIDER, {"run": "none"})):
        assert "no display" in child.measure(module, request, environment=nowhere)["skipped"]

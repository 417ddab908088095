import importlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.bench.asking import Ask
from core.bench.pictures import lay_out
from core.bench.plan import Plan, recipe
from core.data.prepare import prepare
from core.data.sources import open_source
from core.data.watch import Watch

TINY = {"size": 32, "latent_dim": 8, "g_features": 4, "d_features": 4, "batch_size": 4, "log_every": 1}


@pytest.fixture(scope="session")
def pictures(own_folders: Path) -> Path:
    """Twelve cartoons as files, in ImageFolder's layout."""
    folder = own_folders / "laid out"
    assert lay_out(open_source("cartoons:20"), folder, 12, Watch()) == 12
    return folder


@pytest.fixture(scope="session")
def prepared(pictures: Path, own_folders: Path) -> Path:
    """The folder of their cache."""
    return prepare(open_source(pictures), size=32, cache_root=own_folders / "laid out caches").folder


@pytest.fixture
def plan() -> Plan:
    """Everything as short as can be, and in one process."""
    tiny = Plan(recipe(TINY), "cpu", "cartoons:12")
    times = {"rounds": 2, "seconds": 0.01, "warmup_s": 0.0, "matrix_s": 0.01}
    return replace(tiny, **times, workers=0, processes=0, prepared=30, opened=50)


@pytest.fixture
def ask() -> Ask:
    """Measures here instead of in another process."""

    def measured(module: str, request: Mapping[str, object], title: str) -> dict[str, Any]:
        found: dict[str, Any] = importlib.import_module(module).measure(dict(request))
        return found

    return measured

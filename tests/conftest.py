"""Every test writes to its own folders, and Qt draws without a screen."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# One thread is as fast for tiny networks, and does not wait for a core that something else holds.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs, caches and settings of the whole test session live in one temporary folder."""
    root = tmp_path_factory.mktemp("studio")
    for name in ("RUNS", "CACHE", "CONFIG"):
        os.environ[f"DCGAN_STUDIO_{name}"] = str(root / name.lower())
    return root

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test prepares into a cache of its own."""
    root = tmp_path / "cache"
    monkeypatch.setenv("DCGAN_STUDIO_CACHE", str(root))
    return root

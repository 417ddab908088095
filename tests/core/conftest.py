import pytest

from core.config import Config
from core.data.cache import PictureCache
from core.data.prepare import prepare
from core.data.sources import open_source

TINY = {
    "size": 32,
    "latent_dim": 16,
    "g_features": 8,
    "d_features": 8,
    "batch_size": 8,
    "duration": 12,
    "duration_unit": "steps",
    "sample_every": 4,
    "sample_count": 16,
    "checkpoint_every": 4,
    "flip": True,
}


@pytest.fixture(scope="session")
def cartoons(own_folders: object) -> PictureCache:
    """44 real cartoons of 32 px: five steps of eight an epoch, so that short runs cross epochs."""
    return prepare(open_source("cartoons:44"), size=32)


@pytest.fixture
def tiny() -> Config:
    """A run of twelve steps that takes a second."""
    return Config(**TINY)

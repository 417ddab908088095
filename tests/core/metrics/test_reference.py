import numpy as np
import pytest
import torch

from core.data.cache import PictureCache
from core.data.prepare import prepare
from core.data.sources import open_source
from core.errors import SourceError
from core.metrics.features import Extractor
from core.metrics.reference import Reference, sample_size

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def faces(own_folders: object) -> PictureCache:
    return prepare(open_source("cartoons:400"), size=32)


@pytest.fixture(scope="module")
def reference(faces: PictureCache) -> Reference:
    return Reference(faces.pictures, Extractor(32, CPU), 200)


@pytest.mark.parametrize(
    ("images", "count", "compared"),
    [(5000, 1024, 1024), (2048, 1024, 1024), (500, 1024, 250), (12, 64, 6), (11, 64, 0)],
)
def test_half_of_a_small_source_is_compared(images: int, count: int, compared: int) -> None:
    assert sample_size(images, count) == compared


def test_too_few_pictures_are_a_sentence() -> None:
    with pytest.raises(SourceError, match=r"At least 12 pictures .* 11 were found"):
        Reference(np.zeros((11, 32, 32, 3), np.uint8), Extractor(32, CPU), 64)


def test_the_samples_are_disjoint_and_always_the_same(faces: PictureCache, reference: Reference) -> None:
    again = Reference(faces.pictures, Extractor(32, CPU), 200)
    np.testing.assert_array_equal(again.pictures(), reference.pictures())
    both = np.concatenate([reference.pictures(), reference.other_pictures()]).reshape(400, -1)
    assert sorted(map(bytes, both)) == sorted(map(bytes, faces.pictures.reshape(400, -1)))


def test_real_pictures_reach_nearly_everything(reference: Reference) -> None:
    real = reference.real_quality
    assert real.coverage > 0.93
    assert 0.8 < real.density < 1.25
    assert abs(real.kid) < 0.1


def test_what_is_wrong_with_pictures_shows(reference: Reference) -> None:
    other, real = reference.other_pictures(), reference.real_quality
    random = np.random.default_rng(0)

    dropped = reference.measure(other[np.arange(200) % 20])
    assert dropped.coverage < 0.6 * real.coverage

    noisy = reference.measure(np.clip(other + random.normal(0, 32, other.shape), 0, 255).astype(np.uint8))
    assert noisy.coverage < 0.7 * real.coverage
    assert noisy.kid > real.kid + 0.1

    near = (
        other.astype(int) + np.roll(other, 1, 1) + np.roll(other, 1, 2) + np.roll(other, (1, 1), (1, 2))
    ) // 4
    blurred = reference.measure(near.astype(np.uint8))
    assert blurred.kid > real.kid + 0.02

    frozen = reference.measure(np.repeat(other[:1], 200, 0))
    assert frozen.coverage < 0.1
    assert frozen.kid > 1

    misplaced = reference.measure(np.roll(other, 16, 2))
    assert misplaced.coverage < 0.5 * real.coverage


def test_equal_pictures_are_measured_without_dividing_by_nothing() -> None:
    flat = np.full((40, 32, 32, 3), 7, np.uint8)
    quality = Reference(flat, Extractor(32, CPU), 20).measure(flat)
    assert np.isfinite([quality.coverage, quality.density, quality.kid]).all()

import hashlib

import numpy as np
import pytest
import torch

from core.metrics.features import Extractor

CPU = torch.device("cpu")


def _pictures(size: int, channels: int = 3, count: int = 5) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, size, size, channels), dtype=np.uint8)


@pytest.mark.parametrize(("size", "dimension"), [(32, 224), (64, 480), (128, 736), (256, 992)])
def test_every_size_has_its_features(size: int, dimension: int) -> None:
    extractor = Extractor(size, CPU)
    found = extractor(_pictures(size))
    assert found.shape == (5, dimension)
    assert dimension == extractor.dimension
    assert found.isfinite().all()
    assert (found.std(0) > 0).sum() > 0.95 * dimension, "almost no channel is dead"


def test_the_network_is_the_same_on_every_machine_and_named() -> None:
    """A digest of the weights, so that no change passes for the same extractor."""
    extractor = Extractor(64, CPU)
    total = hashlib.sha256()
    for weight in extractor._layers.state_dict().values():
        total.update(weight.contiguous().numpy().tobytes())
    assert total.hexdigest()[:16] == "418cb5ed6db4e1e5"
    assert extractor.name == "random convolutions 32-64-128-256, seed 0"


def test_torchs_random_numbers_are_left_alone() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    Extractor(32, CPU)(_pictures(32))
    assert torch.equal(torch.get_rng_state(), before)


def test_grey_is_three_equal_channels() -> None:
    extractor, grey = Extractor(32, CPU), _pictures(32, 1)
    torch.testing.assert_close(extractor(grey), extractor(grey.repeat(3, 3)))


def test_training_in_bf16_does_not_change_features() -> None:
    extractor, pictures = Extractor(32, CPU), _pictures(32)
    with torch.autocast("cpu", torch.bfloat16):
        inside = extractor(pictures)
    assert torch.equal(inside, extractor(pictures))


def test_whoever_listens_hears_of_every_picture() -> None:
    heard: list[int] = []
    Extractor(32, CPU, heard.append)(_pictures(32, count=70))
    assert heard == [64, 6]

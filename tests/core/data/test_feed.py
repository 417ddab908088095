"""The pictures of a step on the device; what a GPU alone does is tried where there is one."""

import numpy as np
import pytest
import torch

from core.data.batches import Batches
from core.data.feed import Feed, to_tensor

CPU = torch.device("cpu")
STEPS = (1, 2, 3, 9, 2)


def batches() -> Batches:
    pictures = np.random.default_rng(3).integers(0, 256, (50, 8, 8, 3), np.uint8)
    return Batches(pictures, 8, seed=1)


def test_all_bytes_are_in_minus_1_to_1() -> None:
    every = to_tensor(np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1), CPU)
    assert every.dtype == torch.float32
    assert torch.equal(every.flatten(), torch.arange(256) / 127.5 - 1)


@pytest.mark.parametrize("resident", [True, False])
def test_a_step_has_its_pictures_wherever_they_lie(resident: bool) -> None:
    feed = Feed(batches(), CPU, resident)
    for step in STEPS:
        found = feed.batch(step, 2, slice(2, 5))
        assert found.is_contiguous(memory_format=torch.channels_last)
        assert torch.equal(found, to_tensor(batches().batch(step, 2, slice(2, 5)), CPU))


def test_pictures_that_lie_on_the_device_are_a_copy() -> None:
    chosen = batches()
    feed = Feed(chosen, CPU, resident=True)
    before = feed.batch(1)
    chosen.pictures[:] = 0
    assert torch.equal(feed.batch(1), before)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
@pytest.mark.parametrize("resident", [True, False])
def test_a_gpu_gets_the_same_pictures(resident: bool) -> None:
    feed = Feed(batches(), torch.device("cuda"), resident)
    for step in STEPS:
        expected = to_tensor(batches().batch(step, 2, slice(2, 5)), CPU)
        assert torch.equal(feed.batch(step, 2, slice(2, 5)).cpu(), expected)

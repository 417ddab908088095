import pytest

from core.config import Config
from core.strength import FEW_PICTURES, diffaugments, noise


def test_auto_asks_for_the_number_of_pictures() -> None:
    auto = Config(diffaugment="auto")
    assert diffaugments(auto, 500)
    assert diffaugments(auto, FEW_PICTURES)
    assert not diffaugments(auto, FEW_PICTURES + 1)
    assert not diffaugments(auto, None)
    assert diffaugments(Config(diffaugment="on"), 10**6)
    assert not diffaugments(Config(), 10)


def test_noise_is_whole_in_the_first_step_and_then_fades() -> None:
    fading = Config(noise=0.2, noise_steps=10)
    found = [noise(fading, step) for step in (1, 6, 10, 11, 12)]
    assert found == pytest.approx([0.2, 0.1, 0.02, 0, 0])
    assert noise(Config(noise=0.2, noise_steps=0), 10**6) == 0.2

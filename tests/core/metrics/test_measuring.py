from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core import draws
from core.config import Config
from core.data.batches import Batches
from core.data.cache import PictureCache
from core.data.feed import to_tensor
from core.errors import SourceError, StudioError
from core.events import Measured
from core.metrics.frechet import load_inception
from core.metrics.measuring import Measurer, is_better
from core.step import update
from core.trainee import Trainee

CPU = torch.device("cpu")


def _train(config: Config, cache: PictureCache, steps: int, measured_at: tuple[int, ...]) -> Trainee:
    trainee = Trainee(config, CPU)
    batches = Batches(cache.pictures, config.batch_size, config.seed)
    measurer = Measurer(config, cache, CPU, count=16)
    for step in range(1, steps + 1):
        z = torch.from_numpy(draws.normal(config.seed, "z", step, config.batch_size, config.latent_dim))
        update(trainee, to_tensor(batches.batch(step), CPU), z, step)
        if step in measured_at:
            state = torch.get_rng_state()
            measurer.measure(trainee.average, step, 1)
            assert torch.equal(torch.get_rng_state(), state)
    return trainee


@pytest.mark.parametrize("changes", [{}, {"d_spectral_norm": True, "d_dropout": 0.2, "noise": 0.1}])
def test_a_measured_training_is_the_same_bit_for_bit(
    tiny: Config, cartoons: PictureCache, changes: dict[str, object]
) -> None:
    config = tiny.replace(**changes)
    plain = _train(config, cartoons, 6, ()).tensors()
    measured = _train(config, cartoons, 6, (1, 3, 4)).tensors()
    assert plain.keys() == measured.keys()
    assert all(torch.equal(tensor, measured[name]) for name, tensor in plain.items())


def test_a_measurement_says_all_there_is_and_repeats(tiny: Config, cartoons: PictureCache) -> None:
    trainee = Trainee(tiny, CPU)
    measurer = Measurer(tiny, cartoons, CPU)
    first = measurer.measure(trainee.average, 4, 2)
    assert (first.step, first.epoch, first.count) == (4, 2, 22)
    assert first.best, "the first is the best so far"
    assert first.coverage < first.real_coverage, "an untrained generator"
    assert first.kid > first.real_kid
    assert first.fid is None
    assert "random convolutions" in measurer.extractor_name
    again = Measurer(tiny.replace(seed=9), cartoons, CPU).measure(trainee.average, 4, 2, first)
    assert replace(again, best=True) == first, "the same pictures and faces, whatever the run's seed"
    assert not again.best, "no better than itself"


def test_grey_pictures(tiny: Config, cartoons: PictureCache) -> None:
    config = tiny.replace(color="grey")
    grey = replace(cartoons, color="grey", pictures=np.array(cartoons.pictures[..., :1]))
    assert Measurer(config, grey, CPU).measure(Trainee(config, CPU).average, 1, 1).count == 22


def test_too_few_pictures(tiny: Config, cartoons: PictureCache) -> None:
    few = replace(cartoons, pictures=cartoons.pictures[:10])
    measurer = Measurer(tiny, few, CPU)
    assert not measurer.possible
    with pytest.raises(SourceError, match="At least 12 pictures"):
        measurer.measure(Trainee(tiny, CPU).average, 1, 1)


def _measured(coverage: float, kid: float) -> Measured:
    return Measured(1, 1, 1024, coverage, 1.0, kid, 0.97, 1.0, 0.0, None, best=False)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ((0.90, 0.05), (0.60, 0.05)),  # coverage
        ((0.90, 0.05), (0.90, 0.10)),  # KID
        ((0.01, 1.00), (0.03, 6.00)),  # while nothing is covered the KID decides
        ((0.94, 0.05), (0.57, 0.045)),  # dropped modes that the KID hardly sees
        ((0.94, 0.03), (0.942, 0.30)),  # blurred
    ],
)
def test_the_best_is_best_in_coverage_and_kid(
    better: tuple[float, float], worse: tuple[float, float]
) -> None:
    assert is_better(_measured(*better), _measured(*worse))
    assert not is_better(_measured(*worse), _measured(*better))


def test_beyond_real_pictures_there_is_no_better() -> None:
    assert not is_better(_measured(0.99, -0.02), _measured(0.97, 0.0))


def test_weights_that_were_found_and_cannot_be_used_are_passed_over(
    tiny: Config, cartoons: PictureCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A download that broke off, where torch keeps Inception; named by a person it is refused."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    damaged = tmp_path / "hub" / "checkpoints" / "weights-inception-2015-12-05-6726825d.pth"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"PK\3\4 half of it")
    trainee = Trainee(tiny, CPU)
    measurer = Measurer(tiny, cartoons, CPU, with_fid=True)
    assert measurer.no_fid == ""
    assert [measurer.measure(trainee.average, step, 1).fid for step in (4, 5)] == [None, None]
    assert measurer.no_fid
    with pytest.raises(StudioError):
        load_inception(damaged)

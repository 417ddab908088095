from copy import deepcopy

import numpy as np
import pytest
import torch

from core import draws
from core.config import Config
from core.data.cache import PictureCache
from core.data.feed import to_tensor
from core.metrics.scores import score_histogram
from core.trainee import Trainee

CPU = torch.device("cpu")


@pytest.mark.parametrize("loss", ["bce", "lsgan", "hinge", "wgan-gp"])
def test_every_picture_is_counted_once(tiny: Config, cartoons: PictureCache, loss: str) -> None:
    config = tiny.replace(loss=loss)
    trainee = Trainee(config, CPU)
    z = draws.normal(0, "test", 0, 40, config.latent_dim)
    found = score_histogram(config, trainee.generator, trainee.discriminator, cartoons.pictures[:40], z)
    assert len(found.edges) == len(found.real) + 1 == len(found.fake) + 1
    assert sum(found.real) == sum(found.fake) == 40
    if loss == "wgan-gp":
        assert found.real[0] + found.fake[0] > 0, "from the least score"
        assert found.real[-1] + found.fake[-1] > 0, "to the highest"
    else:
        assert (found.edges[0], found.edges[-1]) == (0.0, 1.0)


def test_it_shows_what_the_curves_show(tiny: Config, cartoons: PictureCache) -> None:
    """The mean of the histogram of a batch is D(x) as training sees it, batch norm's statistics included."""
    trainee = Trainee(tiny, CPU)
    torch.nn.init.constant_(next(reversed(list(trainee.discriminator.parameters()))), 0.05)
    real = np.array(cartoons.pictures[:8])
    z = draws.normal(0, "test", 0, 8, tiny.latent_dim)
    found = score_histogram(tiny, trainee.generator, trainee.discriminator, real, z)
    with torch.no_grad():
        seen = deepcopy(trainee.discriminator).train()(to_tensor(real, CPU)).sigmoid().numpy()
    np.testing.assert_array_equal(np.histogram(seen, found.edges)[0], found.real)


def test_few_pictures_are_one_batch(tiny: Config, cartoons: PictureCache) -> None:
    trainee = Trainee(tiny, CPU)
    z = draws.normal(0, "test", 0, 6, tiny.latent_dim)
    found = score_histogram(tiny, trainee.generator, trainee.discriminator, cartoons.pictures[:6], z)
    assert sum(found.real) == 6


def test_networks_stay_as_they_are(tiny: Config, cartoons: PictureCache) -> None:
    config = tiny.replace(d_dropout=0.3, d_spectral_norm=True)
    trainee = Trainee(config, CPU)
    before = {name: tensor.clone() for name, tensor in trainee.tensors().items()}
    torch.manual_seed(5)
    state = torch.get_rng_state()
    z = draws.normal(0, "test", 0, 24, config.latent_dim)
    score_histogram(config, trainee.generator, trainee.discriminator, cartoons.pictures[:24], z)
    assert torch.equal(torch.get_rng_state(), state)
    after = trainee.tensors()
    assert before.keys() == after.keys()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())
    assert trainee.discriminator.training
    assert trainee.generator.training

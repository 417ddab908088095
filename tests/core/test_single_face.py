"""One face drawn quickly is the face that the generator draws."""

import numpy as np
import pytest
import torch

from core.latent import decode, z_of_seed
from core.models import Generator, GeneratorShape
from core.single_face import SingleFace


@pytest.mark.parametrize(
    "shape",
    [
        GeneratorShape(10, (32, 16, 8), 3, (False, False, False, False)),
        GeneratorShape(7, (12, 9, 5, 3), 1, (True, True, True, True, True)),
        GeneratorShape(100, (64,), 3, (True, False)),
    ],
)
def test_it_is_the_generator_s_own_picture(shape: GeneratorShape) -> None:
    torch.manual_seed(0)
    generator = Generator(shape).eval()
    for layer in generator.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.1, 2)
            torch.nn.init.normal_(layer.weight, 1, 0.3)
            torch.nn.init.normal_(layer.bias, 0, 0.3)
        elif isinstance(layer, torch.nn.ConvTranspose2d):
            torch.nn.init.normal_(layer.weight, 0, 0.3)  # so that pictures are not all grey
    single = SingleFace(generator)
    for z in z_of_seed(1, shape.latent_dim, 5):
        expected = decode(generator, z[None]).astype(int)
        assert expected.std() > 20
        made = single.decode(z[None])
        assert made.shape == expected.shape
        assert np.abs(made - expected).max() <= 1
        assert (made != expected).mean() < 0.001

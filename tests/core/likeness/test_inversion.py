import threading

import numpy as np
import pytest
import torch

from core.errors import Cancelled, ShapeError
from core.latent import decode, z_of_seed
from core.likeness import inversion
from core.likeness.inversion import Progress, invert
from core.models import Generator, GeneratorShape, initialise


def generator(channels: int = 3, latent_dim: int = 12) -> Generator:
    """One whose faces differ: eight times the usual initial weights."""
    made = Generator(GeneratorShape(latent_dim, (16, 8, 8), channels, (False,) * 4))
    initialise(made, torch.Generator().manual_seed(0))
    for name, parameter in made.named_parameters():
        if name.endswith("weight") and parameter.ndim == 4:
            parameter.data *= 8
    return made.eval().requires_grad_(False)


@pytest.mark.parametrize("channels", [3, 1])
def test_an_own_face_is_found_again(channels: int) -> None:
    network = generator(channels)
    z = z_of_seed(1, 12)
    wanted = decode(network, z)[0]
    assert wanted.std() > 10
    *_, last = invert(network, wanted)
    assert last.error < 1
    np.testing.assert_array_equal(last.picture, decode(network, last.z[None])[0])
    assert last.z @ z[0] / np.linalg.norm(last.z) / np.linalg.norm(z) > 0.99


def test_progress_only_improves_and_ends_at_its_end() -> None:
    network = generator()
    photo = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    told = list(invert(network, photo, starts=2, steps=5))
    assert [each.step for each in told] == sorted(each.step for each in told)
    assert told[-1].step == told[-1].steps == 4 + 2 * 3 + 5
    assert told[-1].error < told[0].error
    for each in told:
        exact = np.sqrt(np.mean((each.picture.astype(float) - photo) ** 2))
        assert each.error == pytest.approx(exact)


def test_z_stays_where_the_generator_has_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    network = generator()
    far = decode(network, 3 * z_of_seed(1, 12))[0]
    lengths = []
    for weight in (0.0, 2.5e-4, 1.0):
        monkeypatch.setattr(inversion, "_LENGTH_WEIGHT", weight)
        *_, last = invert(network, far)
        lengths.append(float(np.mean(last.z**2)))
    assert lengths[0] > lengths[1] > lengths[2]
    assert lengths[2] == pytest.approx(1, abs=0.05)


def test_a_seed_gives_one_result_and_the_generator_stays_as_it_is() -> None:
    network = generator()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    photo = np.random.default_rng(1).integers(0, 256, (32, 32, 3), np.uint8)
    lasts: list[Progress] = []

    def search() -> None:
        lasts.append(list(invert(network, photo, steps=3, seed=7))[-1])

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(lasts[0].z, lasts[1].z)
    assert not network.training
    assert not any(
        parameter.requires_grad or parameter.grad is not None for parameter in network.parameters()
    )
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


def test_it_stops_at_the_part_in_which_it_is_cancelled() -> None:
    stop = threading.Event()
    search = invert(generator(), np.zeros((32, 32, 3), np.uint8), cancelled=stop.is_set)
    next(search)
    stop.set()
    with pytest.raises(Cancelled):
        next(search)


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(ShapeError, match="32 x 32"):
        next(invert(generator(), np.zeros((64, 64, 3), np.uint8)))


@pytest.mark.parametrize(
    ("latent_dim", "channels", "size", "by"),
    [
        (100, 3, 64, 1),
        (100, 3, 256, 1),
        (100, 3, 512, 2),
        (1_024, 3, 256, 2),
        (4_096, 3, 512, 8),
        (2, 1, 16, 1),
    ],
)
def test_what_is_compared_fits_in_the_memory(latent_dim: int, channels: int, size: int, by: int) -> None:
    assert inversion.shrinking(latent_dim, channels, size) == by
    assert latent_dim * channels * (size // by) ** 2 <= 2**26


@pytest.mark.parametrize("channels", [3, 1])
def test_an_own_face_is_found_again_where_it_is_compared_at_a_half(
    channels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inversion, "_MOST_SLOPES", 12 * 16 * 16 * channels)
    held: list[int] = []
    draw = inversion._Fit._draw

    def watch(fit: inversion._Fit, z: np.ndarray) -> torch.Tensor:
        drawn = draw(fit, z)
        held.append(drawn.shape[1])
        return drawn

    monkeypatch.setattr(inversion._Fit, "_draw", watch)
    network = generator(channels)
    wanted = decode(network, z_of_seed(1, 12))[0]
    *_, last = invert(network, wanted)
    assert set(held) == {16 * 16 * channels}
    assert last.error < 2, "of the whole picture"

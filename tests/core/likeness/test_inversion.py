import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.errors import Cancelled, ShapeError, SourceError
from core.latent import decode, z_of_seed
from core.likeness import inversion
from core.likeness.inversion import Progress, invert, read_photo
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


def test_a_photo_is_read_as_training_pictures_are(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, 20:60] = (200, 100, 50)
    Image.fromarray(pixels).save(path)
    np.testing.assert_array_equal(read_photo(path, 32)[4:-4, 4:-4], np.full((24, 24, 3), (200, 100, 50)))
    grey = read_photo(path, 32, channels=1)
    assert grey.shape == (32, 32, 3)
    assert (grey == grey[..., :1]).all()
    path.write_bytes(b"no picture")
    for bad in (path, tmp_path / "missing.png"):
        with pytest.raises(SourceError, match=bad.name):
            read_photo(bad, 32)

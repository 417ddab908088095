import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core import checkpoints, generators
from core.config import Config
from core.data.cache import PictureCache
from core.data.prepare import prepare
from core.data.sources import open_source
from core.directions.features import features, load_discriminator
from core.directions.lessons import Lesson, learn_labels
from core.errors import Cancelled, RunError, SourceError, StudioError
from core.latent import decode, z_of_seed
from core.trainee import Trainee


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> PictureCache:
    """160 noisy pictures: of dim ones and bright ones the same number, and few that are odd."""
    folder = tmp_path_factory.mktemp("labelled")
    random = np.random.default_rng(0)
    for number in range(160):
        kind = "odd" if number < 8 else "bright" if number % 2 else "dim"
        level = {"odd": 128, "bright": 135, "dim": 121}[kind]
        pixels = random.normal(level, 6, (32, 32, 3)).clip(0, 255).astype(np.uint8)
        (folder / kind).mkdir(exist_ok=True)
        Image.fromarray(pixels).save(folder / kind / f"{number}.png")
    return prepare(open_source(folder), size=32)


@pytest.fixture
def checkpoint(tiny: Config, tmp_path: Path) -> Path:
    """Networks as they begin, but for a generator whose faces differ in brightness."""
    trainee = Trainee(tiny, torch.device("cpu"))
    with torch.no_grad():
        for layer in trainee.average.layers:
            if isinstance(layer, torch.nn.ConvTranspose2d):
                layer.weight *= 8
        trainee.average.layers[-2].weight.abs_()
        trainee.average.layers[-2].weight /= 4
    tensors = trainee.tensors()
    return checkpoints.save(tmp_path, checkpoints.Checkpoint(1, 0.0, tiny, tensors))


def test_faces_moved_along_a_label_have_more_of_it(checkpoint: Path, pictures: PictureCache) -> None:
    told: list[tuple[int, int]] = []
    (bright,) = learn_labels(checkpoint, pictures, ["bright"], progress=lambda *now: told.append(now))
    assert isinstance(bright, Lesson)
    assert bright.on_pictures > 0.9
    assert bright.on_pictures_interval[0] < bright.on_pictures
    assert bright.direction.name == "bright"
    assert bright.direction.better_than_chance
    generator = generators.load(checkpoint)
    z = z_of_seed(5, generator.latent_dim, 64)
    less, more = (decode(generator, z + way * bright.direction.vector).mean() for way in (-2, 2))
    assert more > less + 1
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]


def test_opposite_labels_are_opposite_ways(checkpoint: Path, pictures: PictureCache) -> None:
    lessons = learn_labels(checkpoint, pictures, ["bright", "odd", "dim"])
    bright, odd, dim = lessons
    assert isinstance(bright, Lesson)
    assert isinstance(dim, Lesson)
    assert bright.direction.vector @ dim.direction.vector < -0.7
    assert isinstance(odd, SourceError)
    assert "8 of the pictures have this label" in str(odd)


def test_a_label_teaches_the_same_each_time_and_one_that_is_not_there_nothing(
    checkpoint: Path, pictures: PictureCache
) -> None:
    once, again = (learn_labels(checkpoint, pictures, ["bright"])[0] for _ in range(2))
    assert isinstance(once, Lesson)
    assert isinstance(again, Lesson)
    np.testing.assert_array_equal(once.direction.vector, again.direction.vector)
    with pytest.raises(SourceError, match=r"no label hat\. Choose from: bright, dim, odd"):
        learn_labels(checkpoint, pictures, ["hat"])


def test_a_label_that_cannot_be_seen_gives_no_direction(
    checkpoint: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("unseen")
    random = np.random.default_rng(1)
    for number in range(160):
        (folder / "ab"[number % 2]).mkdir(exist_ok=True)
        pixels = random.integers(0, 256, (32, 32, 3), np.uint8)
        Image.fromarray(pixels).save(folder / "ab"[number % 2] / f"{number}.png")
    (reason,) = learn_labels(checkpoint, prepare(open_source(folder), size=32), ["a"])
    assert isinstance(reason, RunError)
    assert "no better than chance" in str(reason)


def test_it_can_be_cancelled(checkpoint: Path, pictures: PictureCache) -> None:
    stop = threading.Event()
    with pytest.raises(Cancelled):
        learn_labels(
            checkpoint,
            pictures,
            ["bright"],
            progress=lambda done, total: stop.set() if done > total // 2 else None,
            cancelled=stop.is_set,
        )


def test_pictures_that_do_not_fit_are_refused(
    checkpoint: Path, pictures: PictureCache, tmp_path: Path
) -> None:
    source = open_source(Path(pictures.source))
    for other in (prepare(source, size=64), prepare(source, size=32, color="grey")):
        with pytest.raises(RunError, match="another size or colour"):
            learn_labels(checkpoint, other, ["bright"])
    for number in range(4):
        Image.fromarray(np.full((32, 32, 3), number, np.uint8)).save(tmp_path / f"{number}.png")
    with pytest.raises(SourceError, match="no labels"):
        learn_labels(checkpoint, prepare(open_source(tmp_path), size=32), ["bright"])
    generators.save(tmp_path / "alone.safetensors", generators.load(checkpoint), name="alone")
    with pytest.raises(StudioError):
        learn_labels(tmp_path / "alone.safetensors", pictures, ["bright"])


def test_features_are_every_layers_on_a_grid_of_four(checkpoint: Path, pictures: PictureCache) -> None:
    discriminator = load_discriminator(checkpoint)
    found = features(discriminator, pictures.pictures[:70])
    assert found.shape == (70, 16 * (8 + 16 + 32))
    seen = torch.from_numpy(pictures.pictures[66:67].astype(np.float32) / 127.5 - 1).permute(0, 3, 1, 2)
    last = discriminator.layers[:-1](seen)[0]  # 4 x 4 already
    np.testing.assert_allclose(found[66, -16 * 32 :], last.flatten().numpy(), atol=1e-5)

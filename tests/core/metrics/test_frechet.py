import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

pytest.importorskip("torchmetrics")

from core.config import Config
from core.data.cache import PictureCache
from core.errors import StudioError
from core.events import Finished, Measured
from core.loop import train
from core.metrics.frechet import FrechetDistance, find_inception, load_inception
from core.metrics.inception import Inception, read_inception
from tests.core.metrics.random_inception import random_weights
from tests.core.running import new_run

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    return random_weights()


@pytest.fixture(scope="module")
def file(weights: dict[str, torch.Tensor], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inception") / "weights.pth"
    torch.save(weights, path)
    return path


def _pictures(seed: int, most: int, count: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, most, (count, 32, 32, 3), dtype=np.uint8)


def test_the_distance_is_torchmetrics_own_on_these_features(file: Path) -> None:
    """From its formula, on a small part of the features that torchmetrics was given."""
    real, fake = _pictures(0, 256), _pictures(1, 200)
    heard: list[int] = []
    weights = load_inception(file)
    frechet = FrechetDistance(weights, real, CPU, heard.append)
    found = frechet.distance(fake)
    assert heard == [3, 3]
    assert not weights.published
    network = Inception(read_inception(file)[0], CPU)
    sets = [network(torch.from_numpy(each).permute(0, 3, 1, 2)).double() for each in (real, fake)]
    assert sets[0].shape == (3, 2048)
    apart = (sets[0].mean(0) - sets[1].mean(0)).square().sum()
    # tr(A + B - 2 (AB)^(1/2)) by the singular values of the centred features: both covariances have rank 2
    centred = [(each - each.mean(0)) / 2**0.5 for each in sets]
    spread = (
        sum(each.square().sum() for each in centred)
        - 2 * torch.linalg.svdvals(centred[0] @ centred[1].T).sum()
    )
    assert found == pytest.approx(float(apart + spread), rel=1e-3)


def test_a_training_measures_by_weights_that_are_named(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, file: Path
) -> None:
    run = new_run(tmp_path / "run", tiny.replace(duration=4, measure_every=4), cartoons)
    found = [
        each.fid for each in train(run, cartoons, device="cpu", inception=file) if isinstance(each, Measured)
    ]
    assert len(found) == 1
    assert found[0] is not None
    assert found[0] > 0
    assert run.measures()[0]["fid"] == found[0]


def test_a_distance_that_fails_later_ends_no_training(
    tmp_path: Path, tiny: Config, cartoons: PictureCache, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> float:
        raise NotImplementedError("This device cannot.")

    monkeypatch.setattr(FrechetDistance, "distance", fail)
    run = new_run(tmp_path / "run", tiny.replace(measure_every=4), cartoons)
    events = list(train(run, cartoons, device="cpu", inception=file))
    assert [each.fid for each in events if isinstance(each, Measured)] == [None, None, None]
    assert isinstance(events[-1], Finished)
    assert [row["reason"] for row in run.events() if row["event"] == "no_fid"] == ["This device cannot."]


def test_a_training_does_not_begin_with_weights_that_cannot_be_used(
    tmp_path: Path, tiny: Config, cartoons: PictureCache
) -> None:
    run, wrong = new_run(tmp_path / "run", tiny, cartoons), tmp_path / "wrong.pth"
    wrong.write_bytes(b"PK\3\4 half of it")
    with pytest.raises(StudioError, match="Choose the published weights"):
        next(train(run, cartoons, device="cpu", inception=wrong))
    assert run.events() == []


def test_safetensors_are_read_too(weights: dict[str, torch.Tensor], file: Path, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file(weights, path)
    one, other = read_inception(file)[0], read_inception(path)[0]
    assert all(torch.equal(one[name], other[name]) for name in weights)


def test_torchscript_is_code_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "inception-2015-12-05.pt"
    entries = {"data.pkl": b"\x80\x02}.", "code/__torch__.py": b"import os", "version": b"3\n"}
    import zipfile

    with zipfile.ZipFile(path, "w") as archive:
        for name, text in entries.items():
            archive.writestr(f"inception/{name}", text)
    with pytest.raises(StudioError, match=r"TorchScript.*Choose the published weights"):
        read_inception(path)


def test_a_pickle_that_would_run_something_is_refused(tmp_path: Path) -> None:
    path, ran = tmp_path / "bad.pth", tmp_path / "ran"

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return Path.touch, (ran,)

    torch.save({"fc.weight": Evil()}, path)
    with pytest.raises(StudioError):
        read_inception(path)
    assert not ran.exists()


def test_another_network_and_broken_numbers_are_sentences(
    weights: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "other.pth"
    torch.save({"layer.weight": torch.zeros(3)}, path)
    with pytest.raises(StudioError, match="another network"):
        read_inception(path)
    torch.save(weights | {"fc.bias": torch.full((1008,), torch.nan)}, path)
    with pytest.raises(StudioError, match=r"fc\.bias that cannot be"):
        read_inception(path)
    data = io.BytesIO()
    torch.save({"a": torch.zeros(100)}, data)
    path.write_bytes(data.getvalue()[:-30])
    with pytest.raises(StudioError, match="cut off"):
        read_inception(path)
    with pytest.raises(StudioError, match=r"There is no file gone\.pth"):
        read_inception(tmp_path / "gone.pth")
    with pytest.raises(StudioError, match="no ordinary file"):
        read_inception(tmp_path)


def test_a_file_that_was_downloaded_before_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    assert find_inception() is None
    path = tmp_path / "checkpoints" / "weights-inception-2015-12-05-6726825d.pth"
    path.parent.mkdir()
    path.write_text(json.dumps({}))
    assert find_inception() == path

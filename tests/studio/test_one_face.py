"""The large face: drawn once for each place, and anew for another moment."""

from collections.abc import Callable

import numpy as np
import pytest

from core.generators import load
from core.latent import decode, z_of_seed
from core.runs import Run
from core.single_face import SingleFace
from studio.explore import one_face
from studio.explore.one_face import OneFace
from studio.explore.subjects import subject_of_run


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every z that is computed, not taken from what is kept."""
    seen: list[bytes] = []
    compute: Callable[..., np.ndarray] = SingleFace.decode

    def watched(self: SingleFace, z: np.ndarray) -> np.ndarray:
        seen.append(z.tobytes())
        return compute(self, z)

    monkeypatch.setattr(SingleFace, "decode", watched)
    return seen


def test_a_place_seen_before_is_not_computed_again(make_run: Callable[..., Run], drawn: list[bytes]) -> None:
    early, late = subject_of_run(make_run("faces")).moments
    face = OneFace()
    z = z_of_seed(0, 10, 3)
    for moment in (early, late):
        expected = decode(load(moment.path), z)
        face.decode(moment, z[:1])
        for index in (0, 1, 2, 1, 0, 2):
            assert _alike(face.decode(moment, z[index : index + 1])[0], expected[index])
    assert drawn == [each.tobytes() for each in z] * 2


def test_what_is_kept_is_bounded(
    make_run: Callable[..., Run], drawn: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_face, "KEPT_BYTES", 2 * 32 * 32 * 3)
    moment = subject_of_run(make_run("faces")).moments[-1]
    face = OneFace()
    z = z_of_seed(0, 10, 3)
    face.decode(moment, z[:1])
    for index in (0, 1, 0, 2, 0, 1):  # the place left longest ago, 1, makes room for 2
        face.decode(moment, z[index : index + 1])
    assert drawn == [z[index].tobytes() for index in (0, 1, 2, 1)]


def test_a_generator_with_extra_layers_is_drawn_too(make_run: Callable[..., Run]) -> None:
    moment = subject_of_run(make_run("deep", g_extra=1)).moments[-1]
    z = z_of_seed(5, 10)
    face = OneFace()
    for _ in range(3):
        assert _alike(face.decode(moment, z), decode(load(moment.path), z))


def _alike(picture: np.ndarray, other: np.ndarray) -> bool:
    """To within rounding: one level of 255."""
    return bool((np.abs(picture.astype(int) - other) <= 1).all())

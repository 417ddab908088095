import numpy as np
import pytest
import torch
from torch import Tensor

from core import augment
from core.config import Config
from core.device_draws import DeviceDraws

ALL = Config(diffaugment="on", flip=True, jitter=0.1)


def _draws(step: int = 1, seed: int = 0, first: int = 0, last: int = 64) -> DeviceDraws:
    return DeviceDraws(seed, "real 0", step, first, last, 64, torch.device("cpu"))


def _pictures(channels: int = 3, size: int = 16, dtype: torch.dtype = torch.float32) -> Tensor:
    random = torch.Generator().manual_seed(0)
    pictures = torch.rand((64, channels, size, size), generator=random, dtype=dtype) * 1.8 - 0.9
    return pictures.contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("channels", [1, 3])
def test_draws_are_functions_of_seed_and_step(channels: int) -> None:
    pictures = _pictures(channels)
    once = augment.diffaugment(pictures, ALL, _draws())
    assert torch.equal(once, augment.diffaugment(pictures, ALL, _draws()))
    for other in (_draws(step=2), _draws(seed=1)):
        assert not torch.equal(once, augment.diffaugment(pictures, ALL, other))
    varied = augment.vary(pictures, ALL, _draws())
    assert torch.equal(varied, augment.vary(pictures, ALL, _draws()))
    assert once.shape == varied.shape == pictures.shape


def test_a_part_is_altered_as_in_the_whole() -> None:
    pictures = _pictures()
    for alter in (augment.diffaugment, augment.vary):
        whole = alter(pictures, ALL, _draws())
        for first, last in ((0, 20), (20, 64)):
            part = alter(pictures[first:last], ALL, _draws(first=first, last=last))
            assert torch.allclose(part, whole[first:last], atol=1e-6)


def test_the_generator_can_learn_through_all_of_it() -> None:
    """The gradient is that of the values, and every picture gets one."""
    pictures = _pictures(size=8, dtype=torch.float64)[:3].requires_grad_()
    draws = _draws(last=3)
    assert torch.autograd.gradcheck(lambda x: augment.diffaugment(x, ALL, draws), (pictures,), eps=1e-6)
    augment.diffaugment(pictures, ALL, draws).square().sum().backward()
    assert (pictures.grad.flatten(1).abs().sum(1) > 0).all()


def test_mirrored_pictures_are_about_half_and_exact() -> None:
    pictures = _pictures()
    mirrored = augment.mirror(pictures, _draws())
    turned = [torch.equal(m, p.flip(2)) for m, p in zip(mirrored, pictures, strict=True)]
    kept = [torch.equal(m, p) for m, p in zip(mirrored, pictures, strict=True)]
    assert all(a != b for a, b in zip(turned, kept, strict=True))
    assert 16 < sum(turned) < 48


def test_jitter_stays_within_its_share() -> None:
    grey = torch.zeros(64, 3, 4, 4)  # level .5
    jittered = augment.jitter(grey, 0.1, _draws())
    levels = (jittered[:, 0, 0, 0] + 1) / 2
    assert levels.min() >= 0.45
    assert levels.max() <= 0.55
    assert levels.std() > 0.02
    sharp = torch.cat([torch.full((64, 3, 4, 2), -0.2), torch.full((64, 3, 4, 2), 0.2)], 3)
    spread = augment.jitter(sharp, 0.1, _draws()).std((1, 2, 3)) / sharp[0].std()
    assert spread.min() > 0.8
    assert spread.max() < 1.22
    assert augment.jitter(_pictures(), 1.0, _draws()).abs().max() <= 1


def test_colour_changes_each_picture_as_the_paper_says() -> None:
    pictures = _pictures()
    bright, vivid, contrast = _draws().uniform("colour", 3).double().numpy().T
    changed = augment.recolour(pictures, _draws()).double().numpy()
    for index, picture in enumerate(pictures.double().numpy()):
        expected = picture + bright[index] - 0.5
        grey = expected.mean(0, keepdims=True)
        expected = (expected - grey) * 2 * vivid[index] + grey
        expected = (expected - expected.mean()) * (0.5 + contrast[index]) + expected.mean()
        assert np.allclose(changed[index], expected, atol=1e-5)


def test_translation_shifts_by_whole_pixels_up_to_an_eighth() -> None:
    pictures = _pictures()
    shifted = augment.translate(pictures, _draws())
    found = set()
    for picture, moved in zip(pictures.numpy(), shifted.numpy(), strict=True):
        padded = np.pad(picture, ((0, 0), (2, 2), (2, 2)))
        places = [
            (down, across)
            for down in range(-2, 3)
            for across in range(-2, 3)
            if np.array_equal(moved, padded[:, 2 - down : 18 - down, 2 - across : 18 - across])
        ]
        assert len(places) == 1
        found.update(places)
    assert {down for down, _ in found} == {across for _, across in found} == {-2, -1, 0, 1, 2}


def test_cutout_covers_a_square_of_half_the_side() -> None:
    pictures = _pictures()
    covered = augment.cut_out(pictures, _draws()) == 0
    sizes = set()
    for hole in covered.all(1).numpy():
        rows, columns = hole.any(1).sum(), hole.any(0).sum()
        assert hole.sum() == rows * columns, "one rectangle"
        assert 4 <= rows <= 8
        assert 4 <= columns <= 8
        sizes.add((rows, columns))
    assert (8, 8) in sizes
    assert len(sizes) > 4, "some reach over the border"
    untouched = ~covered
    assert torch.equal(augment.cut_out(pictures, _draws())[untouched], pictures[untouched])


@pytest.mark.parametrize("switch", ["augment_color", "augment_translation", "augment_cutout"])
def test_each_part_can_be_switched_off(switch: str) -> None:
    pictures = _pictures()
    others = [each for each in ("augment_color", "augment_translation", "augment_cutout") if each != switch]
    alone = ALL.replace(**dict.fromkeys(others, False))
    assert not torch.equal(augment.diffaugment(pictures, alone, _draws()), pictures)
    none = alone.replace(**{switch: False})
    assert torch.equal(augment.diffaugment(pictures, none, _draws()), pictures)

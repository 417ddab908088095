import pytest
import torch
from torch import Tensor

from core.device_draws import BLOCK, DeviceDraws

SHAPE = torch.Size((3, 8, 8))


def _draws(first: int = 0, last: int = 12, **changes: object) -> DeviceDraws:
    facts = {"seed": 1, "purpose": "real 0", "step": 5, "count": 12} | changes
    return DeviceDraws(**facts, first=first, last=last, device=torch.device("cpu"))


def _all(draws: DeviceDraws) -> list[Tensor]:
    return [draws.uniform("flip", 2), draws.normal("noise", SHAPE), draws.kept("dropout", SHAPE, 0.7)]


def test_a_part_draws_what_the_whole_draws() -> None:
    whole = _all(_draws())
    for first, last in ((0, 5), (5, 12), (3, 4)):
        for part, every in zip(_all(_draws(first, last)), whole, strict=True):
            assert torch.equal(part, every[first:last])


def test_parts_of_many_pictures_draw_alike_and_only_their_own_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count = 3 * BLOCK + 5
    whole = _all(_draws(0, count, count=count))
    assert all(len(each) == count for each in whole)
    assert not torch.equal(whole[1][:BLOCK], whole[1][BLOCK : 2 * BLOCK])
    sizes: list[int] = []
    real = torch.randn

    def noted(size: tuple[int, ...], **how: object) -> Tensor:
        sizes.append(size[0])
        return real(size, **how)

    monkeypatch.setattr(torch, "randn", noted)
    for first, last, blocks in (
        (0, BLOCK, [BLOCK]),
        (BLOCK - 1, BLOCK + 1, [BLOCK, BLOCK]),
        (2 * BLOCK, count, [BLOCK, 5]),
        (count - 1, count, [5]),
    ):
        sizes.clear()
        for part, every in zip(_all(_draws(first, last, count=count)), whole, strict=True):
            assert torch.equal(part, every[first:last])
        assert sizes == blocks


@pytest.mark.parametrize("change", [{"seed": 2}, {"purpose": "fake 0"}, {"step": 6}])
def test_seed_purpose_and_step_each_matter(change: dict[str, object]) -> None:
    for one, other in zip(_all(_draws()), _all(_draws(**change)), strict=True):
        assert not torch.equal(one, other)
    assert not torch.equal(_draws().uniform("flip", 2), _draws().uniform("jitter", 2))


def test_global_random_numbers_are_left_alone() -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first = _all(_draws())
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(100)
    for one, other in zip(first, _all(_draws()), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_about_the_share_is_kept(share: float) -> None:
    kept = _draws().kept("dropout", torch.Size((64, 16, 16)), share)
    assert kept.dtype == torch.bool
    assert kept.shape == (12, 64, 16, 16)
    assert kept.float().mean().item() == pytest.approx(share, abs=0.005)
    assert kept.is_contiguous(memory_format=torch.channels_last)


def test_noise_is_standard_normal() -> None:
    noise = _draws().normal("noise", torch.Size((3, 64, 64)))
    assert abs(noise.mean().item()) < 0.01
    assert noise.std().item() == pytest.approx(1, abs=0.01)

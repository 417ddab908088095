"""Who shares the work, on which devices, and what is said of those that fail."""

import pytest
import torch

from core.errors import ConfigError
from core.wide.world import ALONE, World, device_name, join, kinds
from tests.core.wide.pair import done_by_two
from tests.core.wide.silence import silence


def test_without_torchrun_a_process_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR"):
        monkeypatch.delenv(name, raising=False)
    assert join() is ALONE
    monkeypatch.setenv("WORLD_SIZE", "4")  # of a scheduler, and nobody to meet
    assert join() is ALONE
    assert ALONE.rows(7) == slice(0, 7)
    assert ALONE.answers("here") == ["here"]
    number = torch.ones(())
    ALONE.add_up([number])
    assert number == 1


class _Second(World):
    rank, size, local_rank, local_size = 3, 4, 1, 2


@pytest.mark.parametrize(
    ("wished", "gpus", "name"),
    [
        (None, 0, "cpu"),
        (None, 2, "cuda:1"),
        ("auto", 8, "cuda:1"),
        ("cuda", 2, "cuda:1"),
        ("cpu", 2, "cpu"),
        ("cuda:0,cuda:3", 4, "cuda:3"),
        ("cpu,cpu", 0, "cpu"),
    ],
)
def test_each_process_of_a_machine_has_its_own_device(
    monkeypatch: pytest.MonkeyPatch, wished: str | None, gpus: int, name: str
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    assert device_name(_Second(), wished) == name


@pytest.mark.parametrize(("wished", "gpus"), [(None, 1), ("cuda", 0), ("cuda:0", 4), ("mps", 0)])
def test_too_few_devices_are_a_sentence(
    monkeypatch: pytest.MonkeyPatch, wished: str | None, gpus: int
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    with pytest.raises(ConfigError, match="2 processes"):
        device_name(_Second(), wished)


def test_what_is_known_of_tensors_before_they_come() -> None:
    tensors = {"a": torch.zeros(2, 3), "b": torch.zeros((), dtype=torch.int64)}
    assert kinds(tensors) == [("a", [2, 3], "float32"), ("b", [], "int64")]


def test_a_fault_of_one_is_told_once_and_a_silent_one_is_not_waited_for(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    said = done_by_two(silence, tmp_path_factory.mktemp("silence"), patience_s=2)
    assert said["told"] == "It is not here."
    assert "ended or cannot be reached" in said["lost"]

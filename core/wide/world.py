"""The processes that train together: this one alone, or those that torchrun has started.

Rank 0 leads: it gives orders, and the others (`core.wide.worker`) obey. Every process computes its own rows
of the same batch; what each has made of them is added up. So the batch, the order of the data and every
random draw are those of one process.
"""

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from core.errors import ConfigError, RunError, StudioError

PATIENCE = timedelta(minutes=10)  # with a process that is to do what all others do just now
_EVER = timedelta(days=365)  # a pause may last, and so may preparing a million pictures
_BLOCK = 1024  # bytes of an order that go at once
_ANSWER = 8192  # bytes
_LOST = (
    "Another process of this training ended or cannot be reached any more. "
    "Checkpoints up to here are intact; resume to go on."
)


class LostError(RunError):
    """Another process is gone, or silent for too long."""


class ToldError(StudioError):
    """What rank 0 already says."""


class ShortElsewhereError(MemoryError):
    """The memory of another process is full, and it has said so."""


class World:
    """This process alone: nobody to order, to wait for or to add anything up with, at no cost."""

    rank, size = 0, 1
    local_rank, local_size = 0, 1  # among those of this machine

    def rows(self, count: int) -> slice:
        """Which of a batch of `count` are this process's."""
        return slice(0, count)

    def use(self, device: torch.device) -> None:
        """Compute on this device from now on; all call it, with devices of one kind."""

    def order(self, name: str, **facts: object) -> None:
        """Rank 0: what all others are to do next."""

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Each tensor becomes its sum over all processes, the same bits everywhere.

        Raises ShortElsewhereError in all others, and changes nothing, if one called `admit` instead;
        LostError.
        """

    def check(self) -> None:
        """Wait for all. Raises as `add_up` does."""

    def admit(self, error: Exception) -> None:
        """Say that the memory was too small for what the others go on with; `error` is how it showed."""

    def give(self, tensors: Mapping[str, Tensor]) -> None:
        """Rank 0: hand tensors to all others, who `take` them."""

    def answers(self, fact: str = "", error: str = "") -> list[str]:
        """Every process's fact, by rank. Raises the first error that there is, and ToldError in the others;
        LostError.
        """
        if error:
            raise RunError(error)
        return [fact]

    def leave(self, *, orderly: bool) -> None:
        """Part from the others; `orderly` where they wait for an order, which is to end."""


ALONE = World()


class Group(World):
    """The processes that torchrun has started, over gloo, and over NCCL what is large on GPUs.

    Before anything is added up on GPUs the processes meet over gloo: none of them enters a sum that another
    one, short of memory or dead, will never enter.
    """

    def __init__(self, patience: timedelta = PATIENCE) -> None:
        """Meet the others where torchrun's environment says. Raises RunError if they do not come."""
        self.rank, self.size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        self.local_rank = int(os.environ.get("LOCAL_RANK", self.rank))
        self.local_size = int(os.environ.get("LOCAL_WORLD_SIZE", self.size))
        self._patience = patience
        with _connected():
            dist.init_process_group("gloo", timeout=patience, rank=self.rank, world_size=self.size)
            self._orders = _new_group("gloo", _EVER)
        self._sums: dist.ProcessGroup | None = None  # gloo's

    def use(self, device: torch.device) -> None:
        if device.type == "cuda":
            torch.cuda.set_device(device)
            with _connected():
                self._sums = _new_group("nccl", self._patience)

    def rows(self, count: int) -> slice:
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)

    def order(self, name: str, **facts: object) -> None:
        self._speak(json.dumps({"order": name, **facts}).encode())

    def obey(self) -> dict[str, Any]:
        """The others: wait for the next order, {"order": name, ...}. Raises LostError."""
        order: dict[str, Any] = json.loads(self._listen())
        return order

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        lines = [_line(each) for each in tensors]
        flat = torch.cat([each.flatten() for each in lines])
        self.check()
        with _connected():
            dist.all_reduce(flat, group=self._sums)
        totals = torch.split(flat, [each.numel() for each in lines])
        for line, total in zip(lines, totals, strict=True):
            line.copy_(total.view_as(line))

    def check(self) -> None:
        if self._is_short(False):
            raise ShortElsewhereError

    def admit(self, error: Exception) -> None:
        if not isinstance(error, ShortElsewhereError):
            self._is_short(True)

    def give(self, tensors: Mapping[str, Tensor]) -> None:
        with _connected():
            for each in tensors.values():
                dist.broadcast(each.detach().cpu().contiguous(), 0)

    def take(self, kinds: Sequence[tuple[str, Sequence[int], str]]) -> dict[str, Tensor]:
        """The tensors that rank 0 gives, on the CPU. kinds: name, shape and type of each (`kinds`)."""
        taken = {}
        with _connected():
            for name, shape, kind in kinds:
                taken[name] = torch.empty(tuple(shape), dtype=getattr(torch, kind))
                dist.broadcast(taken[name], 0)
        return taken

    def answers(self, fact: str = "", error: str = "") -> list[str]:
        mine = torch.zeros(_ANSWER, dtype=torch.uint8)
        text = json.dumps({"fact": fact[:500], "error": error[:500], "host": platform.node()[:100]}).encode()
        mine[: len(text)] = torch.frombuffer(bytearray(text), dtype=torch.uint8)
        every = [torch.empty_like(mine) for _ in range(self.size)]
        with _connected():
            dist.all_gather(every, mine, group=self._orders)
        said = [json.loads(each.numpy().tobytes().rstrip(b"\0")) for each in every]
        for rank, each in enumerate(said):
            if each["error"]:
                where = "" if each["host"] == said[0]["host"] else f"{each['host']}, process {rank}: "
                raise (ToldError if self.rank else RunError)(where + each["error"])
        return [each["fact"] for each in said]

    def leave(self, *, orderly: bool) -> None:
        if orderly and self.rank == 0:
            with suppress(LostError):
                self.order("end")
        if orderly or self._sums is None:  # NCCL may wait for those that are gone
            dist.destroy_process_group()

    def _is_short(self, mine: bool) -> bool:
        """Whether the memory of any process is full."""
        flag = torch.tensor([int(mine)])
        with _connected():
            dist.all_reduce(flag, dist.ReduceOp.MAX)
        return bool(flag.item())

    def _speak(self, text: bytes) -> None:
        head = torch.zeros(_BLOCK, dtype=torch.uint8)
        whole = torch.frombuffer(bytearray(len(text).to_bytes(4, "little") + text), dtype=torch.uint8)
        first, rest = whole[:_BLOCK], whole[_BLOCK:]
        head[: len(first)] = first
        with _connected():
            dist.broadcast(head, 0, group=self._orders)
            if len(rest):
                dist.broadcast(rest, 0, group=self._orders)

    def _listen(self) -> bytes:
        head = torch.empty(_BLOCK, dtype=torch.uint8)
        with _connected():
            dist.broadcast(head, 0, group=self._orders)
            text = head.numpy().tobytes()
            count = int.from_bytes(text[:4], "little")
            if 4 + count > _BLOCK:
                rest = torch.empty(4 + count - _BLOCK, dtype=torch.uint8)
                dist.broadcast(rest, 0, group=self._orders)
                text += rest.numpy().tobytes()
        return text[4 : 4 + count]


def join() -> World:
    """The processes that torchrun has started this one with, or this one alone. Raises LostError."""
    wide = int(os.environ.get("WORLD_SIZE", "1")) > 1 and {"RANK", "MASTER_ADDR"} <= os.environ.keys()
    return Group() if wide else ALONE


def device_name(world: World, wished: str | None) -> str:
    """What torch.device takes for this process: its share of what is wished for, for the whole machine.

    wished: "auto" or None, "cuda", "cpu", or one device for each process of a machine, "cuda:0,cuda:1".
    Raises ConfigError.
    """
    names = (wished or "auto").split(",")
    gpus = torch.cuda.device_count()
    if len(names) == world.local_size:
        return names[world.local_rank]
    if names == ["auto"] and not gpus:
        return "cpu"
    if names in (["auto"], ["cuda"]):
        if gpus < world.local_size:
            raise ConfigError(
                f"{world.local_size} processes were started on a machine with {gpus} GPUs. "
                "Start one for each GPU (--nproc-per-node), or add --device cpu."
            )
        return f"cuda:{world.local_rank}"
    if names == ["cpu"]:
        return "cpu"
    raise ConfigError(
        f"--device {wished} is not enough for {world.local_size} processes on a machine. Name one for each, "
        "such as cuda:0,cuda:1, or cpu."
    )


def kinds(tensors: Mapping[str, Tensor]) -> list[tuple[str, list[int], str]]:
    """Name, shape and type of tensors, fit for JSON: what has to be known to take them."""
    return [
        (name, list(each.shape), str(each.dtype).removeprefix("torch.")) for name, each in tensors.items()
    ]


def _new_group(backend: str, patience: timedelta) -> dist.ProcessGroup:
    """All processes once more, with a backend and a patience of their own."""
    group = dist.new_group(backend=backend, timeout=patience)
    assert isinstance(group, dist.ProcessGroup)  # -100 is for processes that are not in it
    return group


def _line(tensor: Tensor) -> Tensor:
    """The tensor seen in the order in which channels_last lies, so that flattening costs one copy."""
    return tensor.permute(0, 2, 3, 1) if tensor.dim() == 4 else tensor


@contextmanager
def _connected() -> Iterator[None]:
    """What torch.distributed raises when others are gone, as a sentence."""
    try:
        yield
    except RuntimeError as error:  # gloo's and NCCL's; a full memory is seen before they are called
        raise LostError(_LOST) from error

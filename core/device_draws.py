"""Random draws of one pass over a batch, on the device: functions of (seed, purpose, step, sample).

A picture's draws do not depend on the parts that the batch is computed in. Numbers that are few a picture
come from the counter-based streams of `core.draws`, equal on every device: they are drawn for the whole
batch, and a part takes its rows. Noise and dropout, which need a number for every pixel, come from torch's
generator on the device, seeded anew for each purpose, step and block of pictures, so they are equal on every
device of one kind, and a part draws only the blocks that it lies in.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor

from core import draws

BLOCK = 32  # pictures: more of them were more to throw away in small parts, fewer were more calls
_FULL = 2**63


@dataclass(frozen=True, slots=True)
class DeviceDraws:
    """What the pictures first .. last - 1 of a batch of `count` draw in the pass `purpose` of a step."""

    seed: int
    purpose: str  # of the pass: "real 0", "fake 0", "generator", ...
    step: int
    first: int
    last: int
    count: int
    device: torch.device
    tape: "Tape | None" = None

    def uniform(self, what: str, columns: int) -> Tensor:
        """Numbers in 0 .. 1, (last - first, columns) float32."""
        if self.tape is not None:
            return self.tape.uniform(replace(self, tape=None), what, columns)
        numbers = draws.stream(self.seed, self._name(what), self.step).random((self.count, columns))
        return torch.from_numpy(numbers[self.first : self.last].astype("float32")).to(self.device)

    def normal(self, what: str, shape: torch.Size) -> Tensor:
        """Standard normal numbers for pictures of (c, s, s): (last - first, c, s, s), channels_last."""
        channels, height, width = shape

        def draw(rows: int, generator: torch.Generator) -> Tensor:
            return torch.randn((rows, height, width, channels), generator=generator, device=self.device)

        return self._in_blocks(what, draw).permute(0, 3, 1, 2)

    def kept(self, what: str, shape: torch.Size, share: float) -> Tensor:
        """True for about `share` of activations of (c, s, s): (last - first, c, s, s), channels_last."""
        channels, height, width = shape

        def draw(rows: int, generator: torch.Generator) -> Tensor:
            size = (rows, height, width, channels)
            if self.device.type != "cpu":
                return torch.rand(size, generator=generator, device=self.device) < share
            # 16 bits decide, four to a word: twenty times as fast as a float for each.
            words = torch.randint(-_FULL, _FULL - 1, (math.ceil(math.prod(size) / 4),), generator=generator)
            return words.view(torch.int16)[: math.prod(size)].view(size) < round(share * 2**16) - 2**15

        return self._in_blocks(what, draw).permute(0, 3, 1, 2)

    def _in_blocks(self, what: str, draw: Callable[[int, torch.Generator], Tensor]) -> Tensor:
        """The rows first .. last - 1 of what `draw` gives for each block of the batch."""
        whole = -(-self.count // BLOCK)
        seeds = draws.stream(self.seed, self._name(what), self.step).integers(2**63, size=whole).tolist()
        start, end = self.first // BLOCK, -(-self.last // BLOCK)
        generator = torch.Generator(self.device)
        drawn = [
            draw(min(BLOCK, self.count - BLOCK * block), generator.manual_seed(seeds[block]))
            for block in range(start, end)
        ]
        rows = drawn[0] if len(drawn) == 1 else torch.cat(drawn)
        return rows[self.first - BLOCK * start : self.last - BLOCK * start]

    def _name(self, what: str) -> str:
        return f"{what}, {self.purpose}"


class Tape:
    """What a step draws with `uniform`, in tensors that stay where they are: for a step that is recorded and
    replayed (`core.recording`).
    """

    def __init__(self) -> None:
        self._drawn: list[_Drawn] = []
        self._at = 0

    def uniform(self, draws: DeviceDraws, what: str, columns: int) -> Tensor:
        """What is drawn the first time; after `rewind` the same tensors again, in the same order."""
        if self._at == len(self._drawn):
            self._drawn.append(_Drawn(draws, what, columns, draws.uniform(what, columns)))
        self._at += 1
        return self._drawn[self._at - 1].numbers

    def rewind(self) -> None:
        self._at = 0

    def turn(self, step: int) -> None:
        """Put in place what another step draws."""
        for drawn in self._drawn:
            fresh = replace(drawn.draws, step=step).uniform(drawn.what, drawn.columns)
            drawn.numbers.copy_(fresh)


class _Drawn(NamedTuple):
    draws: DeviceDraws
    what: str
    columns: int
    numbers: Tensor

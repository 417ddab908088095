"""Random draws of one pass over a batch, on the device: functions of (seed, purpose, step, sample).

Every draw is made for the whole batch and a part takes its rows, so a picture's draws do not depend on the
parts that the batch is computed in. Numbers that are few a picture come from the counter-based streams of
`core.draws`, equal on every device; noise and dropout, which need a number for every pixel, come from
torch's generator on the device, seeded anew for each purpose and step, so they are equal on every device of
one kind.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core import draws

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

    def uniform(self, what: str, columns: int) -> Tensor:
        """Numbers in 0 .. 1, (last - first, columns) float32."""
        numbers = draws.stream(self.seed, self._name(what), self.step).random((self.count, columns))
        return torch.from_numpy(numbers[self.first : self.last].astype("float32")).to(self.device)

    def normal(self, what: str, shape: torch.Size) -> Tensor:
        """Standard normal numbers for pictures of (c, s, s): (last - first, c, s, s), channels_last."""
        channels, height, width = shape
        size = (self.count, height, width, channels)
        numbers = torch.randn(size, generator=self._generator(what), device=self.device)
        return numbers[self.first : self.last].permute(0, 3, 1, 2)

    def kept(self, what: str, shape: torch.Size, share: float) -> Tensor:
        """True for about `share` of activations of (c, s, s): (last - first, c, s, s), channels_last."""
        channels, height, width = shape
        size = (self.count, height, width, channels)
        generator = self._generator(what)
        if self.device.type == "cpu":
            # 16 bits decide, four to a word: twenty times as fast as a float for each.
            words = torch.randint(-_FULL, _FULL - 1, (math.ceil(math.prod(size) / 4),), generator=generator)
            numbers = words.view(torch.int16)[: math.prod(size)].view(size)[self.first : self.last]
            chosen = numbers < round(share * 2**16) - 2**15
        else:
            chosen = torch.rand(size, generator=generator, device=self.device)[self.first : self.last] < share
        return chosen.permute(0, 3, 1, 2)

    def _generator(self, what: str) -> torch.Generator:
        seed = int(draws.stream(self.seed, self._name(what), self.step).integers(2**63))
        return torch.Generator(self.device).manual_seed(seed)

    def _name(self, what: str) -> str:
        return f"{what}, {self.purpose}"

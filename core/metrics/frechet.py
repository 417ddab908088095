"""FID (Heusel et al. 2017, arXiv:1706.08500) by torchmetrics, where Inception's weights are at hand."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import StudioError

_NAMES = ("weights-inception-2015-12-05-6726825d.pth", "pt_inception-2015-12-05-6726825d.pth")
_BATCH = 32


def find_inception() -> Path | None:
    """Inception's weights, where torch keeps what torch-fidelity or pytorch-fid once downloaded."""
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    return next((folder / name for name in _NAMES if (folder / name).is_file()), None)


@dataclass(frozen=True, slots=True)
class InceptionWeights:
    """Inception's weights, read and looked at."""

    tensors: dict[str, Tensor]
    digest: str  # the first 8 hex digits of the file's sha256
    published: bool


def load_inception(path: Path) -> InceptionWeights:
    """Raises StudioError if the FID cannot be computed: no torchmetrics, or not Inception's weights."""
    if find_spec("torchmetrics") is None:
        raise StudioError("The FID needs torchmetrics. Install it: pip install torchmetrics.")
    from core.metrics.inception import PUBLISHED, read_inception  # torchvision takes a second

    tensors, digest = read_inception(path)
    return InceptionWeights(tensors, digest, digest == PUBLISHED)


class FrechetDistance:
    """Distances to one set of real pictures, whose statistics are computed once.

    With fewer pictures than the 2,048 features, and still with a few thousand, the FID is far too large; it
    may only be compared to others of the same count.
    """

    def __init__(
        self,
        weights: InceptionWeights,
        real: NDArray[np.uint8],
        device: torch.device,
        told: Callable[[int], None] = lambda _: None,
    ) -> None:
        """real: (n, s, s, 3 or 1) uint8. `told` hears how many more are done, and may raise to stop."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of optional parts of torchmetrics that are not used
            from torchmetrics.image.fid import FrechetInceptionDistance
        from core.metrics.inception import Inception

        self._told = told
        if device.type == "mps":  # has no antialiased resizing (pytorch #141287)
            device = torch.device("cpu")
        # Its sums stay on the CPU in float64, which not every GPU has.
        self._metric = FrechetInceptionDistance(Inception(weights.tensors, device), reset_real_features=False)
        self._add(real, is_real=True)

    def distance(self, pictures: NDArray[np.uint8]) -> float:
        """pictures: (m, s, s, 3 or 1) uint8."""
        self._metric.reset()
        self._add(pictures, is_real=False)
        return float(self._metric.compute())

    def _add(self, pictures: NDArray[np.uint8], *, is_real: bool) -> None:
        for first in range(0, len(pictures), _BATCH):
            some = pictures[first : first + _BATCH]
            self._metric.update(_planes(some), real=is_real)
            self._told(len(some))


def _planes(pictures: NDArray[np.uint8]) -> Tensor:
    """(n, 3, s, s) uint8; grey becomes three equal channels."""
    return torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).expand(-1, 3, -1, -1)

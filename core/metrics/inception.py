"""The Inception network that the FID is defined on, and its weights, read without trusting their file.

The published weights (Szegedy et al. 2015, arXiv:1512.00567, as TensorFlow's `inception-2015-12-05`) are not
torchvision's, and their network pools differently; torchvision's blocks are used with those differences. The
weights go around as `weights-inception-2015-12-05-6726825d.pth` (torch-fidelity, which torchmetrics loads)
and `pt_inception-2015-12-05-6726825d.pth` (pytorch-fid).
"""

import hashlib
import os
from pathlib import Path
from typing import IO

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models.inception import Inception3, InceptionA, InceptionC, InceptionE

from core.errors import StudioError
from core.foreign.contents import read_contents
from core.foreign.numbers import read_numbers
from core.foreign.refusal import Refusal
from core.ordinary_file import OddFileError, open_ordinary
from core.plain_text import plain

DIMENSION = 2048
PUBLISHED = "6726825d"  # the published file's sha256 begins with it
_CLASSES = 1008
_SIDE = 299  # px
_BATCH = 32
_MOST_BYTES = 256 << 20  # the published file has 95 MB
_REMEDY = f"Choose the published weights, weights-inception-2015-12-05-{PUBLISHED}.pth."


class Inception(nn.Module):
    """Pictures (n, 3, s, s) uint8 -> features (n, 2048) float32 on the CPU, as torchmetrics computes them."""

    num_features = DIMENSION  # torchmetrics asks for it

    def __init__(self, weights: dict[str, Tensor], device: torch.device) -> None:
        super().__init__()
        network = _build()
        network.load_state_dict(weights, assign=True)
        network.eval().requires_grad_(False).to(device)
        self._device = device
        self.trunk = nn.Sequential(
            *(layer for name, layer in network.named_children() if name not in ("dropout", "fc"))
        )

    @torch.inference_mode()
    def forward(self, pictures: Tensor) -> Tensor:
        rows = []
        with torch.autocast(self._device.type, enabled=False):
            for some in torch.split(pictures, _BATCH):
                large = F.interpolate(
                    some.to(self._device).float(), (_SIDE, _SIDE), mode="bilinear", antialias=True
                )
                rows.append(self.trunk((large - 128) / 128).flatten(1).cpu())
        return torch.cat(rows)


def read_inception(path: Path) -> tuple[dict[str, Tensor], str]:
    """The weights in a .pth or .safetensors file, and the first 8 hex digits of the file's sha256.

    Nothing in the file is run or unpickled: its list of tensors is followed, and their numbers are read from
    where it says. Raises StudioError if it is TorchScript, is damaged or holds another network.
    """
    name = plain(path.name, 200)
    try:
        with open_ordinary(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > _MOST_BYTES:
                raise StudioError(f"{name} is larger than Inception's weights. {_REMEDY}")
            weights = _read(file, size)
            file.seek(0)
            return weights, hashlib.file_digest(file, "sha256").hexdigest()[:8]  # type: ignore[arg-type]
    except Refusal as refusal:
        raise StudioError(f"{name} {str(refusal).rstrip('.')}. {_REMEDY}") from None
    except OddFileError as error:
        raise StudioError(f"{name} is no ordinary file. {_REMEDY}") from error
    except FileNotFoundError as error:
        raise StudioError(f"There is no file {name}. {_REMEDY}") from error
    except OSError as error:
        raise StudioError(f"{name} cannot be read: {error.strerror}. {_REMEDY}") from error


def _read(file: IO[bytes], size: int) -> dict[str, Tensor]:
    contents = read_contents(file, size)
    claims = {".".join(keys): each for keys, each in contents.tensors.items()}
    weights: dict[str, Tensor] = {}
    for name, like in _build().state_dict().items():
        if name.endswith("num_batches_tracked"):  # counts nothing that is used, and old files lack it
            weights[name] = torch.zeros((), dtype=torch.long)
            continue
        claim = claims.get(name)
        if claim is None or claim.shape != tuple(like.shape) or claim.kind != "float32":
            raise Refusal(f"holds another network than the FID's Inception ({name} is missing or differs).")
        weights[name] = torch.from_numpy(read_numbers(file, contents.spans[claim.storage.key], claim).copy())
        if not weights[name].isfinite().all() or (name.endswith("running_var") and (weights[name] < 0).any()):
            raise Refusal(f"holds numbers in {name} that cannot be: it is damaged.")
    return weights


def _build() -> nn.Module:
    """The network without weights."""
    with torch.device("meta"):  # torch's own random numbers are the training's
        network = Inception3(num_classes=_CLASSES, aux_logits=False, init_weights=False)
        network.Mixed_5b = _PoolingA(192, pool_features=32)
        network.Mixed_5c = _PoolingA(256, pool_features=64)
        network.Mixed_5d = _PoolingA(288, pool_features=64)
        network.Mixed_6b = _PoolingC(768, channels_7x7=128)
        network.Mixed_6c = _PoolingC(768, channels_7x7=160)
        network.Mixed_6d = _PoolingC(768, channels_7x7=160)
        network.Mixed_6e = _PoolingC(768, channels_7x7=192)
        network.Mixed_7b = _PoolingE(1280)
        network.Mixed_7c = _LastE(2048)
    return network  # type: ignore[no-any-return]


def _mean_pool(pictures: Tensor) -> Tensor:
    """TensorFlow's mean over 3 x 3, in which the padding does not count."""
    return F.avg_pool2d(pictures, 3, 1, 1, count_include_pad=False)


def _max_pool(pictures: Tensor) -> Tensor:
    """What the published graph has in its last block, where torchvision takes a mean."""
    return F.max_pool2d(pictures, 3, 1, 1)


class _PoolingA(InceptionA):  # type: ignore[misc]
    def _forward(self, x: Tensor) -> list[Tensor]:
        return [
            self.branch1x1(x),
            self.branch5x5_2(self.branch5x5_1(x)),
            self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x))),
            self.branch_pool(_mean_pool(x)),
        ]


class _PoolingC(InceptionC):  # type: ignore[misc]
    def _forward(self, x: Tensor) -> list[Tensor]:
        far = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        return [
            self.branch1x1(x),
            self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x))),
            self.branch7x7dbl_5(self.branch7x7dbl_4(far)),
            self.branch_pool(_mean_pool(x)),
        ]


class _PoolingE(InceptionE):  # type: ignore[misc]
    def _forward(self, x: Tensor) -> list[Tensor]:
        near = self.branch3x3_1(x)
        far = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        return [
            self.branch1x1(x),
            torch.cat([self.branch3x3_2a(near), self.branch3x3_2b(near)], 1),
            torch.cat([self.branch3x3dbl_3a(far), self.branch3x3dbl_3b(far)], 1),
            self.branch_pool(self.pool(x)),
        ]

    pool = staticmethod(_mean_pool)


class _LastE(_PoolingE):
    pool = staticmethod(_max_pool)

"""Moving through the latent space: seeds, ways from one vector to another, and decoding to pictures.

Everything but `decode` is NumPy, so that the window can move sliders before torch has been imported.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core import draws
from core.errors import ShapeError
from core.threads import ThreadLimit

if TYPE_CHECKING:
    from torch import Tensor

    from core.models import Generator

# Below this sine (in float64) two directions count as the same or as opposite: no plane is left to turn in.
_PARALLEL = 1e-9


def z_of_seed(seed: int, latent_dim: int, count: int = 1) -> NDArray[np.float32]:
    """The latent vectors of a seed, (count, latent_dim) float32; the first ones do not depend on `count`."""
    return draws.normal(seed, "explore", 0, count, latent_dim)


def lerp(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> NDArray[np.float32]:
    """The straight way from a to b, each (latent_dim,): t's shape + (latent_dim,) float32, a at 0 and b at 1.

    Half-way between two normal vectors it is shorter than what the generator learned from; see `slerp`.
    """
    start, end = _pair(a, b)
    at = np.asarray(t, np.float64)[..., None]
    return ((1 - at) * start + at * end).astype(np.float32)


def slerp(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> NDArray[np.float32]:
    """The round way from a to b, each (latent_dim,): t's shape + (latent_dim,) float32, a at 0 and b at 1.

    The direction turns at constant speed (Shoemake 1985, "Animating rotation with quaternion curves"; White
    2016, "Sampling generative networks") and the length changes evenly, so for vectors of one length this is
    Shoemake's formula. Written as a turn in the plane of a and b it divides by no small sine, and so holds
    for directions that are nearly the same or nearly opposite; exact opposites turn in one fixed plane.
    """
    start, end = _pair(a, b)
    lengths = np.linalg.norm(start), np.linalg.norm(end)
    if min(lengths) == 0:  # a zero vector has no direction to turn from
        return lerp(a, b, t)
    u, v = start / lengths[0], end / lengths[1]
    cosine = float(u @ v)
    side = v - cosine * u
    sine = float(np.linalg.norm(side))
    if sine < _PARALLEL:
        if cosine > 0:
            return lerp(a, b, t)
        side = _perpendicular(u)
    else:
        side /= sine
    at = np.asarray(t, np.float64)[..., None]
    angle = at * np.arctan2(sine, cosine)
    length = (1 - at) * lengths[0] + at * lengths[1]
    result: NDArray[np.float32] = (length * (np.cos(angle) * u + np.sin(angle) * side)).astype(np.float32)
    return result


def truncate(z: NDArray[np.float32], amount: float) -> NDArray[np.float32]:
    """z drawn towards 0, the average face, by `amount`: 1 leaves it, smaller is plainer and safer.

    The truncation trick of Brock et al. 2019 (arXiv:1809.11096), as a scale like Karras et al. 2019, so that
    one face stays itself while the amount changes.
    """
    return (z * np.float32(amount)).astype(np.float32)


def corners(four: ArrayLike, u: ArrayLike, v: ArrayLike) -> NDArray[np.float32]:
    """Between four faces: u to the right and v down, both 0..1, broadcast together, + (latent_dim,) float32.

    four: (4, latent_dim), top left, top right, bottom left, bottom right. The round way along the top and
    along the bottom, then the round way between these two (White 2016).
    """
    ends = np.asarray(four, np.float64)
    if ends.ndim != 2 or len(ends) != 4:
        raise ShapeError(f"Four latent vectors are needed, not {ends.shape}.")
    right, down = np.broadcast_arrays(np.asarray(u, np.float64), np.asarray(v, np.float64))
    top, bottom = slerp(ends[0], ends[1], right), slerp(ends[2], ends[3], right)
    flat = [
        slerp(a, b, t)
        for a, b, t in zip(
            top.reshape(-1, ends.shape[1]), bottom.reshape(-1, ends.shape[1]), down.ravel(), strict=True
        )
    ]
    return np.asarray(flat, np.float32).reshape(*down.shape, ends.shape[1])


def hold(z: ArrayLike, directions: ArrayLike, values: ArrayLike) -> NDArray[np.float32]:
    """The nearest vectors to z whose coordinate along directions[i] is values[i], float32 of z's shape.

    z: (..., latent_dim), directions: (k, latent_dim), values: (k,). Where they contradict each other, the
    least squares answer.
    """
    start = np.asarray(z, np.float64)
    along = np.asarray(directions, np.float64).reshape(-1, start.shape[-1])
    missing = np.asarray(values, np.float64) - start @ along.T
    return (start + missing @ np.linalg.pinv(along).T).astype(np.float32)


def decode(
    generator: Generator, z: NDArray[np.float32] | Tensor, batch: int = 64, *, exact: bool = True
) -> NDArray[np.uint8]:
    """Pictures of latent vectors, `batch` at a time; any thread may call it.

    z: (n, latent_dim) float32 -> (n, size, size, 3) uint8, sRGB; a grey generator gives three equal channels.
    On a CPU the pictures are shared out among cores, one core a picture: a convolution on several cores
    rounds differently with their number and with the batch (2e-7, so one level of one pixel in a million),
    and a sheet must come back the same bit for bit. exact=False spends all cores on each picture instead,
    which is faster for one. Raises ShapeError if latent_dim is not the generator's.
    """
    import torch  # 1.7 s, which the window must not pay before it is shown

    if z.ndim != 2 or z.shape[1] != generator.latent_dim:
        given = "x".join(str(side) for side in z.shape)
        raise ShapeError(
            f"This generator takes latent vectors of {generator.latent_dim} numbers, but {given} were given."
        )
    device = next(generator.parameters()).device
    pictures = np.empty((len(z), generator.size, generator.size, 3), np.uint8)

    def fill(part: slice) -> None:
        with torch.inference_mode():
            faces = generator(torch.as_tensor(z[part], dtype=torch.float32, device=device))
            levels = faces.float().add_(1).mul_(127.5).round_().clamp_(0, 255).to(torch.uint8)
            pictures[part] = levels.permute(0, 2, 3, 1).cpu().numpy()  # 1 channel fills all 3

    cores = torch.get_num_threads() if exact and device.type == "cpu" else 1
    share = max(1, min(batch, -(-len(z) // cores)))
    parts = [slice(first, first + share) for first in range(0, len(z), share)]
    for _ in _single_cores(cores).map(fill, parts) if cores > 1 else map(fill, parts):
        pass
    return pictures


@cache
def _single_cores(count: int) -> ThreadPoolExecutor:
    """Threads that compute with one core each."""
    return ThreadPoolExecutor(count, "decode", initializer=lambda: ThreadLimit().set(1))


def _pair(a: ArrayLike, b: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    start, end = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if start.ndim != 1 or start.shape != end.shape:
        raise ShapeError(
            f"A way leads between two latent vectors of one length, not {start.shape} and {end.shape}."
        )
    return start, end


def _perpendicular(unit: NDArray[np.float64]) -> NDArray[np.float64]:
    """A unit vector at a right angle to `unit`, always the same one."""
    axis = np.zeros_like(unit)
    axis[np.argmin(np.abs(unit))] = 1.0
    side = axis - (axis @ unit) * unit
    result: NDArray[np.float64] = side / np.linalg.norm(side)
    return result

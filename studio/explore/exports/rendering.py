"""Faces for files: the pictures of latent vectors, in the thread of a task."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core import latent
from core.errors import Cancelled
from studio.explore.cores import CORES
from studio.explore.loading import generator_of
from studio.explore.subjects import Moment

if TYPE_CHECKING:
    from core.models import Generator

CHUNK = 16  # pictures between two looks at Cancel: 45 ms of a 64-feature generator on two cores


def frames(
    generator: "Generator", z: NDArray[np.float32], cancelled: Callable[[], bool]
) -> Iterator[NDArray[np.uint8]]:
    """The pictures of z (n, latent_dim), one after the other, each (size, size, 3). Raises Cancelled."""
    for first in range(0, len(z), CHUNK):
        if cancelled():
            raise Cancelled("Cancelled; nothing was written.")
        CORES.take()
        yield from latent.decode(generator, z[first : first + CHUNK])


def pictures(
    generator: "Generator",
    z: NDArray[np.float32],
    progress: Callable[[int, int | None], None],
    cancelled: Callable[[], bool],
) -> NDArray[np.uint8]:
    """All pictures of z (n, latent_dim), (n, size, size, 3). Raises Cancelled."""
    made = np.empty((len(z), generator.size, generator.size, 3), np.uint8)
    for index, picture in enumerate(frames(generator, z, cancelled)):
        made[index] = picture
        progress(index + 1, len(z))
    return made


def frames_through(
    moments: Sequence[Moment], z: NDArray[np.float32], cancelled: Callable[[], bool]
) -> Iterator[NDArray[np.uint8]]:
    """The picture of each z at its own moment, one after the other. Raises Cancelled."""
    generator, before = None, None
    for moment, vector in zip(moments, z, strict=True):
        if generator is None or moment != before:
            generator, before = generator_of(moment), moment
        yield from frames(generator, vector[None], cancelled)

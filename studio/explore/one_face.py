"""The one face that follows a slider, drawn as soon as it can be had."""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core import latent
from studio.explore.loading import generator_of
from studio.explore.subjects import Moment

if TYPE_CHECKING:
    from core.models import Generator

Drawer = Callable[[NDArray[np.float32]], NDArray[np.uint8]]

KEPT_BYTES = 32 * 2**20  # of pictures: 2,700 of 64 px, 170 of 256 px


class OneFace:
    """Decodes single latent vectors; for one thread.

    It keeps what it has drawn, because whoever drags a slider goes to and fro over the same few hundred
    places, and undo comes back to them, too.
    """

    def __init__(self) -> None:
        self._moment: Moment | None = None  # that was drawn last
        self._drawer: Drawer | None = None  # of that moment, once it has been asked for again
        self._drawn: OrderedDict[bytes, NDArray[np.uint8]] = OrderedDict()  # of that moment, by z

    def decode(self, moment: Moment, z: NDArray[np.float32]) -> NDArray[np.uint8]:
        """z: (1, latent_dim) -> (1, size, size, 3). Raises RunError as `generator_of`."""
        generator = generator_of(moment)
        if moment != self._moment:
            self._moment, self._drawer = moment, None
            self._drawn.clear()
            return latent.decode(generator, z)  # a moment that is only passed is not worth 30 ms
        if self._drawer is None:
            self._drawer = _drawer(generator)
        name = z.tobytes()
        pictures = self._drawn.pop(name, None)
        if pictures is None:
            pictures = self._drawer(z)
        self._drawn[name] = pictures
        if len(self._drawn) * pictures.nbytes > KEPT_BYTES:
            self._drawn.popitem(last=False)
        return pictures


def _drawer(generator: "Generator") -> Drawer:
    from core.single_face import SingleFace

    if generator.shape.extra:  # layers that the quick way does not know
        return partial(latent.decode, generator, exact=False)
    return SingleFace(generator).decode

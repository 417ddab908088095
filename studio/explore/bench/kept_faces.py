"""The favourites of what is explored."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import numpy as np
from PySide6.QtCore import QObject

from core.keepsakes.store import Favourite, Keepsakes
from studio.explore.bench.kept_list import KeptList
from studio.explore.exploration import Exploration, Vector


class KeptFaces(KeptList[Favourite]):
    """A face that is kept without a name gets a number."""

    def __init__(self, exploration: Exploration, parent: QObject | None = None) -> None:
        super().__init__(exploration, Favourite, parent)

    def keep(
        self, z: Vector, truncation: float, name: str = "", done: Callable[[Favourite], None] | None = None
    ) -> None:
        """Keep a face; then `done(as it is kept)`."""
        moment = self._exploration.moment
        made = Favourite(
            name.strip(),
            np.array(z, np.float32),
            truncation,
            moment.step if moment else None,
            datetime.now(UTC).isoformat(timespec="microseconds"),  # the order of faces that are added quickly
        )
        self.add(lambda keepsakes: _titled(made, keepsakes), "add a favourite", done)


def _titled(face: Favourite, keepsakes: Keepsakes) -> Favourite:
    """The face with a name: the first free number, unless the person gave one."""
    if face.name:
        return face
    taken = {each.name for each in keepsakes.favourites()}
    return replace(face, name=next(name for at in count(1) if (name := f"Face {at}") not in taken))

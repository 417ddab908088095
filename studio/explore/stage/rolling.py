"""Many faces that follow a slider: drawn a part at a time, each part from the newest wish."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from core import latent
from studio.explore.exploration import Exploration, Faces

PART = 8  # faces: 25 ms of a 64-feature generator on two cores


class RollingFaces(QObject):
    """Draws faces in parts, in turn, and begins again with whichever part is out of date.

    Were all drawn at once, the first of them would wait for the last, and each wish for the whole of the one
    before it.
    """

    drawn = Signal(int, object)  # index of the first, pictures (n, size, size, 3) uint8

    def __init__(self, exploration: Exploration, urgency: int) -> None:
        super().__init__(exploration)
        self._exploration = exploration
        self._line = exploration.line(urgency, truncated=False)
        self._line.set_active(False)
        self._z: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._stale: list[bool] = []  # of each part
        self._under_way: tuple[int, NDArray[np.float32]] | None = None
        self._line.ready.connect(self._take)
        self._line.troubled.connect(self._give_up)
        exploration.opened.connect(self._give_up)
        exploration.moment_changed.connect(self.again)

    def set_active(self, active: bool) -> None:
        """Nothing is drawn while nobody looks."""
        self._line.set_active(active)

    def show(self, z: NDArray[np.float32]) -> None:
        """Draw these, (n, latent_dim), with the present truncation."""
        self._z = latent.truncate(z, self._exploration.state.truncation)
        self.again()

    @Slot()
    def again(self) -> None:
        """Draw the same once more, with the generator as it is now."""
        self._stale = [True] * -(-len(self._z) // PART)
        if self._under_way is None:
            self._draw(0)

    def _draw(self, after: int) -> None:
        """Ask for the next part that is out of date, beginning at `after`."""
        moment, parts = self._exploration.moment, len(self._stale)
        following = next((at % parts for at in range(after, after + parts) if self._stale[at % parts]), None)
        if following is None or moment is None:
            return
        z = self._z[following * PART : (following + 1) * PART]
        self._stale[following] = False
        self._under_way = following, z
        self._line.ask(z, moments=(moment,))

    @Slot(object)
    def _take(self, faces: Faces) -> None:
        if self._under_way is None or faces.wish.z is not self._under_way[1]:
            return
        part, _ = self._under_way
        self._under_way = None
        fits = len(faces.pictures) == len(self._z[part * PART : (part + 1) * PART])
        if fits and faces.wish.moments[0] == self._exploration.moment:
            self.drawn.emit(part * PART, faces.pictures)
        self._draw(part + 1)

    @Slot()
    def _give_up(self) -> None:
        self._under_way = None

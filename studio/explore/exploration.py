"""What is explored: the run, the moment, the latent vector; every edit can be undone.

All parts of the workspace share one Exploration. They show what it holds, and change it only through it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from core import latent
from studio.explore.decoder import Channel, Decoder, Faces, Trouble, Wish
from studio.explore.subjects import Moment, Subject

Vector = NDArray[np.float32]
UNDOABLE = 500  # edits; a training is explored for hours


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """What undo goes back to."""

    z: Vector  # (latent_dim,), before truncation
    origin: Vector  # what resets go back to
    seed: int = 0  # of the random faces
    picked: int | None = 0  # which of the random faces z comes from, if any
    truncation: float = 1.0
    locks: Mapping[str, Vector] = field(default_factory=dict)  # unit directions along which z stays
    sheet: Vector | None = None  # (n, latent_dim): the faces of the grid, instead of the seed's
    sheet_columns: int = 0


class Line:
    """Latent vectors that some part of the workspace shows, decoded anew whenever the generator changes.

    `active` is set by whoever shows them: nothing is decoded for what is hidden.
    """

    def __init__(self, exploration: "Exploration", urgency: int, *, truncated: bool) -> None:
        self._exploration = exploration
        self.truncated = truncated
        self._channel: Channel = exploration.decoder.channel(urgency)
        self._wish: tuple[NDArray[np.float32], tuple[Moment, ...] | None, int, bool] | None = None
        self._active = True
        self._stale = False
        self._closed = False
        self.ready = self._channel.ready  # Faces
        self.troubled = self._channel.troubled  # Trouble

    def ask(
        self,
        z: NDArray[np.float32],
        *,
        moments: tuple[Moment, ...] | None = None,
        side_px: int = 0,
        smooth: bool = True,
    ) -> None:
        """Decode z (n, latent_dim), each at its own moment if `moments` are given, else now."""
        if not self._closed:
            self._wish = z, moments, side_px, smooth
            self.again()

    @property
    def follows(self) -> bool:
        """Whether its vectors have no moments of their own, and so look different at another moment."""
        return self._wish is not None and self._wish[1] is None

    def again(self) -> None:
        """Decode the same once more, with the generator and the truncation as they are now."""
        self._stale = not self._active
        if not self._active or self._wish is None:
            return
        z, moments, side_px, smooth = self._wish
        if moments is None and self._exploration.moment is not None:
            moments = (self._exploration.moment,)
        if not moments or len(z) == 0 or z.shape[1] != self._exploration.latent_dim:
            return
        if self.truncated:
            z = latent.truncate(z, self._exploration.state.truncation)
        self._channel.ask(Wish(moments, z, side_px, smooth))

    def set_active(self, active: bool) -> None:
        self._active = active
        if active and self._stale:
            self.again()

    def forget(self) -> None:
        """Ask for nothing any more, for example because the vectors are of another run."""
        self._wish = None
        self._channel.drop()

    def close(self) -> None:
        """Show nothing any more: whoever showed the vectors goes away before the workspace does."""
        if not self._closed:
            self._closed = True
            self.forget()
            self._exploration.end_line(self)
            self._exploration.decoder.end(self._channel)


class Exploration(QObject):
    """The state that all parts share, and the way to change it."""

    opened = Signal()  # another run or generator; z, seed and locks are new
    moment_changed = Signal()  # other weights, the same z
    renewed = Signal()  # the same subject has other moments
    moved = Signal()  # z, origin, seed, picked, truncation or locks changed, by an edit or by undo
    previewed = Signal()  # `shown` changed, and nothing else
    message = Signal(str)  # for the toast

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.decoder = Decoder(self)
        self.history = QUndoStack(self)
        self.history.setUndoLimit(UNDOABLE)
        self.subject: Subject | None = None
        self.moment: Moment | None = None
        self.state = State(np.zeros(0, np.float32), np.zeros(0, np.float32))
        self._lines: list[Line] = []
        self._preview: Vector | None = None
        self._drag = 0  # edits merge within one drag only

    # What is shown

    @property
    def z(self) -> Vector:
        return self.state.z

    @property
    def shown(self) -> Vector:
        """What the large face shows: z, or for the moment what is previewed."""
        return self.state.z if self._preview is None else self._preview

    @property
    def latent_dim(self) -> int:
        return len(self.state.z)

    @property
    def usable(self) -> bool:
        """Whether there is a generator to decode with."""
        return self.moment is not None and self.latent_dim > 0

    def faces(self, count: int) -> Vector:
        """The latent vectors of the grid: of the sheet that is laid out, or the first `count` of the seed."""
        if self.state.sheet is not None:
            return self.state.sheet
        return latent.z_of_seed(self.state.seed, self.latent_dim, count)

    def line(self, urgency: int, *, truncated: bool = True) -> Line:
        """A line for vectors to be decoded.

        urgency: 0 the large face, 1 the grid, 2 thumbnails, 3 film strips.
        truncated: whether the current truncation applies to the vectors.
        """
        line = Line(self, urgency, truncated=truncated)
        self._lines.append(line)
        return line

    def end_line(self, line: Line) -> None:
        self._lines.remove(line)

    # What is explored

    def open(self, subject: Subject, moment: Moment, seed: int = 0) -> None:
        """Explore another run or generator, from its first random face; nothing of before can be undone."""
        self.history.clear()
        for line in self._lines:
            line.forget()
        self.subject, self.moment = subject, moment
        self._preview = None
        z = latent.z_of_seed(seed, subject.latent_dim)[0]
        self.state = State(z, z, seed)
        self.opened.emit()
        self.moved.emit()

    def go_to(self, moment: Moment | None) -> None:
        """Keep z and look at it at another moment; None if there is nothing to look at."""
        if moment == self.moment:
            return
        self.moment = moment
        self.moment_changed.emit()
        for line in self._lines:
            if line.follows:
                line.again()

    def renew(self, subject: Subject) -> None:
        """The same subject with other moments: training has saved one, or pruned some."""
        self.subject = subject
        self.renewed.emit()

    def preview(self, z: Vector | None) -> None:
        """Show z instead, as far as the locks allow, with nothing to undo; None or any edit ends it."""
        if z is None and self._preview is None:
            return
        self._preview = None if z is None else self.held(z)
        self.previewed.emit()

    # Edits, each one undoable

    def edit(self, z: Vector, text: str, merge: str = "") -> None:
        """Move to z, as far as the locks allow; what resets go back to stays.

        text: for undo ("Undo move number 3"). merge: consecutive edits of one name are undone as one, until
        `settle`.
        """
        self._push(replace(self.state, z=self.held(z), picked=None), text, merge)

    def become(
        self,
        z: Vector,
        text: str,
        *,
        seed: int | None = None,
        picked: int | None = None,
        truncation: float | None = None,
        origin: Vector | None = None,
    ) -> None:
        """Make z, as far as the locks allow, the current face and what resets go back to.

        seed: of the random faces from now on; picked: which of the grid's faces z is; truncation: the one
        that z is to be seen with; origin: what resets go back to, if z is an edited face already.
        """
        held = self.held(z)
        back = held if origin is None else self.held(origin)
        state = replace(self.state, z=held, origin=back, picked=picked)
        if seed is not None:
            state = replace(state, seed=seed, sheet=None)
        if truncation is not None:
            state = replace(state, truncation=truncation)
        self._push(state, text)

    def lay_out(self, z: Vector, columns: int, truncation: float, text: str) -> None:
        """Make z (n, latent_dim) the faces of the grid and the first the current one, exactly: locks go."""
        self._push(
            replace(
                self.state,
                z=z[0],
                origin=z[0],
                picked=0,
                truncation=truncation,
                locks={},
                sheet=z,
                sheet_columns=columns,
            ),
            text,
        )

    def move_along(self, direction: Vector, value: float, text: str, merge: str = "") -> None:
        """Move to where the coordinate along a unit direction is `value`, as far as the locks allow."""
        others = [each for each in self.state.locks.values() if not np.array_equal(each, direction)]
        along = np.stack([direction, *others])
        values = np.array([value, *(each @ self.z for each in others)])
        z = latent.hold(self.z + (value - direction @ self.z) * direction, along, values)
        self._push(replace(self.state, z=z, picked=None), text, merge)

    def set_truncation(self, amount: float) -> None:
        self._push(replace(self.state, truncation=amount), "truncation", "truncation")

    def set_lock(self, name: str, direction: Vector | None) -> None:
        """Keep z's coordinate along a unit direction through all that follows, or (None) let it go."""
        locks = {key: value for key, value in self.state.locks.items() if key != name}
        if direction is not None:
            locks[name] = direction
        self._push(replace(self.state, locks=locks), "lock" if direction is not None else "unlock")

    def unlock(self) -> None:
        """Let go of everything that is locked."""
        self._push(replace(self.state, locks={}), "unlock all")

    def settle(self) -> None:
        """A drag is over: the next edit is one of its own."""
        self._drag += 1

    def close(self) -> None:
        """End the decoder's thread; nothing is shown afterwards."""
        self.decoder.close()

    def held(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """z (latent_dim,) or (n, latent_dim), with what is locked as in the current face."""
        if not self.state.locks:
            return np.asarray(z, np.float32)
        along = np.stack(list(self.state.locks.values()))
        return latent.hold(z, along, along @ self.z)

    def _push(self, state: State, text: str, merge: str = "") -> None:
        self.history.push(_Edit(self, self.state, state, text, f"{merge} {self._drag}" if merge else ""))

    def take(self, state: State) -> None:
        """Put a state in place; for undo and redo."""
        truncation = self.state.truncation
        self.state = state
        self._preview = None
        self.moved.emit()
        if state.truncation != truncation:
            for line in self._lines:
                if line.truncated:
                    line.again()


class _Edit(QUndoCommand):
    def __init__(self, exploration: Exploration, before: State, after: State, text: str, merge: str) -> None:
        super().__init__(text)
        self._exploration, self._before, self._after, self._merge = exploration, before, after, merge

    def undo(self) -> None:
        self._exploration.take(self._before)

    def redo(self) -> None:
        self._exploration.take(self._after)

    def id(self) -> int:
        return 1 if self._merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit) or other._merge != self._merge:
            return False
        self._after = other._after
        return True


__all__ = ["Exploration", "Faces", "Line", "State", "Trouble", "Vector"]

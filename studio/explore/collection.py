"""Faces that a part of the workspace has gathered: every change can be undone, and each run has its own."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand

from studio.explore.exploration import Exploration, Vector

Vectors = tuple[Vector, ...]


def nothing(latent_dim: int) -> Vectors:
    """What most collections begin with."""
    return ()


class Collection(QObject):
    """Latent vectors in order.

    Changes go to the workspace's one undo stack. Another run has another collection; back at the first run,
    what had been gathered there is there again, until the program ends.
    """

    changed = Signal()

    def __init__(self, exploration: Exploration, start: Callable[[int], Vectors] = nothing) -> None:
        """start: what a run that has not been explored before begins with; takes the latent size."""
        super().__init__()
        self._exploration = exploration
        self._start = start
        self._of_runs: dict[object, Vectors] = {}
        self.vectors: Vectors = ()
        exploration.opened.connect(self._open)
        self._open()

    @property
    def settled(self) -> bool:
        """False while another run opens and these are still faces of the one before."""
        return all(len(each) == self._exploration.latent_dim for each in self.vectors)

    def put(self, vectors: Vectors, text: str) -> None:
        """Have these from now on. text: for undo ("Undo add a face to the morph")."""
        self._exploration.history.push(_Put(self, self.vectors, vectors, text))

    def take(self, vectors: Vectors) -> None:
        """Put vectors in place; for undo and redo."""
        self.vectors = vectors
        self._of_runs[self._key()] = vectors
        self.changed.emit()

    def _key(self) -> object:
        subject = self._exploration.subject
        return None if subject is None else (subject.key, self._exploration.latent_dim)

    @Slot()
    def _open(self) -> None:
        start = self._start(self._exploration.latent_dim) if self._exploration.latent_dim else ()
        self.take(self._of_runs.get(self._key(), start))


class _Put(QUndoCommand):
    def __init__(self, collection: Collection, before: Vectors, after: Vectors, text: str) -> None:
        super().__init__(text)
        self._collection, self._before, self._after = collection, before, after

    def undo(self) -> None:
        self._collection.take(self._before)

    def redo(self) -> None:
        self._collection.take(self._after)

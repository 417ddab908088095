"""The favourites of what is explored: read and changed in the background, every change undoable."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand

from core.keepsakes.store import Favourite, Keepsakes
from studio.explore.exploration import Exploration, Vector
from studio.jobs import run_job

Change = Callable[[Keepsakes], Favourite | None]  # what is kept now under which name, None if it is gone


class KeptFaces(QObject):
    """`changed` when `faces` are others; what went wrong is told by the exploration's `message`."""

    changed = Signal()

    def __init__(self, exploration: Exploration, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._exploration = exploration
        self.faces: list[Favourite] = []  # those that fit the generator, oldest first
        self.unfit = 0  # how many were kept for another length of latent vector
        self._waiting: deque[Callable[[], object]] = deque()  # one after another, in the order of the clicks
        self._busy = False
        exploration.opened.connect(self.read)

    @property
    def _home(self) -> Keepsakes | None:
        subject = self._exploration.subject
        return None if subject is None else Keepsakes(subject.home)

    @Slot()
    def read(self) -> None:
        """Look at the files again."""
        self.faces, self.unfit = [], 0
        self.changed.emit()
        self._do(None, lambda _: None)

    def add(self, z: Vector, truncation: float, name: str = "") -> None:
        """Keep a face; without a name it gets a number."""
        moment = self._exploration.moment
        made = Favourite(
            name.strip(),
            np.array(z, np.float32),
            truncation,
            moment.step if moment else None,
            datetime.now(UTC).isoformat(timespec="microseconds"),  # the order of faces that are added quickly
        )
        self._do(
            lambda keepsakes: keepsakes.add(_titled(made, keepsakes)),
            lambda kept: self._push(kept, None, "add a favourite"),
        )

    def remove(self, face: Favourite) -> None:
        self.faces = [each for each in self.faces if each is not face]
        self.changed.emit()
        self._do(
            lambda keepsakes: keepsakes.remove(face), lambda _: self._push(None, face, f"remove {face.name}")
        )

    def rename(self, face: Favourite, name: str) -> None:
        """Nothing changes if another favourite has the name; that is told."""
        if name != face.name:
            # At once, so that what is done next is done to the name that is read.
            self.faces = [replace(face, name=name) if each is face else each for each in self.faces]
            self.changed.emit()
            self._do(
                lambda keepsakes: keepsakes.rename(face, name),
                lambda kept: self._push(kept, face, f"rename {face.name}"),
            )

    def swap(
        self, gone: Favourite | None, back: Favourite | None, done: Callable[[Favourite | None], None]
    ) -> None:
        """Put one thing in the place of another, for undo and redo. done: takes it as it is kept now."""

        def change(keepsakes: Keepsakes) -> Favourite | None:
            if gone is not None and back is not None:
                return keepsakes.rename(gone, back.name)
            if gone is not None:
                keepsakes.remove(gone)
            return keepsakes.add(back) if back is not None else None

        self._do(change, done)

    def _push(self, now: Favourite | None, before: Favourite | None, text: str) -> None:
        self._exploration.history.push(_Kept(self, now, before, text))

    def _do(self, change: Change | None, then: Callable[[Favourite | None], None]) -> None:
        """Change what is kept, in a thread, or only read it; then `then(what is kept now)`.

        Not so if another run is opened meanwhile.
        """
        keepsakes = self._home
        if keepsakes is None:
            return

        def work() -> tuple[Favourite | None, list[Favourite]]:
            return change(keepsakes) if change is not None else None, keepsakes.favourites()

        def done(result: tuple[Favourite | None, list[Favourite]]) -> None:
            if keepsakes == self._home:  # else another run was opened meanwhile
                kept, favourites = result
                if not self._waiting:  # else what comes next is shown already
                    self._show(favourites)
                then(kept)
            self._go_on()

        def failed(sentence: str) -> None:
            self._exploration.message.emit(sentence)
            if change is not None:
                self._do(None, lambda _: None)  # show what is kept indeed
            self._go_on()

        self._waiting.append(lambda: run_job(self, work, done, failed))
        if not self._busy:
            self._go_on()

    def _go_on(self) -> None:
        self._busy = bool(self._waiting)
        if self._waiting:
            self._waiting.popleft()()

    def _show(self, favourites: list[Favourite]) -> None:
        fitting = [each for each in favourites if len(each.z) == self._exploration.latent_dim]
        self.faces = sorted(fitting, key=lambda each: each.created)
        self.unfit = len(favourites) - len(fitting)
        self.changed.emit()


def _titled(face: Favourite, keepsakes: Keepsakes) -> Favourite:
    """The face with a name: the first free number, unless the person gave one."""
    if face.name:
        return face
    taken = {each.name for each in keepsakes.favourites()}
    return replace(face, name=next(name for at in count(1) if (name := f"Face {at}") not in taken))


class _Kept(QUndoCommand):
    """A change that has been made already when this is pushed."""

    def __init__(self, faces: KeptFaces, now: Favourite | None, before: Favourite | None, text: str) -> None:
        super().__init__(text)
        self._faces, self._now, self._before = faces, now, before
        self._made = True

    def undo(self) -> None:
        self._faces.swap(self._now, self._before, self._undone)

    def redo(self) -> None:
        if self._made:
            self._made = False
        else:
            self._faces.swap(self._before, self._now, self._redone)

    def _undone(self, kept: Favourite | None) -> None:
        self._before = kept  # under another name, if its own was taken meanwhile

    def _redone(self, kept: Favourite | None) -> None:
        self._now = kept

"""What is kept with what is explored: read and changed in the background, every change undoable."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Generic

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand

from core.directions.direction import Direction
from core.keepsakes.store import Favourite, Keepsakes
from core.keepsakes.text import Some
from studio.explore.exploration import Exploration
from studio.jobs import run_job


class KeptList(QObject, Generic[Some]):
    """Favourites, or directions. `changed` when `items` are others.

    What went wrong is told by the exploration's `message`.
    """

    changed = Signal()

    def __init__(self, exploration: Exploration, kind: type[Some], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._exploration: Exploration = exploration
        self._kind: type[Some] = kind
        self.items: list[Some] = []  # those that fit the generator, oldest first
        self.unfit: int = 0  # how many were kept for another length of latent vector
        self._waiting: deque[Callable[[], object]] = deque()  # one after another, in the order of the clicks
        self._busy: bool = False
        exploration.opened.connect(self.restart)

    @property
    def _home(self) -> Keepsakes | None:
        subject = self._exploration.subject
        return None if subject is None else Keepsakes(subject.home)

    @Slot()
    def restart(self) -> None:
        """Show nothing until the file of what is explored now is read."""
        self.items, self.unfit = [], 0
        self.changed.emit()
        self.read()

    @Slot()
    def read(self) -> None:
        """Look at the file again; `changed` follows."""
        self._do(None, lambda _: None)

    def add(
        self, make: Callable[[Keepsakes], Some], text: str, done: Callable[[Some], None] | None = None
    ) -> None:
        """Keep what `make` gives, in a thread; then `done(as it is kept)`. text: for undo ("add a face")."""

        def then(kept: Some | None) -> None:
            self._push(kept, None, text)
            if done is not None and kept is not None:
                done(kept)

        self._do(lambda keepsakes: keepsakes.add(make(keepsakes)), then)

    def remove(self, item: Some) -> None:
        self.items = [each for each in self.items if each is not item]
        self.changed.emit()
        self._do(
            lambda keepsakes: keepsakes.remove(item), lambda _: self._push(None, item, f"remove {item.name}")
        )
        self._exploration.message.emit(f"{item.name} is removed. Undo brings it back.")

    def rename(self, item: Some, name: str) -> None:
        """Nothing changes if something else has the name; that is told."""
        if name != item.name:
            # At once, so that what is done next is done to the name that is read.
            self.items = [replace(item, name=name) if each is item else each for each in self.items]
            self.changed.emit()
            self._do(
                lambda keepsakes: keepsakes.rename(item, name),
                lambda kept: self._push(kept, item, f"rename {item.name}"),
            )

    def swap(self, gone: Some | None, back: Some | None, done: Callable[[Some | None], None]) -> None:
        """Put one thing in the place of another, for undo and redo. done: takes it as it is kept now."""

        def change(keepsakes: Keepsakes) -> Some | None:
            if gone is not None and back is not None:
                return keepsakes.rename(gone, back.name)
            if gone is not None:
                keepsakes.remove(gone)
            return keepsakes.add(back) if back is not None else None

        self._do(change, done)

    def _push(self, now: Some | None, before: Some | None, text: str) -> None:
        self._exploration.history.push(_Kept(self, now, before, text))

    def _do(
        self,
        change: Callable[[Keepsakes], Some | None] | None,
        then: Callable[[Some | None], None],
        *,
        again: bool = True,
    ) -> None:
        """Change what is kept, in a thread, or only read it; then `then(what is kept now)`.

        Not so if another run is opened meanwhile. again: whether to read once more if it fails, since a
        damaged file has by then been mended.
        """
        keepsakes = self._home
        if keepsakes is None:
            return

        def work() -> tuple[Some | None, list[Some]]:
            return change(keepsakes) if change is not None else None, _read(keepsakes, self._kind)

        def done(result: tuple[Some | None, list[Some]]) -> None:
            if keepsakes == self._home:  # else another run was opened meanwhile
                kept, items = result
                if not self._waiting:  # else what comes next is shown already
                    self._show(items)
                then(kept)
            self._go_on()

        def failed(sentence: str) -> None:
            self._exploration.message.emit(sentence)
            if again and keepsakes == self._home:
                self._do(None, lambda _: None, again=False)  # show what is kept indeed
            self._go_on()

        self._waiting.append(lambda: run_job(self, work, done, failed))
        if not self._busy:
            self._go_on()

    def _go_on(self) -> None:
        self._busy = bool(self._waiting)
        if self._waiting:
            self._waiting.popleft()()

    def _show(self, items: list[Some]) -> None:
        self.items = [each for each in items if _length(each) == self._exploration.latent_dim]
        self.unfit = len(items) - len(self.items)
        self.changed.emit()


def _read(keepsakes: Keepsakes, kind: type[Some]) -> list[Some]:
    if issubclass(kind, Direction):
        return keepsakes.directions()
    return sorted(keepsakes.favourites(), key=lambda each: each.created)


def _length(item: Favourite | Direction) -> int:
    return len(item.z if isinstance(item, Favourite) else item.vector)


class _Kept(QUndoCommand, Generic[Some]):
    """A change that has been made already when this is pushed."""

    def __init__(self, kept: KeptList[Some], now: Some | None, before: Some | None, text: str) -> None:
        super().__init__(text)
        self._kept: KeptList[Some] = kept
        self._now: Some | None = now
        self._before: Some | None = before
        self._made = True

    def undo(self) -> None:
        self._kept.swap(self._now, self._before, self._undone)

    def redo(self) -> None:
        if self._made:
            self._made = False
        else:
            self._kept.swap(self._before, self._now, self._redone)

    def _undone(self, kept: Some | None) -> None:
        self._before = kept  # under another name, if its own was taken meanwhile

    def _redone(self, kept: Some | None) -> None:
        self._now = kept

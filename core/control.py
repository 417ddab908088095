"""What the person asks of a running loop; the loop acts on it at the next step, in a pause at once."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from core import knobs
from core.config import Config


@dataclass(frozen=True, slots=True)
class Return:
    """The wish to go back to the best checkpoint with these settings changed."""

    changes: dict[str, object]
    automatic: bool  # the watchdog's, not the person's


class Control:
    """Stop, pause and snapshots, knobs and going back. Safe to use from any thread and any signal handler."""

    def __init__(self) -> None:
        self._changed = threading.Condition()  # on a lock that a signal handler may take a second time
        self._stopping = self._paused = self._snapshot = self._leaving = False
        self._config: Config | None = None  # in force, once the loop has said so
        self._changes: dict[str, object] = {}
        self._return: Return | None = None

    def stop(self) -> None:
        """End at the next step, after saving. Also ends a pause."""
        with self._changed:
            self._stopping, self._paused = True, False
            self._changed.notify_all()

    def leave(self) -> None:
        """Look away: `core.following` ends, and the run goes on. A training here takes no notice."""
        with self._changed:
            self._leaving = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Hold at the next step until `resume` or `stop`."""
        with self._changed:
            self._paused = not self._stopping

    def resume(self) -> None:
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def want_snapshot(self) -> None:
        """Ask for a copy of the EMA generator: a `Snapshot` after the next step, or at once in a pause."""
        with self._changed:
            self._snapshot = True
            self._changed.notify_all()

    def change(self, changes: Mapping[str, object]) -> None:
        """Turn live knobs (`core.knobs.LIVE`): they act from the next step on, or from the first one.

        Raises ConfigError, and nothing changes, if one is not live or out of its range.
        """
        with self._changed:
            wanted = self._changes | dict(changes)
            self._changes = knobs.values(self._config or Config(), wanted)
            self._changed.notify_all()

    def go_back(self, changes: Mapping[str, object], *, automatic: bool = False) -> None:
        """Go on from the best checkpoint with live knobs changed. Raises ConfigError as `change` does.

        Without a best one it is the newest, and without any the beginning. A pause stays a pause.
        """
        with self._changed:
            wanted = knobs.values(self._config or Config(), changes)
            self._return = Return(wanted, automatic)
            if not automatic:  # what the person asked for before was meant for what is now left
                self._changes = {}
            self._changed.notify_all()

    @property
    def stopping(self) -> bool:
        return self._stopping

    @property
    def leaving(self) -> bool:
        return self._leaving

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def returning(self) -> bool:
        """Whether going back has been asked for and not been done."""
        return self._return is not None

    def follow(self, config: Config) -> None:
        """The loop says which settings are in force; what is asked for has to fit them."""
        with self._changed:
            self._config = config

    def take_snapshot_wish(self) -> bool:
        """Whether a copy has been asked for since the last call."""
        with self._changed:
            wanted, self._snapshot = self._snapshot, False
            return wanted

    def take_changes(self) -> dict[str, object]:
        """The knobs turned since the last call, with their new values."""
        with self._changed:
            changes, self._changes = self._changes, {}
            return changes

    def take_return(self) -> Return | None:
        """The wish to go back since the last call, if there was one."""
        with self._changed:
            wish, self._return = self._return, None
            return wish

    def wait(self, seconds: float) -> None:
        """Wait so long, or until the person stops or leaves."""
        with self._changed:
            before = self._stopping
            self._changed.wait_for(lambda: self._leaving or self._stopping != before, seconds)

    def wait_while_paused(self) -> bool:
        """Wait until the pause is over (False) or something is asked for in it (True)."""
        with self._changed:
            self._changed.wait_for(
                lambda: not self._paused or self._snapshot or self._changes or self._return is not None
            )
            return self._paused

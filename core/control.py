"""What the person asks of a running loop; the loop acts on it at the next step."""

import threading


class Control:
    """Stop, pause and snapshot requests. Safe to use from any thread, and from a signal handler."""

    def __init__(self) -> None:
        self._changed = threading.Condition()  # on a lock that a signal handler may take a second time
        self._stopping = self._paused = self._snapshot = False

    def stop(self) -> None:
        """End at the next step, after saving. Also ends a pause."""
        with self._changed:
            self._stopping, self._paused = True, False
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

    @property
    def stopping(self) -> bool:
        return self._stopping

    @property
    def paused(self) -> bool:
        return self._paused

    def take_snapshot_wish(self) -> bool:
        """Whether a copy has been asked for since the last call."""
        with self._changed:
            wanted, self._snapshot = self._snapshot, False
            return wanted

    def wait_while_paused(self) -> bool:
        """Wait until the pause is over (False) or a copy is asked for (True, and the wish is taken)."""
        with self._changed:
            self._changed.wait_for(lambda: self._snapshot or not self._paused)
            return self._paused and self.take_snapshot_wish()

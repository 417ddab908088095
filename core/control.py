"""What the person asks of a running loop; the loop acts on it at the next step."""

import threading


class Control:
    """Stop and pause requests. Safe to use from any thread."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._run = threading.Event()
        self._run.set()
        self._snapshot = threading.Event()

    def stop(self) -> None:
        """End at the next step, after saving. Also ends a pause."""
        self._stop.set()
        self._run.set()

    def pause(self) -> None:
        """Hold at the next step until `resume` or `stop`."""
        if not self.stopping:
            self._run.clear()

    def resume(self) -> None:
        self._run.set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    @property
    def paused(self) -> bool:
        return not self._run.is_set()

    def want_snapshot(self) -> None:
        """Ask for a copy of the EMA generator, which comes as a `Snapshot` after the next step."""
        self._snapshot.set()

    def take_snapshot_wish(self) -> bool:
        """Whether a copy has been asked for since the last call."""
        wanted = self._snapshot.is_set()
        self._snapshot.clear()
        return wanted

    def wait_while_paused(self) -> None:
        self._run.wait()

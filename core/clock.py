"""Training time, pauses left out."""

import time


class Clock:
    """`seconds` are those of the steps that led here, `session` are this session's."""

    def __init__(self) -> None:
        self._before = 0.0
        self._session = 0.0
        self._since: float | None = time.perf_counter()  # None while held
        self._lap: tuple[int, float] | None = None

    @property
    def running(self) -> bool:
        return self._since is not None

    @property
    def seconds(self) -> float:
        return self._before + self._now

    @property
    def session(self) -> float:
        return self._session + self._now

    def hold(self) -> None:
        self._keep()
        self._since = None

    def go_on(self) -> None:
        self._since = time.perf_counter()

    def go_back(self, seconds: float) -> None:
        """The run goes on from a step that had taken so many seconds."""
        self._keep()
        self._before, self._lap = seconds, None

    def lap(self, step: int, batch_size: int) -> tuple[float, float]:
        """Seconds so far, and pictures a second since the last lap."""
        now = self.seconds
        speed = (
            0.0 if self._lap is None else (step - self._lap[0]) * batch_size / max(now - self._lap[1], 1e-9)
        )
        self._lap = step, now
        return now, speed

    @property
    def _now(self) -> float:
        return 0.0 if self._since is None else time.perf_counter() - self._since

    def _keep(self) -> None:
        now = self._now
        self._before += now
        self._session += now
        if self._since is not None:
            self._since += now

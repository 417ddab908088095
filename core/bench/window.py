"""The stretch of a loop that is measured: from a first moment after the warm-up, for so many seconds."""

from time import perf_counter


class Window:
    """Told of every moment at which all steps so far are done, it keeps the first and last that count."""

    def __init__(self, warmup_s: float, seconds: float) -> None:
        self._warmup_s, self._seconds = warmup_s, seconds
        self._seen: float | None = None  # the first moment; what led to it belongs to the warm-up
        self._begin: tuple[int, float] | None = None
        self._end: tuple[int, float] | None = None

    @property
    def open(self) -> bool:
        """Whether it has begun and is not over."""
        return self._begin is not None and self._end is None

    @property
    def steps(self) -> int:
        """How many steps were counted. 0 before the window is over."""
        return self._end[0] - self._begin[0] if self._begin and self._end else 0

    @property
    def seconds(self) -> float:
        """How long they took."""
        return self._end[1] - self._begin[1] if self._begin and self._end else 0.0

    def tick(self, step: int) -> bool:
        """Step `step` is done now. Whether the window is over."""
        now = perf_counter()
        if self._seen is None:
            self._seen = now
        if self._begin is None:
            if now - self._seen >= self._warmup_s:
                self._begin = step, now
        elif now - self._begin[1] >= self._seconds:
            self._end = step, now
        return self._end is not None

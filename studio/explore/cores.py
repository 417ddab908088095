"""How many cores the threads of the workspace compute with."""

import threading

from core.threads import ThreadLimit


class Cores:
    """All of them, or one for each thread while a training computes, too.

    Two teams of threads on the same cores wait for each other.
    """

    def __init__(self) -> None:
        self.shared = False  # with a training
        self._local = threading.local()

    def take(self, most: int | None = None) -> None:
        """Let the calling thread compute with as many cores as it may have now, `most` at the most."""
        limit = getattr(self._local, "limit", None)
        if limit is None:
            limit = self._local.limit = ThreadLimit()
        limit.set(1 if self.shared else most)


CORES = Cores()

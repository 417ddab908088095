"""How many cores one thread computes with, without touching what other threads do."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController


class ThreadLimit:
    """Limits torch's work in the thread that calls `set`, and in no other.

    `torch.set_num_threads` would also change MKL for all threads and the default of those to come, and a
    training that computes with another number of threads than before is no longer the same bit for bit.
    OpenMP's own limit belongs to the thread that sets it.
    """

    def __init__(self) -> None:
        self._openmp: ThreadpoolController | None = None
        self._all = 0
        self._count: int | None = None

    def set(self, count: int | None) -> None:
        """At most `count` cores from now on; None: as many as the process has."""
        if count == self._count:
            return
        import torch
        from threadpoolctl import ThreadpoolController

        if self._openmp is None:
            self._all = torch.get_num_threads()  # also makes torch's own setting of this thread, once
            self._openmp = ThreadpoolController().select(user_api="openmp")
        self._openmp.limit(limits=count or self._all)
        self._count = count

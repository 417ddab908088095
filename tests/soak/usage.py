"""What a process holds on to, how that grows, and whether it may."""

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import psutil

MOST_GROWTH = 0.05  # of resident memory
MOST_MORE = 2  # threads or handles: one that is on its way out is no leak


@dataclass(frozen=True, slots=True)
class Usage:
    seconds: float  # since the process started
    rss_mib: float
    threads: int
    handles: int  # open files, pipes and sockets


@dataclass(frozen=True, slots=True)
class Growth:
    """From the first measurements after the warm-up to the last ones, the median of several each."""

    before: Usage
    after: Usage

    @property
    def memory(self) -> float:
        """As a share of what it was."""
        return self.after.rss_mib / self.before.rss_mib - 1

    @property
    def faults(self) -> list[str]:
        """What grew that should not have; empty if all is well."""
        found = []
        if self.memory >= MOST_GROWTH:
            found.append(
                f"resident memory grew by {self.memory:.1%}, "
                f"from {self.before.rss_mib:.0f} to {self.after.rss_mib:.0f} MiB"
            )
        for name in ("threads", "handles"):
            before, after = getattr(self.before, name), getattr(self.after, name)
            if after > before + MOST_MORE:
                found.append(f"{name} went from {before} to {after}")
        return found


def measure() -> Usage:
    """Of this process, after a garbage collection, so that what is counted is held and not only late."""
    gc.collect()
    process = psutil.Process()
    with process.oneshot():
        handles = process.num_handles() if psutil.WINDOWS else process.num_fds()
        return Usage(
            time.time() - process.create_time(),
            process.memory_info().rss / 2**20,
            process.num_threads(),
            handles,
        )


def growth(usages: Sequence[Usage], warm_up: int) -> Growth:
    """usages: taken in comparable moments; the first `warm_up` of them do not count.

    At least two have to be left.
    """
    settled = usages[warm_up:]
    several = max(1, len(settled) // 3)
    return Growth(_middle(settled[:several]), _middle(settled[-several:]))


def _middle(usages: Sequence[Usage]) -> Usage:
    return Usage(
        median(each.seconds for each in usages),
        median(each.rss_mib for each in usages),
        round(median(each.threads for each in usages)),
        round(median(each.handles for each in usages)),
    )

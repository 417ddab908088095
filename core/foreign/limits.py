"""How much memory and time a foreign file may take, and how both are enforced.

Memory counts what the child takes beyond torch as such, which no file can change: importing torch alone
makes 527 MiB resident (torch 2.15 for CUDA on Linux; 236 of them are pages of shared libraries). ALLOWANCE
is small enough that the child's own memory, those 291 MiB of torch included, stays under twice the file and
512 MiB. No file that is refused gets as far as torch, unless it changes on the way: until then the child
takes 30 to 50 MiB.

Within the child, the address space is limited where the system knows such a limit (Linux). Everywhere the
parent watches the child's resident memory and ends it (Windows and macOS have no limit that works).
"""

from contextlib import suppress

import psutil

ALLOWANCE = 192 * 2**20  # bytes
SECONDS = 10.0  # for reading, or longer for a file of more than 320 MiB:
SLOWEST = 32 * 2**20  # bytes a second, on a busy computer with a slow disk
# For starting Python and importing torch, while neither sees the file: a cold disk, a virus scanner or a busy
# computer may need them.
START_SECONDS = 120.0
WATCH_S = 0.02  # between two looks at the child


def allowed(size: int) -> int:
    """Bytes of memory that reading a file of `size` bytes may take."""
    return 2 * size + ALLOWANCE


def patience(size: int, seconds: float) -> float:
    """Seconds for reading a file of `size` bytes, `seconds` at the least."""
    return max(seconds, size / SLOWEST)


def written(size: int) -> int:
    """Bytes that may be written for a file of `size` bytes: float16 becomes float32."""
    return 2 * size + 2**20


def limit_growth(size: int) -> None:
    """Let this process's address space grow by what the file may take, and no further."""
    _limit_address_space(psutil.Process().memory_info().vms + allowed(size))


def lift_growth() -> None:
    """Take that limit back, for the import of torch, which maps gigabytes of libraries."""
    _limit_address_space(None)


def limit_work(size: int) -> None:
    """Limit this process's processor time and the files it writes, once and for all."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (written(size), written(size)))
        seconds = int(patience(size, SECONDS) + START_SECONDS)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_address_space(length: int | None) -> None:
    with suppress(ImportError, ValueError, OSError):  # no such limit: the parent watches
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most if length is None else length, most))

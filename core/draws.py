"""Random draws as functions of (seed, purpose, index), never of what was drawn before.

So a resumed run, another number of workers or another device sees the same shuffle, the same z and the same
flips. Philox is a counter-based generator (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2,
3").
"""

import hashlib
from functools import cache

import numpy as np
from numpy.typing import NDArray


@cache
def _key(seed: int, purpose: str) -> int:
    digest = hashlib.blake2b(f"{seed}/{purpose}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def stream(seed: int, purpose: str, index: int = 0) -> np.random.Generator:
    """A fresh stream for one purpose ("shuffle", "z", "flip", ...) at one epoch or step."""
    return np.random.Generator(np.random.Philox(key=[_key(seed, purpose), index]))


def normal(seed: int, purpose: str, index: int, rows: int, columns: int) -> NDArray[np.float32]:
    """Standard normal numbers, (rows, columns) float32; row i does not depend on `rows`."""
    return stream(seed, purpose, index).standard_normal((rows, columns)).astype(np.float32)


def permutation(seed: int, purpose: str, index: int, count: int) -> NDArray[np.int64]:
    """A random order of 0 .. count-1, (count,) int64."""
    return stream(seed, purpose, index).permutation(count)

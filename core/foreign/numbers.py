"""Stored numbers as float32, read without torch: safe to look at before torch is let near the file."""

from collections.abc import Iterator
from typing import IO

import numpy as np
from numpy.typing import NDArray

from core.foreign.archive import Span
from core.foreign.claims import SIZES, Claim
from core.foreign.refusal import Refusal

_AT_ONCE = 2**20  # numbers that are looked at together

_DTYPES = {"float16": "<f2", "bfloat16": "<u2", "float32": "<f4", "float64": "<f8"}


def read_numbers(file: IO[bytes], span: Span, claim: Claim) -> NDArray[np.float32]:
    """The tensor that a claim describes, in the storage at `span`, as an array of its own. Floats only.

    Takes its bytes twice at the most. Raises Refusal if the file has become shorter.
    """
    size = SIZES[claim.kind]
    file.seek(span.start + claim.offset * size)
    data = file.read(claim.reach * size)
    if len(data) != claim.reach * size:
        raise Refusal("changed while it was read; open it again.")
    strides = tuple(stride * size for stride in claim.strides)
    stored: NDArray[np.generic] = np.ndarray(claim.shape, _DTYPES[claim.kind], data, strides=strides)
    if claim.kind == "bfloat16":  # the upper half of a float32
        return (stored.astype(np.uint32) << 16).view(np.float32)
    with np.errstate(over="ignore"):  # too large for float32 becomes infinite, which is refused
        return stored.astype(np.float32, order="C")


def all_finite(numbers: NDArray[np.float32]) -> bool:
    """Whether no number is NaN or infinite; takes little memory beside them."""
    return all(bool(np.isfinite(part).all()) for part in _parts(numbers))


def _parts(numbers: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    flat = numbers.reshape(-1)
    for first in range(0, len(flat), _AT_ONCE):
        yield flat[first : first + _AT_ONCE]

"""Too little memory: how it shows on each device, and into how many parts a run cuts its batches for it."""

import gc
import re
from collections.abc import Iterable, Mapping
from typing import Any

import torch

# CUDA and MPS, torch's allocator on a CPU, cuDNN and cuBLAS, C++. "An illegal memory access" is no lack.
_SHORT = re.compile(r"out of memory|can't allocate memory|ALLOC_FAILED|bad.alloc(ation)?", re.IGNORECASE)


def is_short(error: BaseException) -> bool:
    """Whether this says that the memory is full."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and _SHORT.search(str(error)) is not None
    )


def release(device: torch.device) -> None:
    """Give back what a failed step held. Only of use once nothing refers to its error any more."""
    gc.collect()
    match device.type:
        case "cuda":
            torch.cuda.empty_cache()
        case "mps":
            torch.mps.empty_cache()


def cuts(events: Iterable[Mapping[str, Any]], device: str) -> dict[int, int]:
    """Into how many parts batches are cut on a device, by the step from which on they are.

    events: the rows of a run's events.jsonl.
    """
    found: dict[int, int] = {}
    for row in events:
        match row:
            case {"event": "memory", "step": int() as step, "parts": int() as parts, "device": str() as name}:
                if name == device:
                    found[step] = max(parts, found.get(step, 1))
    return found

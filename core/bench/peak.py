"""The most memory that a process has had."""

import sys

import psutil
import torch


def peak_memory(device: torch.device) -> dict[str, float]:
    """MiB: `process`, this one's own, and on a GPU `device`, its tensors there."""
    found = {"process": _of_process()}
    if device.type == "cuda":
        found["device"] = torch.cuda.max_memory_allocated(device) / 2**20
    return {name: round(mib, 1) for name, mib in found.items()}


def _of_process() -> float:
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 2**20
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit

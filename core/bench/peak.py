"""How much memory a measured process takes."""

import sys
from contextlib import suppress

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


def workers_memory() -> float:
    """MiB that the processes started by this one hold now, all together and each for itself alone."""
    found = 0.0
    for worker in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has just ended, or does not let itself be asked
            found += worker.memory_full_info().uss / 2**20
    return round(found, 1)

"""How fast this machine multiplies large matrices: what no training on it can exceed by much."""

from time import perf_counter
from typing import Any

import torch
from torch import Tensor

LARGEST = {"cpu": 2048, "cuda": 8192}
LONG_ENOUGH_S = 0.05  # for one product; a CPU without bf16 would take a minute for the largest


def measure(request: dict[str, Any]) -> dict[str, Any]:
    """GFLOP/s of square products by number format: float32, bf16, and tf32 where the device has it.

    request: device, seconds for each format, and optionally `largest`, another bound of the matrices' side.
    """
    device = torch.device(request["device"])
    largest, seconds = (
        int(request.get("largest") or LARGEST.get(device.type, 4096)),
        float(request["seconds"]),
    )
    found = {
        "float32": speed(torch.float32, largest, device, seconds),
        "bf16": speed(torch.bfloat16, largest, device, seconds),
    }
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")
        found["tf32"] = speed(torch.float32, largest, device, seconds)
    return {"gflops": {name: round(each / 1e9, 2) for name, each in found.items()}}


def speed(dtype: torch.dtype, largest: int, device: torch.device, seconds: float) -> float:
    """Operations a second in the best product of as many as fit into the time, three at least.

    The matrices are as large as `largest`, or as keeps the machine busy for long enough.
    """
    side = min(256, largest)
    _multiply(*(torch.ones(side, side, dtype=dtype, device=device) for _ in range(3)))  # the first is slow
    while True:
        a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
        out = torch.empty(side, side, dtype=dtype, device=device)
        best = _multiply(a, b, out)
        if best >= LONG_ENOUGH_S or 2 * side > largest:
            break
        side *= 2
    end, count = perf_counter() + seconds, 0
    while count < 3 or perf_counter() < end:
        best = min(best, _multiply(a, b, out))
        count += 1
    return 2.0 * side**3 / best


def _multiply(a: Tensor, b: Tensor, out: Tensor) -> float:
    """Seconds of one product; of ten on a GPU, where one is too short to be timed, divided by ten."""
    repeats = 10 if out.device.type == "cuda" else 1
    wait_for(out.device)
    began = perf_counter()
    for _ in range(repeats):
        torch.mm(a, b, out=out)
    wait_for(out.device)
    return (perf_counter() - began) / repeats


def wait_for(device: torch.device) -> None:
    """Return when the device has done all that it was given."""
    match device.type:
        case "cuda":
            torch.cuda.synchronize(device)
        case "mps":
            torch.mps.synchronize()

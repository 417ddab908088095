"""How fast this machine multiplies large matrices: what no training on it can exceed by much."""

from time import perf_counter
from typing import Any

import torch
from torch import Tensor

SIDE = {"cpu": 2048, "cuda": 8192}


def measure(request: dict[str, Any]) -> dict[str, Any]:
    """GFLOP/s of square products by number format: float32, bf16, and tf32 where the device has it.

    request: device, seconds for each format, and a side other than the usual if `side` is given.
    """
    device = torch.device(request["device"])
    side = int(request.get("side") or SIDE.get(device.type, 4096))
    formats: dict[str, torch.dtype] = {"float32": torch.float32, "bf16": torch.bfloat16}
    found = {
        name: speed(dtype, side, device, float(request["seconds"])) / 1e9 for name, dtype in formats.items()
    }
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")
        found["tf32"] = speed(torch.float32, side, device, float(request["seconds"])) / 1e9
    return {"side": side, "gflops": found}


def speed(dtype: torch.dtype, side: int, device: torch.device, seconds: float) -> float:
    """Operations a second in the best product of as many as fit into the time, three at least."""
    a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    out = torch.empty(side, side, dtype=dtype, device=device)
    _multiply(a, b, out)
    best, end, count = float("inf"), perf_counter() + seconds, 0
    while count < 3 or perf_counter() < end:
        best = min(best, _multiply(a, b, out))
        count += 1
    return 2.0 * side**3 / best


def _multiply(a: Tensor, b: Tensor, out: Tensor) -> float:
    """Seconds of one product; of ten on a GPU, where one is too short to be timed, divided by ten."""
    repeats = 10 if out.device.type == "cuda" else 1
    _wait_for(out.device)
    began = perf_counter()
    for _ in range(repeats):
        torch.mm(a, b, out=out)
    _wait_for(out.device)
    return (perf_counter() - began) / repeats


def _wait_for(device: torch.device) -> None:
    match device.type:
        case "cuda":
            torch.cuda.synchronize(device)
        case "mps":
            torch.mps.synchronize()

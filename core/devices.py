"""The devices that can train, and the precision that each does well."""

from dataclasses import dataclass
from typing import Literal

import psutil
import torch

from core.config import Config
from core.errors import ConfigError

Precision = Literal["float32", "bf16"]


@dataclass(frozen=True, slots=True)
class Device:
    name: str  # what torch.device takes
    title: str  # what a person reads
    precision: Precision  # what "auto" means here


def devices() -> list[Device]:
    """Everything that can train, best first; the CPU is always last."""
    found = [
        Device(
            f"cuda:{index}",
            torch.cuda.get_device_name(index),
            "bf16" if torch.cuda.get_device_capability(index) >= (8, 0) else "float32",
        )
        for index in range(torch.cuda.device_count())
    ]
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple GPU", "float32"))
    threads = torch.get_num_threads()
    found.append(Device("cpu", f"CPU, {threads} thread{'s' * (threads != 1)}", _cpu_precision()))
    return found


def find_device(name: str) -> Device:
    """The device of that name; "auto" is the best one. Raises ConfigError that lists the names."""
    available = devices()
    if name == "auto":
        return available[0]
    wanted = "cuda:0" if name == "cuda" else name
    for device in available:
        if device.name == wanted:
            return device
    names = ", ".join(device.name for device in available)
    raise ConfigError(f"There is no device called {name} here. Use one of: {names}.")


def default_preset(device: Device | None = None) -> str:
    """The preset for a first run on a device, the best one unless named."""
    return "quick" if (device or devices()[0]).name == "cpu" else "healthy"


def resolve_precision(config: Config, device: Device) -> Precision:
    """The number format that training uses: the config's, or what the device does well."""
    return device.precision if config.precision == "auto" else config.precision


def memory_mib(device: torch.device) -> float:
    """MiB in use for training: by tensors at most so far on a GPU, by the whole process on a CPU."""
    match device.type:
        case "cuda":
            return torch.cuda.max_memory_allocated(device) / 2**20
        case "mps":
            return torch.mps.current_allocated_memory() / 2**20
        case _:
            return float(psutil.Process().memory_info().rss) / 2**20


def _cpu_precision() -> Precision:
    # Without AMX a bf16 product runs far below float32: 0.3 against 129 GFLOP/s on a two-core AVX2 machine.
    return "bf16" if torch.cpu.get_capabilities().get("amx_bf16") else "float32"

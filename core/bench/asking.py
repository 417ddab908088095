"""How the parts of a benchmark ask for a measurement in a process of its own."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from core.bench import child


class Ask(Protocol):
    def __call__(self, module: str, request: Mapping[str, object], title: str) -> dict[str, Any]:
        """What the module's `measure` gives for the request. title: for the progress bar."""


class Asking:
    """Asks with runs, caches and settings in `folder`: the person's own are neither read nor changed."""

    def __init__(
        self, folder: Path, tell: Callable[[str], object], cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        self._tell, self._cancelled = tell, cancelled
        self._environment = {
            f"DCGAN_STUDIO_{name}": str(folder / name.lower()) for name in ("RUNS", "CACHE", "CONFIG")
        }

    def __call__(self, module: str, request: Mapping[str, object], title: str) -> dict[str, Any]:
        self._tell(title)
        return child.measure(module, request, environment=self._environment, cancelled=self._cancelled)

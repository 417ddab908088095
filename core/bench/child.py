"""One measurement in a process of its own: nothing that another left behind speeds it up or slows it down.

`measure` starts `python -m core.bench.child MODULE REQUEST ANSWER`, which calls MODULE's `measure(request)`
and leaves what it gives in the file ANSWER. Both are JSON.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import psutil

import core
from core.errors import Cancelled, StudioError

LIMIT_S = 900.0
_PACKAGES = Path(core.__file__).parent.parent  # where `core` is imported from, installed or not


def measure(
    module: str,
    request: Mapping[str, object],
    *,
    environment: Mapping[str, str] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    limit_s: float = LIMIT_S,
) -> dict[str, Any]:
    """What MODULE's `measure` gives. Raises Cancelled; StudioError if it failed or took too long.

    environment: what its own differs by.
    """
    paths = [str(_PACKAGES), os.environ.get("PYTHONPATH", "")]
    surroundings = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        **(environment or {}),
    }
    with tempfile.TemporaryDirectory(prefix="dcgan-bench-") as name:
        answer, errors = Path(name) / "answer.json", Path(name) / "errors.txt"
        with errors.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "core.bench.child", module, json.dumps(dict(request)), str(answer)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=surroundings,
            )
            _wait(process, module, cancelled, limit_s)
        return _read(answer, errors, module, process.returncode)


def _wait(
    process: "subprocess.Popen[bytes]", module: str, cancelled: Callable[[], bool], limit_s: float
) -> None:
    end = monotonic() + limit_s
    try:
        while True:
            try:
                process.wait(0.2)
                return
            except subprocess.TimeoutExpired:
                pass
            if cancelled():
                raise Cancelled("The benchmark was stopped.")
            if monotonic() > end:
                raise StudioError(f"{module} was not done after {limit_s:,.0f} s. Ask for less, see --help.")
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and those that it started, if they are still there."""
    if process.poll() is None:
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
        for each in family:
            try:
                each.kill()
            except psutil.NoSuchProcess:
                continue
        process.wait()


def _read(answer: Path, errors: Path, module: str, status: int) -> dict[str, Any]:
    said = errors.read_text("utf-8", "replace").splitlines()
    try:
        found: dict[str, Any] = json.loads(answer.read_text("utf-8"))
    except (OSError, ValueError):
        last = next((line.strip() for line in reversed(said) if line.strip()), f"exit status {status}")
        raise StudioError(f"{module} did not finish: {last}", facts={"stderr": said[-40:]}) from None
    if "error" in found:
        raise StudioError(str(found["error"]))
    return found


def _answer(module: str, request: str, answer: str) -> None:
    measurement: Callable[[dict[str, Any]], dict[str, Any]] = importlib.import_module(module).measure
    try:
        found = measurement(json.loads(request))
    except StudioError as error:
        found = {"error": str(error)}
    Path(answer).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    _answer(*sys.argv[1:])

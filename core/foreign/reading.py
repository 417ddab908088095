"""Starting the process that reads a foreign file, watching it, and believing only what it wrote."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from core.errors import Cancelled
from core.foreign.family import Family
from core.foreign.headers import read_header
from core.foreign.layout import find_generator
from core.foreign.limits import SECONDS, START_SECONDS, WATCH_S, allowed, patience, written
from core.foreign.refusal import ForeignError, Refusal, quoted
from core.ordinary_file import OddFileError, open_ordinary
from core.shapes import MAX_FILE

if TYPE_CHECKING:
    from core.generators import GeneratorFacts
    from core.models import Generator

_LONGEST_ANSWER = 2**16
# Python sees neither the current folder nor PYTHONPATH (-P -E), only what is installed and this program.
_PROGRAM = (
    "import sys; root, out = sys.argv[1:]; root in sys.path or sys.path.insert(0, root); "
    "from core.foreign.child import main; main(out)"
)
# Nothing else of the environment reaches the child: where libraries and folders are.
_KEPT = (
    "PATH",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT",
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "TEMP",
    "TMP",
    "TMPDIR",
)
_FIXED = {
    "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "",
    "PYTHONUTF8": "1",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """A foreign generator, ready to draw: float32, eval, on the CPU."""

    generator: Generator
    prefix: str  # the keys it was found under, such as netG.module.main; "" where its names begin at once
    name: str  # the file's


def read_generator(
    path: Path, *, cancelled: Callable[[], bool] | None = None, seconds: float = SECONDS
) -> Imported:
    """The generator in a file of another program, read by a child process of limited memory and time.

    `seconds` bounds the reading of any file up to 320 MiB; starting Python and importing torch, while neither
    sees the file, have a time of their own.
    Raises ForeignError, one sentence about the file, or Cancelled.
    """
    name = quoted(path.name)
    try:
        with _opened(path) as file, _folder() as folder:
            size = os.fstat(file.fileno()).st_size
            prefix = _ask(file, size, Path(folder), cancelled or (lambda: False), patience(size, seconds))
            return Imported(_believe(Path(folder) / "generator", written(size)), prefix, name)
    except Refusal as refusal:
        raise ForeignError(f"{name} {refusal}", refusal.details) from refusal
    except OSError as error:
        raise ForeignError(f"{name} cannot be read ({error.strerror or error}).") from error


def import_generator(path: Path, out: Path, *, cancelled: Callable[[], bool] | None = None) -> GeneratorFacts:
    """Read a foreign generator and write it as a generator file of this program. Raises StudioError."""
    imported = read_generator(path, cancelled=cancelled)
    from core import generators

    about = {"imported from": imported.name, "found under": imported.prefix}
    return generators.save(out, imported.generator, name=quoted(path.stem), about=about)


def _folder() -> tempfile.TemporaryDirectory[str]:
    """Windows keeps what a process that was just ended still has open; that is no reason to fail."""
    return tempfile.TemporaryDirectory(prefix="dcgan-studio-", ignore_cleanup_errors=True)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file, if it is one: a pipe or a device would never end."""
    if path.is_dir():
        raise Refusal("is a folder: choose the file of weights in it.")
    try:
        file = open_ordinary(path)
    except OddFileError:
        raise Refusal("is no ordinary file: choose a .pth, .pt or .safetensors file.") from None
    with file:
        status = os.fstat(file.fileno())
        if status.st_size == 0:
            raise Refusal("is empty; copy or download it again.")
        if status.st_size > MAX_FILE:
            raise Refusal(f"is larger than {MAX_FILE // 2**30} GiB: save the generator's state_dict() alone.")
        yield file


def _ask(file: IO[bytes], size: int, folder: Path, cancelled: Callable[[], bool], seconds: float) -> str:
    """Let a child read the file; the result is the prefix. Raises Refusal and Cancelled."""
    answer, errors = folder / "answer", folder / "errors"
    root = Path(__file__).parents[2]
    empty = folder / "empty"
    empty.mkdir()
    with answer.open("wb") as out, errors.open("wb") as err:
        child = subprocess.Popen(
            [sys.executable, "-P", "-E", "-c", _PROGRAM, str(root), str(folder / "generator")],
            stdin=file,
            stdout=out,
            stderr=err,
            cwd=empty,
            env={key: os.environ[key] for key in _KEPT if key in os.environ} | _FIXED,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            start_new_session=True,  # Ctrl-C is for the parent, which ends the child
        )
    family = Family(child.pid)
    try:
        _watch(child, family, answer, size, cancelled, seconds)
    finally:
        family.kill()
        child.kill()
        child.wait()
    last = _answers(answer)[-1:]
    match last:
        case [{"found": str(prefix)}]:
            return quoted(prefix, 200)
        case [{"refused": str(predicate), "details": list(details)}]:
            raise Refusal(quoted(predicate, 600), [quoted(each, 400) for each in details])
    with errors.open("rb") as err:
        told = err.read(_LONGEST_ANSWER).decode("utf-8", "replace").strip().splitlines()
    raise Refusal(
        f"could not be read: the process that reads it ended by itself (exit {child.returncode}).",
        [quoted(line, 400) for line in told[-1:]],
    )


def _watch(
    child: subprocess.Popen[bytes],
    family: Family,
    answer: Path,
    size: int,
    cancelled: Callable[[], bool],
    seconds: float,
) -> None:
    """Return when the child has ended. Raises Refusal if it takes too much memory or time."""
    left, start_left = seconds, START_SECONDS
    before, known = time.monotonic(), 0
    while child.poll() is None:
        if cancelled():
            raise Cancelled("The file was not opened.")
        stages = [each for each in _answers(answer) if "at" in each]
        if len(stages) > known:
            known = len(stages)
            family.find()
        stage = stages[-1]["at"] if stages else "start"
        now = time.monotonic()
        if stage in ("start", "torch"):
            start_left -= now - before
        else:
            left -= now - before
        before = now
        if start_left < 0:
            raise Refusal(
                f"could not be read: Python and torch did not start within {START_SECONDS:g} seconds; close "
                "other programs and open it again."
            )
        if left < 0:
            raise Refusal(f"was not read within {seconds:g} seconds, so it was put aside.")
        floor = int(stages[-1].get("memory", 0)) if stages else 0
        if stage != "torch" and family.memory() > floor + allowed(size):
            raise Refusal("would take more memory than a file of its size may.")
        with suppress(subprocess.TimeoutExpired):
            child.wait(WATCH_S)


def _answers(path: Path) -> list[dict[str, Any]]:
    """The child's lines so far; what is no whole line of JSON is not counted."""
    with path.open("rb") as file:
        text = file.read(_LONGEST_ANSWER)
    found = []
    for line in text.split(b"\n")[:-1]:
        with suppress(ValueError):
            each = json.loads(line)
            if isinstance(each, dict):
                found.append(each)
    return found


def _believe(path: Path, most: int) -> Generator:
    """The generator in what the child wrote, checked as if it came from a stranger. Raises Refusal.

    most: bytes that it may have.
    """
    import safetensors.torch
    import torch

    from core.models import Generator, GeneratorShape

    size = path.lstat().st_size
    if not stat.S_ISREG(path.lstat().st_mode) or size > most:
        raise Refusal("was read in a way that cannot be trusted; copy or download it again.")
    with path.open("rb") as file:
        claims, _ = read_header(file, size)
    plan = find_generator({(name,): claim for name, claim in claims.items()}, sort=True)
    shape = GeneratorShape(plan.latent_dim, plan.widths, plan.channels, plan.biases)
    weights = safetensors.torch.load(path.read_bytes())
    generator = Generator(shape)
    counters = {
        name: tensor
        for name, tensor in generator.state_dict().items()
        if name.endswith("num_batches_tracked")
    }
    if weights.keys() | counters.keys() != generator.state_dict().keys():
        raise Refusal("was read in a way that cannot be trusted; copy or download it again.")
    generator.load_state_dict(weights | counters)
    generator.eval().requires_grad_(False)
    with torch.inference_mode():
        trial = generator(torch.zeros(1, shape.latent_dim))
    if not all(torch.isfinite(each).all() for each in (trial, *weights.values())):
        raise Refusal("holds numbers too large to draw with: take an earlier checkpoint.")
    return generator

"""One safetensors file per checkpoint: its digest in its name, committed by one rename, read back before use.

safetensors has no checksum, so the name carries the first 16 hex digits of the file's sha256 and a torn or
flipped file is told from a good one.
"""

import errno
import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from core.commit import put
from core.config import Config, parse
from core.errors import ConfigError, RunError
from core.models import weights_digest
from core.runs import CHECKPOINT_NAME, numbered

SPARE_BYTES = 16 * 2**20  # left free beside a checkpoint, for metrics and grids


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything of one step. `tensors` are named G/..., D/..., EMA/..., optG/..., optD/..."""

    step: int
    seconds: float  # training time up to here
    config: Config
    tensors: dict[str, Tensor]


def save(folder: Path, checkpoint: Checkpoint) -> Path:
    """Commit a checkpoint and read it back. Raises RunError, older checkpoints untouched, if it cannot."""
    facts = {
        "schema": 1,
        "step": checkpoint.step,
        "seconds": checkpoint.seconds,
        "config": checkpoint.config.model_dump(),
        "digest": weights_digest(under(checkpoint.tensors, "EMA")),
    }
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in checkpoint.tensors.items()}
    broken = next((name for name, tensor in tensors.items() if not torch.isfinite(tensor).all()), None)
    if broken is not None:
        raise RunError(f"Step {checkpoint.step} was not saved: {broken} holds numbers that are not finite.")
    data = safetensors.torch.save(tensors, {"studio": json.dumps(facts)})
    digest = hashlib.sha256(data).hexdigest()[:16]
    path = folder / f"ckpt-{checkpoint.step:09d}-{digest}.safetensors"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        if free < len(data) + SPARE_BYTES:
            raise OSError(errno.ENOSPC, f"{free / 2**20:.0f} MiB are free")
        _remove_leftovers(folder)
        put(path, lambda file: file.write(data))
    except OSError as error:
        raise RunError(_why_not_saved(error, checkpoint.step, len(data), folder)) from error
    if not verify(path):
        raise RunError(
            f"Step {checkpoint.step} was written to {path} but reads back differently. Check the disk."
        )
    return path


def verify(path: Path) -> bool:
    """Whether the file still holds what its name promises."""
    match = CHECKPOINT_NAME.fullmatch(path.name)
    if match is None:
        return False
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16] == match[2]
    except OSError:
        return False


def load(path: Path) -> Checkpoint:
    """The checkpoint in a file, on the CPU. Raises RunError if it is torn, altered or not one of ours."""
    if not verify(path):
        raise RunError(f"{path.name} is damaged or is not a checkpoint of this program. Choose an older one.")
    return read(path)


def read(path: Path) -> Checkpoint:
    """`load` of a file that has been verified already."""
    step, seconds, config = _read_facts(path)
    return Checkpoint(step, seconds, config, safetensors.torch.load_file(path))


def under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors named PREFIX/..., without the prefix."""
    start = prefix + "/"
    return {name.removeprefix(start): tensor for name, tensor in tensors.items() if name.startswith(start)}


def set_aside_damaged(folder: Path) -> Path | None:
    """The newest good file; None where there are no checkpoints.

    Those that do not verify are renamed, so that they neither count as checkpoints nor are lost. Raises
    RunError if there are checkpoints and none is good.
    """
    files = [path for _, path in numbered(folder, CHECKPOINT_NAME)]
    good = [path for path in files if verify(path)]
    if files and not good:
        left = folder.parent / "left"
        older = f" Older ones may be in {left}." if any(left.glob("*/ckpt-*.safetensors")) else ""
        raise RunError(
            f"None of the checkpoints in {folder} is intact. Restore one, or start a new run.{older}"
        )
    for path in set(files).difference(good):
        path.replace(path.with_name(path.name + ".damaged"))
    return good[-1] if good else None


def latest(folder: Path) -> Path | None:
    """The file of the highest step that verifies."""
    return next((path for _, path in reversed(numbered(folder, CHECKPOINT_NAME)) if verify(path)), None)


def _read_facts(path: Path) -> tuple[int, float, Config]:
    try:
        with safe_open(path, "pt") as file:
            facts = json.loads((file.metadata() or {})["studio"])
        return int(facts["step"]), float(facts["seconds"]), parse(facts["config"])
    except (
        OSError,
        SafetensorError,
        KeyError,
        TypeError,
        ValueError,
        OverflowError,
        RecursionError,
        ConfigError,
    ) as error:
        raise RunError(f"{path} is not a checkpoint of this program.") from error


def _why_not_saved(error: OSError, step: int, size: int, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"Step {step} was not saved: the disk is full ({size / 2**20:.0f} MiB are needed in {folder}). "
            "Older checkpoints are intact. Free some space, then resume."
        )
    return f"Step {step} was not saved in {folder}: {error.strerror}. Older checkpoints are intact."


def _remove_leftovers(folder: Path) -> None:
    """Parts of a save that was killed; the run's lock keeps other writers out."""
    for part in folder.glob(".ckpt-*.part"):
        part.unlink(missing_ok=True)

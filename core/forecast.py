"""What a training would take, from some real steps before it is committed to: time, memory, disk."""

import hashlib
import io
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isqrt

import numpy as np
import safetensors.torch
import torch

from core import draws, memory
from core.budget import SHARE
from core.config import Config
from core.data.batches import Batches
from core.data.cache import PictureCache
from core.devices import find_device, memory_mib, resolve_precision
from core.duration import duration
from core.engine import Engine
from core.errors import Cancelled, RunError
from core.export import encode_png, sheet
from core.latent import decode
from core.loop import MEMORY_FULL
from core.metrics.reference import sample_size
from core.trainee import Trainee

WARM_UP = 3  # steps that allocate and choose algorithms, and take longer than those after them
ROW_BYTES = 450  # of metrics, a line
LOOK_S = 0.005  # between two looks at the memory
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of a whole run, under the settings that it would begin with."""

    seconds_per_step: float  # of training alone
    images_per_s: float
    total_seconds: float  # with grids, checkpoints and measuring, unless that is at fixed steps
    total_steps: int
    memory_mib: float  # at most: of the process, or on a GPU of its tensors
    disk_mib: float  # the run folder at its end, without exports
    images: int
    parts: int  # that each batch is cut into for the memory; 1 is the whole


def forecast(
    config: Config,
    cache: PictureCache,
    device: str = "auto",
    *,
    steps: int = 20,
    cancelled: Callable[[], bool] = lambda: False,
) -> Forecast:
    """Train a throw-away copy for so many steps on the real pictures; nothing is written.

    Raises ConfigError, RunError if the memory is too small, Cancelled.
    """
    try:
        return _forecast(config, cache, device, steps, cancelled)
    except Exception as error:
        if memory.is_short(error):
            raise RunError(MEMORY_FULL) from error
        raise


def _forecast(
    config: Config, cache: PictureCache, device: str, steps: int, cancelled: Callable[[], bool]
) -> Forecast:
    chosen = find_device(device)
    where = torch.device(chosen.name)
    precision = resolve_precision(config, chosen)
    batches = Batches(cache.pictures, config.batch_size, config.seed)
    engine = Engine(batches, where, precision)
    trainee = Trainee(config, where, len(cache))
    parts = 1
    taken: list[float] = []
    with _most_memory(where) as most:
        while len(taken) < steps:
            if cancelled():
                raise Cancelled
            began = time.perf_counter()
            numbers = engine.step(trainee, len(taken) + 1, parts)
            if numbers is None:
                if parts >= config.batch_size:
                    raise RunError(MEMORY_FULL)
                memory.release(where)
                parts, taken = min(2 * parts, config.batch_size), []
                continue
            numbers.tolist()  # waits for the device
            taken.append(time.perf_counter() - began)
    step_s = statistics.median(taken[WARM_UP:] or taken)

    grid_s, grid_bytes = _grid(config, cache, trainee)
    save_s, checkpoint_bytes = _checkpoint(trainee)
    generator_bytes = sum(each.nbytes for each in trainee.average.state_dict().values())
    whole_s = step_s + grid_s / config.sample_every + save_s / config.checkpoint_every
    if not config.measure_every and sample_size(len(cache), config.measure_count):
        whole_s /= 1 - SHARE  # measured as often as the share allows
    whole = duration(config, batches.steps_per_epoch)
    total = whole.steps if whole.steps is not None else round((whole.seconds or 0.0) / whole_s)
    memory.release(where)
    return Forecast(
        seconds_per_step=step_s,
        images_per_s=config.batch_size / step_s,
        total_seconds=whole.seconds if whole.seconds is not None else total * whole_s,
        total_steps=total,
        memory_mib=most.mib,
        disk_mib=_disk(config, total, checkpoint_bytes, generator_bytes, grid_bytes) / _MIB,
        images=len(cache),
        parts=parts,
    )


def _grid(config: Config, cache: PictureCache, trainee: Trainee) -> tuple[float, int]:
    """Seconds and bytes of a grid of fixed faces; real ones are compressed, for later ones look like them."""
    began = time.perf_counter()
    decode(trainee.average, draws.normal(config.seed, "fixed", 0, config.sample_count, config.latent_dim))
    chosen = np.resize(np.arange(len(cache)), config.sample_count)
    pictures = np.broadcast_to(cache.pictures[chosen], (len(chosen), config.size, config.size, 3))
    file = io.BytesIO()
    encode_png(file, sheet(pictures, isqrt(config.sample_count), 0))
    return time.perf_counter() - began, file.tell()


def _checkpoint(trainee: Trainee) -> tuple[float, int]:
    """Seconds and bytes of a checkpoint, but for the disk's own time."""
    began = time.perf_counter()
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in trainee.tensors().items()}
    data = safetensors.torch.save(tensors)
    for _ in range(2):  # named by its digest, and read back
        hashlib.sha256(data)
    return time.perf_counter() - began, len(data)


def _disk(config: Config, steps: int, checkpoint: int, generator: int, grid: int) -> int:
    """Bytes of the run folder at the end."""
    saves = -(-steps // config.checkpoint_every)
    whole = min(saves, config.keep_checkpoints + 1)  # and the best one
    earlier = min(saves - whole, config.keep_generators)
    grids = 1 + -(-steps // config.sample_every)
    rows = steps // config.log_every
    return whole * checkpoint + earlier * generator + grids * grid + rows * ROW_BYTES


class _Most:
    """The most memory that was in use."""

    def __init__(self) -> None:
        self.mib = 0.0
        self.over = threading.Event()


@contextmanager
def _most_memory(device: torch.device) -> Iterator[_Most]:
    """How much memory the block has in use at most, known when it is over."""
    most = _Most()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        yield most
        most.mib = memory_mib(device)
        return

    def look() -> None:
        # What a step holds is given back before it ends, and nobody else keeps count of it.
        while True:
            most.mib = max(most.mib, memory_mib(device))
            if most.over.wait(LOOK_S):
                return

    watch = threading.Thread(target=look, name="forecast memory", daemon=True)
    watch.start()
    try:
        yield most
    finally:
        most.over.set()
        watch.join()

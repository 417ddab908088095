"""The training story, top to bottom: one generator of events that window and command line both follow."""

import time
from collections.abc import Iterator
from copy import deepcopy
from math import isqrt
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from core import checkpoints, draws, retention, runs
from core.checkpoints import Checkpoint
from core.config import Config
from core.control import Control
from core.data.batches import Batches
from core.data.cache import PictureCache
from core.devices import Device, find_device, memory_mib, resolve_precision
from core.errors import DivergedError, RunError, RunOverError, StudioError
from core.events import Event, Finished, Paused, Resumed, Samples, Saved, Snapshot, Started, Step
from core.export import save_grid
from core.latent import decode
from core.models import update_average
from core.runs import Journal, Run
from core.step import NUMBERS, to_tensor, update
from core.trainee import Trainee


def train(
    run: Run, cache: PictureCache, *, device: str = "auto", control: Control | None = None
) -> Iterator[Event]:
    """Train a run, from its newest good checkpoint if it has one, and report what happens.

    The run's lock is held until the iterator ends or is closed. Stop and pause requests act at the next step.
    Raises StudioError: the run is locked elsewhere, the pictures are not the run's, a number is not finite,
    the disk or the memory is full. Checkpoints written before then stay.
    """
    with runs.locked(run):
        journal = Journal(run)
        try:
            yield from _train(run, cache, find_device(device), control or Control(), journal)
        except Exception as error:
            known = _in_words(error)
            journal.failed(str(known or error))
            if known is None or known is error:
                raise
            raise known from error


def _train(
    run: Run, cache: PictureCache, chosen: Device, control: Control, journal: Journal
) -> Iterator[Event]:
    # --- set-up
    config = run.config
    if cache.digest != run.source_digest:
        raise RunError(
            f"The pictures of {run.source} are not those that this run began with. "
            "Restore them, or start a new run with the pictures as they are now."
        )
    device = torch.device(chosen.name)
    precision = resolve_precision(config, chosen)
    torch.backends.cudnn.deterministic = True  # exact resume; a run is worth more than the last percent
    batches = Batches(cache.pictures, config.batch_size, config.seed, flip=config.flip)
    trainee = Trainee(config, device)
    fixed_z = torch.from_numpy(draws.normal(config.seed, "fixed", 0, config.sample_count, config.latent_dim))
    last_step, last_second = _limits(config, batches.steps_per_epoch)

    # --- resume
    step, saved_step, seconds_before = 0, -1, 0.0
    checkpoints.set_aside_damaged(run.checkpoint_folder)
    newest = checkpoints.latest(run.checkpoint_folder)
    if newest is not None:
        checkpoint = checkpoints.load(newest)
        trainee.load(checkpoint.tensors)
        step = saved_step = checkpoint.step
        seconds_before = checkpoint.seconds
        if _is_over(step, seconds_before, last_step, last_second):
            raise RunOverError(
                f"The run has already trained for {config.duration:,.15g} {config.duration_unit}. "
                "Give it a larger total to go on."
            )
    first_step = step
    journal.began(
        "resumed" if newest else "started", step, device=chosen.name, precision=precision, images=len(cache)
    )
    yield Started(step, last_step, last_second, batches.steps_per_epoch, chosen.name, precision, len(cache))
    clock = _Clock(seconds_before)
    if newest is None:
        yield _draw_samples(run, trainee, fixed_z, step)

    # --- training
    while not control.stopping and not _is_over(step, clock.seconds, last_step, last_second):
        if control.paused:
            clock.hold()
            journal.event("paused", step)
            yield Paused(step)
            while control.wait_while_paused():
                yield _snapshot(trainee, step)
            if control.stopping:
                break
            journal.event("resumed", step)
            yield Resumed(step)
            clock.go_on()
        step += 1
        real = to_tensor(batches.batch(step), device)
        z = torch.from_numpy(draws.normal(config.seed, "z", step, config.batch_size, config.latent_dim))
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
            numbers = update(trainee, real, z.to(device), step)
        update_average(trainee.average, trainee.generator, config.ema_decay, step)

        # --- reporting
        if step % config.log_every == 0 or step % config.checkpoint_every == 0:
            values = numbers.tolist()  # the only device-to-host sync between grids
            if not np.isfinite(values).all():
                raise DivergedError(
                    f"At step {step} a loss was no longer a finite number. The last checkpoint is from "
                    "before. Lower the learning rates or choose precision float32, then resume."
                )
            if step % config.log_every == 0:
                seconds, speed = clock.lap(step, config.batch_size)
                numbers_now = dict(zip(NUMBERS, values, strict=True))
                report = Step(
                    step,
                    batches.epoch(step),
                    seconds,
                    speed,
                    **numbers_now,
                    d_lr=config.d_lr,
                    g_lr=config.g_lr,
                    memory_mib=memory_mib(device),
                )
                journal.metrics({name: getattr(report, name) for name in Step.__dataclass_fields__})
                yield report
        if step % config.sample_every == 0:
            yield _draw_samples(run, trainee, fixed_z, step)
        if control.take_snapshot_wish():
            yield _snapshot(trainee, step)
        if step % config.checkpoint_every == 0:
            newest, saved_step = _save(run, trainee, step, clock.seconds), step
            yield Saved(step, newest)

    # --- end
    if newest is None or saved_step != step:
        newest = _save(run, trainee, step, clock.seconds)
        yield Saved(step, newest)
    if step % config.sample_every:
        yield _draw_samples(run, trainee, fixed_z, step)
    status: Literal["stopped", "finished"] = "stopped" if control.stopping else "finished"
    epoch = batches.epoch(max(step, 1))
    journal.event(status, step, epoch=epoch)
    speed = (step - first_step) * config.batch_size / max(clock.seconds - seconds_before, 1e-9)
    yield Finished(status, step, epoch, clock.seconds, speed, newest)


class _Clock:
    """Training time, pauses left out."""

    def __init__(self, seconds_before: float) -> None:
        self._before = seconds_before
        self._since: float | None = time.perf_counter()  # None while held
        self._lap: tuple[int, float] | None = None

    @property
    def seconds(self) -> float:
        return self._before + (0.0 if self._since is None else time.perf_counter() - self._since)

    def hold(self) -> None:
        self._before, self._since = self.seconds, None

    def go_on(self) -> None:
        self._since = time.perf_counter()

    def lap(self, step: int, batch_size: int) -> tuple[float, float]:
        """Seconds so far, and pictures a second since the last lap."""
        now = self.seconds
        speed = (
            0.0 if self._lap is None else (step - self._lap[0]) * batch_size / max(now - self._lap[1], 1e-9)
        )
        self._lap = step, now
        return now, speed


def _limits(config: Config, steps_per_epoch: int) -> tuple[int | None, float | None]:
    """The last step or the last second of the run."""
    match config.duration_unit:
        case "steps":
            return int(config.duration), None
        case "epochs":
            return max(1, round(config.duration * steps_per_epoch)), None
        case "minutes":
            return None, config.duration * 60


def _is_over(step: int, seconds: float, last_step: int | None, last_second: float | None) -> bool:
    return (last_step is not None and step >= last_step) or (
        last_second is not None and seconds >= last_second
    )


def _draw_samples(run: Run, trainee: Trainee, fixed_z: Tensor, step: int) -> Samples:
    pictures = decode(trainee.average, fixed_z)
    path = run.sample_folder / f"{step:09d}.png"
    save_grid(path, pictures, columns=isqrt(len(pictures)), spacing=0)
    return Samples(step, pictures, path)


def _snapshot(trainee: Trainee, step: int) -> Snapshot:
    return Snapshot(step, deepcopy(trainee.average).cpu())


def _save(run: Run, trainee: Trainee, step: int, seconds: float) -> Path:
    path = checkpoints.save(run.checkpoint_folder, Checkpoint(step, seconds, run.config, trainee.tensors()))
    retention.prune(run)
    return path


def _in_words(error: Exception) -> StudioError | None:
    """What went wrong as a sentence; None if that is not known."""
    if isinstance(error, StudioError):
        return error
    # On a CPU and on Apple's GPUs the lack of memory is a plain RuntimeError.
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "memory" in str(error)):
        return RunError(
            "The memory is full. Close other programs and resume, or start a new run with a lower batch_size "
            "or narrower networks."
        )
    if isinstance(error, OSError):
        return RunError(
            f"The run folder cannot be written: {error.strerror}. Checkpoints up to here are intact."
        )
    return None

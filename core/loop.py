"""The training story, top to bottom: one generator of events that window and command line both follow."""

from collections.abc import Callable, Generator, Iterator, Mapping
from copy import deepcopy
from functools import partial
from math import isfinite, isqrt
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from core import draws, memory, returning, runs, stop_request
from core.clock import Clock
from core.control import Control
from core.data.batches import Batches
from core.data.cache import PictureCache
from core.devices import Device, find_device, memory_mib, resolve_precision
from core.duration import duration
from core.engine import Engine
from core.errors import DivergedError, RunError, RunOverError, StudioError
from core.events import (
    Event,
    Finished,
    Judged,
    KnobTurned,
    Measured,
    MemoryShort,
    Paused,
    Resumed,
    Samples,
    Saved,
    Snapshot,
    Started,
    Step,
)
from core.export import save_grid
from core.health import Health
from core.journal import Journal
from core.latent import decode
from core.runs import Run
from core.scores import score_histogram
from core.standing import Standing, take_up
from core.step import NUMBERS, learns
from core.steps import row_of
from core.trainee import Trainee
from core.wide import orders
from core.wide.world import ALONE, World

MEMORY_FULL = (
    "The memory is full. Close other programs and resume, or start a new run with a lower batch_size or "
    "narrower networks."
)
SCORES_EVERY = 10  # steps at least: histograms of single batches are added up anyway
_WATCHED = {  # of NUMBERS; a score that is not finite makes its loss so
    "d_loss": "the discriminator's loss",
    "g_loss": "the generator's loss",
    "d_grad_norm": "the discriminator's gradient",
    "g_grad_norm": "the generator's gradient",
}


def train(
    run: Run,
    cache: PictureCache,
    *,
    device: str = "auto",
    control: Control | None = None,
    go_back: Mapping[str, object] | None = None,
    inception: Path | None = None,
    world: World = ALONE,
) -> Iterator[Event]:
    """Train a run, from its newest good checkpoint if it has one, and report what happens.

    go_back: go on from the best checkpoint instead, with these live knobs changed.
    inception: a file of Inception's weights, for the FID; else it is computed on a GPU if some are found.
    world: the processes that share the work; this one is the first (`core.wide.worker` is the others).
    The run's lock is held until the iterator ends or is closed. `control` acts at the next step, and so
    does what `core.stop_request` asks through the run folder.
    Raises StudioError: the run is locked elsewhere, the pictures are not the run's, a number is not finite,
    the disk or the memory is full. Checkpoints written before then stay.
    """
    control = control or Control()
    if go_back is not None:
        control.go_back(go_back)
    with runs.locked(run):
        journal = Journal(run.folder)
        try:
            with stop_request.heeded(run.folder, journal.segment, control):
                yield from _train(run, cache, find_device(device), control, journal, inception, world)
        except Exception as error:
            known = _in_words(error)
            journal.failed(str(known or error))
            if known is None or known is error:
                raise
            raise known from error


def _train(
    run: Run,
    cache: PictureCache,
    chosen: Device,
    control: Control,
    journal: Journal,
    inception: Path | None,
    world: World,
) -> Iterator[Event]:
    # --- set-up
    config, images = run.config, len(cache)
    _check_pictures(run, cache)
    device = torch.device(chosen.name)
    precision = resolve_precision(config, chosen)
    torch.backends.cudnn.deterministic = True  # exact resume; a run is worth more than the last percent
    batches = Batches(cache.pictures, config.batch_size, config.seed)
    engine = Engine(batches, device, precision, world)
    fixed_z = torch.from_numpy(draws.normal(config.seed, "fixed", 0, config.sample_count, config.latent_dim))
    whole = duration(config, batches.steps_per_epoch)
    clock, health = Clock(), Health(run, cache, device, journal, inception)

    # --- resume
    returning.finish(run, journal)
    take_up_run = partial(_take_up, run, engine, images, clock, control, health)
    now = take_up_run()
    if whole.is_over(now.step, now.seconds) and not control.returning:
        raise RunOverError(
            f"The run has already trained for {config.duration:,.15g} {config.duration_unit}. "
            "Give it a larger total to go on."
        )
    begun: Literal["started", "resumed"] = "resumed" if now.newest else "started"
    facts = {"device": chosen.name, "precision": precision, "images": images, "pictures": cache.digest}
    facts |= {"processes": world.size} if world.size > 1 else {}
    journal.began(begun, now.step, **facts)
    yield Started(
        now.step, whole.steps, whole.seconds, batches.steps_per_epoch, chosen.name, precision, images
    )
    if health.verdict is not None:
        yield Judged(now.step, health.verdict)
    if now.newest is None:
        yield _draw_samples(run, now.trainee, fixed_z, now.step)
    taken = 0  # steps of this session
    unseen: Tensor | None = None  # the numbers of the last step, until somebody looks at them

    # --- training
    while True:
        # --- what is asked for: before the next step, in a pause at once
        if (wish := control.take_return()) is not None:
            yield returning.go_back(run, journal, now.step, wish)
            del now  # else two trainings would be in memory at once
            now, unseen = take_up_run(), None
        if changes := now.news(control.take_changes()):
            journal.commit("knob", now.step + 1, changes=changes)
            now.reread()
        if control.stopping or whole.is_over(now.step, clock.seconds):
            if unseen is not None:
                report, unseen = _report(now, batches, clock, orders.whole(world, unseen)), None
                if not (yield from _is_sound(report, now, health, control)):
                    continue
            break
        if control.paused:
            if clock.running:
                clock.hold()
                journal.event("paused", now.step)
                yield Paused(now.step)
            if control.take_snapshot_wish():
                yield _snapshot(now.trainee, now.step)
            control.wait_while_paused()
            continue
        if not clock.running:
            journal.event("resumed", now.step)
            yield Resumed(now.step)
            clock.go_on()

        # --- one step
        now.step += 1
        if turned := now.turn():
            control.follow(now.config)
            health.turn(now.config)
            yield KnobTurned(now.step, turned)
        orders.order_step(world, now.step, now.parts, turned)
        unseen = engine.step(now.trainee, now.step, now.parts)
        if unseen is None:
            parts = _smaller(now)
            del now  # before there is another
            now = _repeat_in_parts(take_up_run, parts, journal)
            yield MemoryShort(now.step + 1, parts)
            continue
        taken += 1

        # --- reporting
        logging, saving, drawing = (
            now.step % every == 0
            for every in (config.log_every, config.checkpoint_every, config.sample_every)
        )
        measuring = health.is_due(now.step, clock)
        if logging or saving or drawing or measuring:  # else nobody waits for the device
            report, unseen = _report(now, batches, clock, orders.whole(world, unseen)), None
            if not (yield from _is_sound(report, now, health, control)):
                continue
            if logging:
                journal.metrics(row_of(report))
                yield report
                yield from _judge(health, report, control)
        if measuring:
            measured = health.measure(now, report.epoch, clock)
            yield from health.take_mishaps()
            clock.lap(now.step, config.batch_size)  # the time that it took says nothing of the speed
            if measured is not None:
                if measured.best:
                    yield Saved(now.step, now.checkpoint)
                yield measured
                yield from _judge(health, measured, control)
        if saving and now.saved_step != now.step:
            yield Saved(now.step, now.save(clock.seconds))
        if drawing:
            yield _draw_samples(run, now.trainee, fixed_z, now.step)
        if control.take_snapshot_wish():
            yield _snapshot(now.trainee, now.step)

    # --- end
    status: Literal["stopped", "finished"] = "stopped" if control.stopping else "finished"
    clock.hold()
    if now.newest is None or now.saved_step != now.step:
        yield Saved(now.step, now.save(clock.seconds))
    if now.step % config.sample_every:
        yield _draw_samples(run, now.trainee, fixed_z, now.step)
    epoch = batches.epoch(max(now.step, 1))
    if status == "finished" and health.is_due_at_end(now.step, clock):  # who stops a run does not wait
        measured = health.measure(now, epoch, clock)
        yield from health.take_mishaps()
        if measured is not None:
            yield measured
            if (judged := health.judge(measured)) is not None:
                yield judged
    journal.event(status, now.step, epoch=epoch)
    speed = taken * config.batch_size / max(clock.session, 1e-9)
    yield Finished(status, now.step, epoch, clock.seconds, speed, now.checkpoint)


def _check_pictures(run: Run, cache: PictureCache) -> None:
    if cache.digest != run.source_digest:
        raise RunError(
            f"The pictures of {run.source} are not those that this run began with. "
            "Restore them, or start a new run with the pictures as they are now."
        )


def _take_up(
    run: Run, engine: Engine, images: int, clock: Clock, control: Control, health: Health
) -> Standing:
    """The run as it is on disk, and everyone told of it."""
    engine.release()
    now = take_up(run, engine.device, images)
    orders.hand_over(engine.world, now.trainee, images, engine.precision)
    clock.go_back(now.seconds)
    control.follow(now.config)
    health.recall(now.config, now.step)
    return now


def _smaller(now: Standing) -> int:
    """Into how many parts to cut a batch that did not fit into the memory. Raises RunError if none fits."""
    if now.parts >= now.config.batch_size:
        raise RunError(MEMORY_FULL)
    return min(2 * now.parts, now.config.batch_size)


def _repeat_in_parts(take_up_run: Callable[[], Standing], parts: int, journal: Journal) -> Standing:
    """The run from what is safe, its step half done: the steps since are taken again, batches cut smaller."""
    now = take_up_run()
    now.parts = parts
    journal.memory_short(now.step, parts=parts, device=str(now.device))
    return now


def _report(now: Standing, batches: Batches, clock: Clock, numbers: Tensor) -> Step:
    """The present step's numbers; waits for the device."""
    told = numbers.tolist()
    known = dict(zip(NUMBERS, told[: len(NUMBERS)], strict=True))
    verdicts = np.array(told[len(NUMBERS) :]).reshape(2, -1)
    keeps = now.step % max(SCORES_EVERY, now.config.log_every) == 0 and np.isfinite(verdicts).all()
    seconds, speed = clock.lap(now.step, now.config.batch_size)
    return Step(
        now.step,
        batches.epoch(now.step),
        seconds,
        speed,
        **known,
        d_lr=now.config.d_lr,
        g_lr=now.config.g_lr,
        memory_mib=memory_mib(now.device),
        scores=score_histogram(*verdicts, critic=now.config.loss == "wgan-gp") if keeps else None,
    )


def _is_sound(report: Step, now: Standing, health: Health, control: Control) -> Generator[Event, None, bool]:
    """Whether a step's numbers are finite. If not, going back has been asked for.

    Raises DivergedError if they are not and nobody goes back.
    """
    resting = () if learns(now.config, report.step) else ("d_grad_norm",)
    broken = [
        title
        for name, title in _WATCHED.items()
        if name not in resting and not isfinite(getattr(report, name))
    ]
    if not broken:
        return True
    yield from _judge(health, report, control)
    if not control.returning:
        raise DivergedError(
            f"At step {report.step} {broken[0]} was no longer a finite number. The last checkpoint is from "
            "before. Lower the learning rates or choose precision float32, then resume."
        )
    return False


def _judge(health: Health, event: Step | Measured, control: Control) -> Iterator[Event]:
    """The watchdog's new verdict, if this changes it; where it may, it asks to go back as a person would."""
    judged = health.judge(event)
    if judged is not None:
        yield judged
    if not control.returning and (changes := health.remedy()) is not None:
        control.go_back(changes, automatic=True)


def _draw_samples(run: Run, trainee: Trainee, fixed_z: Tensor, step: int) -> Samples:
    pictures = decode(trainee.average, fixed_z)
    path = run.sample_folder / f"{step:09d}.png"
    save_grid(path, pictures, columns=isqrt(len(pictures)), spacing=0)
    return Samples(step, pictures, path)


def _snapshot(trainee: Trainee, step: int) -> Snapshot:
    return Snapshot(step, deepcopy(trainee.average).cpu())


def _in_words(error: Exception) -> StudioError | None:
    """What went wrong as a sentence; None if that is not known."""
    if isinstance(error, StudioError):
        return error
    if memory.is_short(error):
        return RunError(MEMORY_FULL)
    if isinstance(error, OSError):
        return RunError(
            f"The run folder cannot be written: {error.strerror}. Checkpoints up to here are intact."
        )
    return None

"""What each command does: options in, facts and words out."""

import argparse
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from core.control import Control
from core.errors import Cancelled, ConfigError, StudioError
from core.presets import preset, presets

if TYPE_CHECKING:
    from core.data.cache import PictureCache
    from core.data.prepare import Progress
    from core.events import Event, Step
    from core.runs import Run

    Start = tuple[Run, PictureCache, str]  # and the device's name


class UsageError(Exception):
    """The arguments do not make a command; argparse reports it, with exit status 2."""


@dataclass(slots=True)
class Outcome:
    """What a command leaves: one JSON object, the same in words, and the exit status."""

    facts: dict[str, Any]
    words: str
    status: int = 0


@dataclass(slots=True)
class Interrupt:
    """Ctrl-C and SIGTERM as a request: the first asks, the second ends at once."""

    control: Control = field(default_factory=Control)
    signal: int | None = None

    def __call__(self, number: int, _frame: object) -> None:
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = number
        self.control.stop()
        sys.stderr.write("\nStopping and saving. Press Ctrl-C again to end at once.\n")


def prepare_command(options: argparse.Namespace) -> Outcome:
    from time import perf_counter

    began = perf_counter()
    with _interruptible() as interrupt:
        cache = _prepared(options.data, options.size, options.color, options.crop, interrupt)
    seconds = perf_counter() - began
    skipped = [{"path": each.path, "reason": each.reason} for each in cache.skipped]
    facts = {
        "images": len(cache),
        "skipped": skipped,
        "duplicates": cache.duplicates,
        "cache": str(cache.folder),
        "seconds": round(seconds, 3),
    }
    lines = [f"{len(cache):,} pictures of {options.size} px are ready in {cache.folder} ({seconds:.1f} s)."]
    if cache.duplicates:
        lines.append(f"{cache.duplicates:,} are exact duplicates of others.")
    lines += [f"Skipped {each.path}: {each.reason}" for each in cache.skipped]
    return Outcome(facts, "\n".join(lines))


def train_command(options: argparse.Namespace) -> Outcome:
    from core import loop
    from core.events import Finished, Started

    facts: dict[str, Any] = {"run": str(options.run.absolute()), "status": "failed"}
    with _interruptible() as interrupt:
        try:
            start = _resumed if options.resume else _new
            run, cache, device = start(options, interrupt)
            for event in _shown(loop.train(run, cache, device=device, control=interrupt.control)):
                match event:
                    case Started():
                        facts["device"] = event.device
                    case Finished():
                        facts |= {
                            "step": event.step,
                            "epoch": event.epoch,
                            "images_per_s": round(event.images_per_s, 2),
                            "seconds": round(event.seconds, 3),
                            "checkpoint": str(event.checkpoint),
                            "status": event.status,
                        }
        except Cancelled:
            raise
        except StudioError as error:
            raise TrainingFailedError(str(error), _facts_on_disk(options.run) | facts) from error
    words = (
        f"{facts['status'].capitalize()} at step {facts['step']:,} (epoch {facts['epoch']:,}) after "
        f"{facts['seconds']:,.0f} s, {facts['images_per_s']:,.0f} pictures/s on {facts['device']}: "
        f"{run.folder}"
    )
    status = 0 if interrupt.signal is None else 128 + interrupt.signal
    return Outcome(facts, words, status)


def sample_command(options: argparse.Namespace) -> Outcome:
    import numpy as np

    from core import checkpoints, runs
    from core.errors import RunError
    from core.export import save
    from core.latent import decode, z_of_seed

    path: Path | None = options.generator
    if path is None:
        run = runs.open_run(options.run)
        path = checkpoints.latest(run.checkpoint_folder)
        if path is None:
            raise RunError(f"{run.name} has no checkpoint yet. Train it for a while first.")
    generator = checkpoints.load_generator(path)
    z = z_of_seed(options.seed, generator.latent_dim, options.count)
    with tqdm(total=options.count, unit="face", disable=not sys.stderr.isatty()) as bar:
        parts = []
        for first in range(0, options.count, 64):
            parts.append(decode(generator, z[first : first + 64]))
            bar.update(len(parts[-1]))
    pictures = np.concatenate(parts)
    save(pictures, options.out, text={"Seed": str(options.seed), "Generator": path.name})
    facts = {"out": str(options.out), "count": options.count, "seed": options.seed, "checkpoint": str(path)}
    return Outcome(facts, f"{options.count:,} faces of seed {options.seed} are in {options.out}.")


def runs_command(options: argparse.Namespace) -> Outcome:
    from core import runs

    folder = options.folder or runs.default_runs_folder()
    found = runs.list_runs(folder)
    facts = [
        {
            "run": str(each.run.folder),
            "state": each.state,
            "step": each.step,
            "epoch": each.epoch,
            "modified": datetime.fromtimestamp(each.modified).isoformat(timespec="seconds"),
            "preset": each.run.preset,
            "source": each.run.source,
        }
        for each in found
    ]
    lines = [
        f"{each.state:12} step {each.step:>9,}  epoch {each.epoch:>5,}  {row['modified']}  {each.run.name}"
        for each, row in zip(found, facts, strict=True)
    ]
    return Outcome(
        {"folder": str(folder), "runs": facts}, "\n".join(lines) or f"There are no runs in {folder}."
    )


def presets_command(_options: argparse.Namespace) -> Outcome:
    found = presets()
    facts = [
        {"name": each.name, "title": each.title, "about": each.about, "settings": each.config.model_dump()}
        for each in found
    ]
    return Outcome({"presets": facts}, "\n".join(f"{each.name:12} {each.about}" for each in found))


class TrainingFailedError(StudioError):
    """A failure after which there are still facts to report."""

    def __init__(self, sentence: str, facts: dict[str, Any]) -> None:
        super().__init__(sentence)
        self.facts = facts


def _new(options: argparse.Namespace, interrupt: Interrupt) -> "Start":
    from core import runs
    from core.data.batches import check_enough
    from core.data.sources import open_source
    from core.devices import default_preset, find_device

    if options.data is None:
        raise UsageError("train: --data is needed for a new run (or --resume to go on with one)")
    try:
        device = find_device(options.device or "auto")
        name = options.preset or default_preset(device)
        config = preset(name).config.replace(**_changes(options))
    except ConfigError as error:
        raise UsageError(str(error)) from error
    if (options.run / "run.json").exists():
        raise StudioError(
            f"{options.run} already holds a run. Add --resume to go on, or choose another folder."
        )
    source = open_source(options.data)
    cache = _prepared(options.data, config.size, config.color, config.crop, interrupt)
    check_enough(len(cache), config.batch_size)
    run = runs.create(options.run, config, source=source.text, source_digest=cache.digest, preset=name)
    return run, cache, device.name


def _resumed(options: argparse.Namespace, interrupt: Interrupt) -> "Start":
    from core import runs
    from core.data.sources import open_source
    from core.devices import devices, find_device

    if options.preset:
        raise UsageError("train: --preset cannot change with --resume; use --set for single settings")
    run = runs.open_run(options.run)
    try:
        config = run.config.replace(**_changes(options))
        if options.device is not None:
            device = find_device(options.device).name
        else:  # the one that the run was on, if this machine has it
            before = next((row["device"] for row in reversed(run.events()) if "device" in row), "auto")
            device = before if before in [each.name for each in devices()] else "auto"
    except ConfigError as error:
        raise UsageError(str(error)) from error
    runs.check_change(run, config)
    text = options.data or run.source
    cache = _prepared(text, config.size, config.color, config.crop, interrupt)
    if config != run.config or options.data:
        digest = cache.digest if options.data else None
        run = runs.change(run, config, source=open_source(text).text, source_digest=digest)
    return run, cache, device


def _changes(options: argparse.Namespace) -> dict[str, object]:
    """What the flags change of a config, --set last."""
    changes: dict[str, object] = {}
    for unit in ("steps", "epochs", "minutes"):
        if getattr(options, unit) is not None:
            changes |= {"duration": getattr(options, unit), "duration_unit": unit}
    if options.seed is not None:
        changes["seed"] = options.seed
    for pair in options.set:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError(f"--set {pair}: write KEY=VALUE, for example --set batch_size=64.")
        try:
            changes[key.strip()] = json.loads(value)
        except ValueError:
            changes[key.strip()] = {"True": True, "False": False}.get(value, value)
    return changes


def _prepared(text: str, size: int, color: str, crop: str, interrupt: Interrupt) -> "PictureCache":
    from core.data.prepare import prepare
    from core.data.sources import open_source

    with tqdm(unit="picture", disable=not sys.stderr.isatty(), dynamic_ncols=True, leave=False) as bar:

        def show(progress: "Progress") -> None:
            bar.set_description_str(progress.stage, refresh=False)
            bar.total = progress.total
            bar.update(progress.done - bar.n)

        return prepare(
            open_source(text),
            size=size,
            color=color,
            crop=crop,
            progress=show,
            cancelled=lambda: interrupt.control.stopping,
        )


@contextmanager
def _interruptible() -> Iterator[Interrupt]:
    """Turns signals into stop requests while the block runs."""
    interrupt = Interrupt()
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _shown(events: "Iterator[Event]") -> "Iterator[Event]":
    """The events of training, as a progress bar; a line for each checkpoint where there is no terminal."""
    from core.events import Saved, Started, Step

    timed = False  # whether minutes end the run
    numbers: Step | None = None
    with tqdm(disable=not sys.stderr.isatty(), dynamic_ncols=True) as bar:
        for event in events:
            match event:
                case Started():
                    timed = event.total_steps is None
                    bar.unit = "s" if timed else "step"
                    bar.reset(event.total_seconds if timed else event.total_steps)
                case Step():
                    numbers = event
                    bar.update(int(event.seconds if timed else event.step) - bar.n)
                    bar.set_postfix_str(_in_words(event), refresh=False)
                case Saved() if bar.disable and numbers is not None:
                    sys.stderr.write(f"Saved at {_in_words(numbers)}\n")
            yield event


def _facts_on_disk(folder: Path) -> dict[str, Any]:
    """What a failed training leaves, as far as there is a run at all."""
    from core import checkpoints, runs

    facts: dict[str, Any] = dict.fromkeys(
        ("step", "epoch", "images_per_s", "seconds", "device", "checkpoint")
    )
    with suppress(StudioError, OSError):
        run = runs.open_run(folder)
        summary = runs.summarise(run)
        newest = checkpoints.latest(run.checkpoint_folder)
        rows = run.metrics()
        facts |= {
            "step": summary.step,
            "epoch": summary.epoch,
            "seconds": rows[-1]["seconds"] if rows else 0.0,
            "checkpoint": str(newest) if newest else None,
        }
    return facts


def _in_words(step: "Step") -> str:
    return (
        f"step {step.step:,} D {step.d_loss:.3f} G {step.g_loss:.3f} D(x) {step.d_real:.2f} "
        f"D(G(z)) {step.d_fake_before:.2f}/{step.d_fake_after:.2f} {step.images_per_s:,.0f} pictures/s"
    )

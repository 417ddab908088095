"""Train a run, or go on with one."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from core.commands.interrupt import Interrupt, interruptible
from core.commands.numbers import positive
from core.commands.outcome import Outcome, UsageError
from core.commands.prepare import SOURCE_HELP, prepared
from core.config import Config, field_info
from core.errors import Cancelled, ConfigError, StudioError
from core.presets import preset

if TYPE_CHECKING:
    from core.data.cache import PictureCache
    from core.events import Event, Step
    from core.runs import Run

    Start = tuple[Run, PictureCache, str]  # and the device's name

NAME = "train"
ABOUT = "Train a run, or go on with one."


def declare(sub: argparse.ArgumentParser) -> None:
    sub.epilog = _settings_help()
    sub.add_argument("--data", metavar="SOURCE", help=SOURCE_HELP)
    sub.add_argument("--run", required=True, type=Path, metavar="DIR", help="the run folder")
    sub.add_argument(
        "--preset", metavar="NAME", help="see the command presets; quick on a CPU, else tutorial"
    )
    length = sub.add_mutually_exclusive_group()
    length.add_argument("--steps", type=positive, metavar="N", help="total steps, resumes included")
    length.add_argument("--epochs", type=float, metavar="N", help="total passes over the pictures")
    length.add_argument("--minutes", type=float, metavar="M", help="total training time")
    sub.add_argument("--device", metavar="D", help="auto, cpu, cuda:0, mps; a resume stays on its device")
    sub.add_argument("--seed", type=int, metavar="S")
    sub.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change one setting")
    sub.add_argument("--resume", action="store_true", help="go on from the newest good checkpoint")


def run(options: argparse.Namespace) -> Outcome:
    from core import loop
    from core.events import Finished, Started

    facts: dict[str, Any] = {"run": str(options.run.absolute()), "status": "failed"}
    with interruptible() as interrupt:
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
            raise StudioError(str(error), facts=_facts_on_disk(options.run) | facts) from error
    words = (
        f"{facts['status'].capitalize()} at step {facts['step']:,} (epoch {facts['epoch']:,}) after "
        f"{facts['seconds']:,.0f} s, {facts['images_per_s']:,.0f} pictures/s on {facts['device']}: "
        f"{run.folder}"
    )
    status = 0 if interrupt.signal is None else 128 + interrupt.signal
    return Outcome(facts, words, status)


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
    cache = prepared(options.data, config.size, config.color, config.crop, interrupt)
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
    cache = prepared(text, config.size, config.color, config.crop, interrupt)
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


def _settings_help() -> str:
    lines = ["settings for --set KEY=VALUE (the default stands behind each):"]
    for name in Config.model_fields:
        info = field_info(name)
        lines.append(f"  {name:18} {info.description} ({info.default})")
    return "\n".join(lines)

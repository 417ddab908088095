"""Train a run, or go on with one."""

import argparse
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.commands.interrupt import NOTICE, Interrupt, interruptible
from core.commands.numbers import positive
from core.commands.outcome import Outcome, UsageError
from core.commands.prepare import SOURCE_HELP
from core.commands.processes import help_first, joined, own_device, pictures
from core.commands.setting import parse_settings
from core.commands.training import shown
from core.config import Config, field_info
from core.errors import Cancelled, ConfigError, StudioError
from core.presets import preset

if TYPE_CHECKING:
    from core.data.cache import PictureCache
    from core.runs import Run
    from core.wide.world import World

    Start = tuple[Run, PictureCache, str]  # and the device's name

NAME = "train"
ABOUT = "Train a run, or go on with one."


def declare(sub: argparse.ArgumentParser) -> None:
    sub.epilog = _settings_help()
    sub.add_argument("--data", metavar="SOURCE", help=SOURCE_HELP)
    # torchrun, which has a --run-path, takes --run for that one cut short.
    sub.add_argument("--run", "--run-folder", required=True, type=Path, metavar="DIR", help="the run folder")
    sub.add_argument("--preset", metavar="NAME", help="see the command presets; quick on a CPU, else healthy")
    length = sub.add_mutually_exclusive_group()
    length.add_argument("--steps", type=positive, metavar="N", help="total steps, resumes included")
    length.add_argument("--epochs", type=float, metavar="N", help="total passes over the pictures")
    length.add_argument("--minutes", type=float, metavar="M", help="total training time")
    sub.add_argument(
        "--device",
        metavar="D",
        help="auto, cpu, cuda:0, mps; a resume stays on its device; "
        "under torchrun cpu, cuda, or one for each process of a machine, cuda:0,cuda:1",
    )
    sub.add_argument("--seed", type=int, metavar="S")
    sub.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change one setting")
    sub.add_argument(
        "--watchdog",
        choices=("off", "warn", "return"),
        help="whether the run is judged while it trains; return goes back to the best checkpoint by itself",
    )
    sub.add_argument(
        "--inception",
        type=Path,
        metavar="FILE",
        help="Inception's weights, to measure the FID too, in this session; on a CPU that takes minutes each "
        "time. Without it, the ones that torch has are used, on a CUDA GPU only",
    )
    sub.add_argument("--resume", action="store_true", help="go on from the newest good checkpoint")
    sub.add_argument(
        "--repeat",
        type=Path,
        metavar="RUN",
        help="a new run with the settings and pictures of RUN, its knobs turned at the same steps",
    )


def run(options: argparse.Namespace) -> Outcome:
    with joined() as world:
        return _train(options, world) if world.rank == 0 else help_first(world, options)


def _train(options: argparse.Namespace, world: "World") -> Outcome:
    from core import loop
    from core.events import Finished, Started

    facts: dict[str, Any] = {
        "run": str(options.run.absolute()),
        "status": "failed",
        "processes": world.size,
    }
    # Under torchrun a request may come twice, from the scheduler and from torchrun, which kills after 30
    # seconds what has not ended.
    wide = world.size > 1
    with interruptible(patient=wide, notice="Stopping." if wide else NOTICE) as interrupt:
        try:
            options.device = own_device(world, options.device)
            start = _resumed if options.resume else _repeated if options.repeat else _new
            run, cache, device = start(options, interrupt, world)
            events = loop.train(
                run,
                cache,
                device=device,
                control=interrupt.control,
                inception=options.inception,
                world=world,
            )
            for event in shown(events):
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
                            "best": _best(run),
                            "status": event.status,
                        }
        except Cancelled:
            raise
        except StudioError as error:
            error.facts = _facts_on_disk(options.run) | facts
            raise
    words = (
        f"{facts['status'].capitalize()} at step {facts['step']:,} (epoch {facts['epoch']:,}) after "
        f"{facts['seconds']:,.0f} s, {facts['images_per_s']:,.0f} pictures/s on {facts['device']}: "
        f"{run.folder}"
    )
    status = 0 if interrupt.signal is None else 128 + interrupt.signal
    return Outcome(facts, words, status)


def _new(options: argparse.Namespace, interrupt: Interrupt, world: "World") -> "Start":
    from core import runs
    from core.data.batches import check_enough
    from core.data.sources import open_source
    from core.devices import default_preset, find_device

    if options.data is None:
        raise UsageError("train: --data is needed for a new run (or --resume, or --repeat with another)")
    try:
        device = find_device(options.device or "auto")
        name = options.preset or default_preset(device)
        config = preset(name).config.replace(**_changes(options))
    except ConfigError as error:
        raise UsageError(str(error)) from error
    _check_unused(options.run)
    source = open_source(options.data)
    cache = pictures(world, options.data, config, interrupt)
    check_enough(len(cache), config.batch_size)
    run = runs.create(options.run, config, source=source.text, source_digest=cache.digest, preset=name)
    return run, cache, device.name


def _resumed(options: argparse.Namespace, interrupt: Interrupt, world: "World") -> "Start":
    from core import runs
    from core.data.sources import open_source
    from core.knobs import LIVE

    if options.preset or options.repeat:
        raise UsageError("train: --preset and --repeat are for new runs; use --set for single settings")
    run = runs.open_run(options.run)
    try:
        changes = _changes(options)
        # Knobs that can be turned while it trains are turned before its next step, and noted as such.
        interrupt.control.change({name: changes.pop(name) for name in LIVE if name in changes})
        config = run.config.replace(**changes)
        device = _device_of(run, options)
    except ConfigError as error:
        raise UsageError(str(error)) from error
    runs.check_change(run, config)
    text = options.data or run.source
    cache = pictures(world, text, config, interrupt)
    if config != run.config or options.data:
        digest = cache.digest if options.data else None
        run = runs.change(run, config, source=open_source(text).text, source_digest=digest)
    return run, cache, device


def _repeated(options: argparse.Namespace, interrupt: Interrupt, world: "World") -> "Start":
    from core import repeating, runs
    from core.data.batches import check_enough
    from core.data.sources import open_source

    if options.preset:
        raise UsageError("train: --preset cannot go with --repeat; use --set for single settings")
    original = runs.open_run(options.repeat)
    try:
        config = repeating.settings(original).replace(**_changes(options))
        device = _device_of(original, options)
    except ConfigError as error:
        raise UsageError(str(error)) from error
    _check_unused(options.run)
    text = options.data or original.source
    cache = pictures(world, text, config, interrupt)
    check_enough(len(cache), config.batch_size)
    if options.data is None and cache.digest != original.source_digest:
        raise StudioError(
            f"The pictures of {original.source} are not those that {original.name} learned from. "
            "Restore them, or name others with --data."
        )
    if (departures := repeating.departures(original)) is not None:
        sys.stderr.write(f"{departures}\n")
    run = repeating.repeat(
        original, options.run, config, source=open_source(text).text, source_digest=cache.digest
    )
    return run, cache, device


def _device_of(run: "Run", options: argparse.Namespace) -> str:
    """The device that is asked for, else the one that the run was on if this machine has it."""
    from core.devices import devices, find_device

    if options.device is not None:
        return find_device(options.device).name
    before = next((str(row["device"]) for row in reversed(run.events()) if "device" in row), "auto")
    return before if before in [each.name for each in devices()] else "auto"


def _check_unused(folder: Path) -> None:
    if (folder / "run.json").exists():
        raise StudioError(f"{folder} already holds a run. Add --resume to go on, or choose another folder.")


def _best(run: "Run") -> str | None:
    best = run.best_checkpoint()
    return str(best[1]) if best else None


def _changes(options: argparse.Namespace) -> dict[str, object]:
    """What the flags change of a config, --set last."""
    changes: dict[str, object] = {}
    for unit in ("steps", "epochs", "minutes"):
        if getattr(options, unit) is not None:
            changes |= {"duration": getattr(options, unit), "duration_unit": unit}
    if options.watchdog is not None:
        changes["watchdog"] = options.watchdog
    if options.seed is not None:
        changes["seed"] = options.seed
    return changes | parse_settings(options.set)


def _facts_on_disk(folder: Path) -> dict[str, Any]:
    """What a failed training leaves, as far as there is a run at all."""
    from core import checkpoints, runs

    facts: dict[str, Any] = dict.fromkeys(
        ("step", "epoch", "images_per_s", "seconds", "device", "checkpoint", "best")
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
            "best": _best(run),
        }
    return facts


def _settings_help() -> str:
    lines = ["settings for --set KEY=VALUE (the default stands behind each):"]
    for name in Config.model_fields:
        info = field_info(name)
        lines.append(f"  {name:18} {info.description} ({info.default})")
    return "\n".join(lines)

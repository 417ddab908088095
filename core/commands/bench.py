"""Measure this program against the PyTorch DCGAN tutorial's, on this machine."""

import argparse
import sys
from typing import TYPE_CHECKING

from tqdm import tqdm

from core.commands.interrupt import interruptible
from core.commands.numbers import positive
from core.commands.outcome import Outcome, UsageError
from core.commands.prepare import SOURCE_HELP
from core.commands.setting import parse_settings
from core.errors import ConfigError

if TYPE_CHECKING:
    from core.bench.plan import Plan

NAME = "bench"
ABOUT = "Measure this program's speed against the PyTorch DCGAN tutorial's, on this machine."
PARTS = {
    "train": "both trainings from picture files on the disk, in turn",
    "step": "what a step of this program's consists of",
    "matrix": "how fast the machine multiplies matrices",
    "prepare": "preparing pictures, against ImageFolder with the tutorial's transforms, in turn",
    "open": "opening 200,000 prepared pictures",
    "window": "from the start of the process to a window that takes clicks",
    "slider": "from a mouse movement on a latent slider to the painted face",
}
EPILOG = "parts for --only:\n" + "\n".join(f"  {name:8} {about}" for name, about in PARTS.items())


def declare(sub: argparse.ArgumentParser) -> None:
    sub.epilog = EPILOG
    sub.add_argument("--data", default="cartoons", metavar="SOURCE", help=f"{SOURCE_HELP} (cartoons)")
    sub.add_argument("--device", default="auto", metavar="D", help="auto, cpu, cuda, cuda:0, mps ... (auto)")
    sub.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a setting of both sides: size, latent_dim, g_features, d_features, batch_size; or of "
        "this program: precision, log_every, sample_every, checkpoint_every",
    )
    sub.add_argument("--only", nargs="+", choices=tuple(PARTS), metavar="PART", help="of those below (all)")
    sub.add_argument("--quick", action="store_true", help="one round of everything, for a first impression")
    sub.add_argument("--rounds", type=positive, metavar="N", help="how often each comparison is made (3)")
    sub.add_argument("--seconds", type=_duration, metavar="S", help="of each training that count (20)")
    sub.add_argument("--warmup", type=_duration, metavar="S", help="of each that do not (5)")
    sub.add_argument(
        "--workers", type=positive, metavar="N", help="of the tutorial's loader (the cores, 2-16)"
    )
    sub.add_argument("--pictures", type=positive, metavar="N", help="how many to take of the source (1024)")


def run(options: argparse.Namespace) -> Outcome:
    from core.bench.table import table
    from core.bench.whole import benchmark

    try:
        plan = _plan(options)
    except ConfigError as error:
        raise UsageError(str(error)) from error
    with interruptible() as interrupt, tqdm(disable=not sys.stderr.isatty(), leave=False) as bar:
        bar.bar_format = "{desc} ({elapsed})"
        facts = benchmark(plan, bar.set_description_str, lambda: interrupt.control.stopping)
    return Outcome(facts, table(facts))


def _plan(options: argparse.Namespace) -> "Plan":
    """Raises ConfigError."""
    from core.bench.plan import Plan, quick, recipe
    from core.devices import find_device

    plan = Plan(recipe(parse_settings(options.set)), find_device(options.device).name, options.data)
    if options.quick:
        plan = quick(plan)
    chosen = {
        "parts": tuple(options.only) if options.only else None,
        "rounds": options.rounds,
        "seconds": options.seconds,
        "warmup_s": options.warmup,
        "workers": options.workers,
        "pictures": options.pictures,
    }
    return plan.changed({name: value for name, value in chosen.items() if value is not None})


def _duration(text: str) -> float:
    """Seconds: 0 to an hour."""
    if not 0 <= float(text) <= 3600:
        raise argparse.ArgumentTypeError("seconds from 0 to 3,600 are needed")
    return float(text)

"""The commands' arguments, exit statuses and output: a line or one JSON object. Nothing here imports Qt."""

import argparse
import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from core import commands
from core.commands import Outcome, TrainingFailedError, UsageError
from core.config import Config, field_info
from core.errors import Cancelled, StudioError

INTERRUPTED = 130


def run_command(arguments: list[str]) -> int:
    """Run one command; the result is the exit status of the contract: 0, 1, 2 or 130."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        outcome: Outcome = options.command(options)
    except UsageError as error:
        parser.error(str(error))
    except Cancelled as error:
        return _fail(options, str(error), INTERRUPTED)
    except StudioError as error:
        return _fail(options, str(error), 1)
    except KeyboardInterrupt:
        return _fail(options, "Ended before it was done.", INTERRUPTED)
    except Exception as error:
        words = " ".join(str(error).split())
        return _fail(options, f"Something unexpected went wrong ({type(error).__name__}: {words}).", 1)
    if options.json:
        print(json.dumps(outcome.facts))
    elif outcome.words:
        print(outcome.words)
    return outcome.status


def _fail(options: argparse.Namespace, sentence: str, status: int) -> int:
    error = sys.exception()
    if options.debug:
        traceback.print_exc()
    print(sentence, file=sys.stderr)
    if options.json:
        facts = error.facts if isinstance(error, TrainingFailedError) else {}
        print(json.dumps({**facts, "error": sentence}))
    return status


def _settings_help() -> str:
    lines = ["settings for --set KEY=VALUE (the default stands behind each):"]
    for name in Config.model_fields:
        info = field_info(name)
        lines.append(f"  {name:18} {info.description} ({info.default})")
    return "\n".join(lines)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a whole number of 1 or more is needed")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dcgan-studio", description="Train a DCGAN on faces. Without a command, the window opens."
    )
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(
        name: str,
        run: Callable[[argparse.Namespace], Outcome],
        about: str,
        epilog: str = "",
    ) -> argparse.ArgumentParser:
        sub = subparsers.add_parser(
            name,
            help=about,
            description=about,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.add_argument("--json", action="store_true", help="print one JSON object at the end")
        sub.add_argument("--debug", action="store_true", help="show the traceback of an error")
        sub.set_defaults(command=run)
        return sub

    source = "a folder, a .zip, a CelebA folder, or cartoons[:COUNT]"
    sub = command("prepare", commands.prepare_command, "Scan pictures and prepare them for training.")
    sub.add_argument("--data", required=True, metavar="SOURCE", help=source)
    sub.add_argument("--size", type=int, choices=(32, 64, 128, 256), default=64, help="side in px (64)")
    sub.add_argument("--crop", choices=("center", "celeba", "pad", "stretch"), default="center")
    sub.add_argument("--color", choices=("rgb", "grey"), default="rgb")

    sub = command("train", commands.train_command, "Train a run, or go on with one.", _settings_help())
    sub.add_argument("--data", metavar="SOURCE", help=source)
    sub.add_argument("--run", required=True, type=Path, metavar="DIR", help="the run folder")
    sub.add_argument(
        "--preset", metavar="NAME", help="see the command presets; quick on a CPU, else tutorial"
    )
    length = sub.add_mutually_exclusive_group()
    length.add_argument("--steps", type=_positive, metavar="N", help="total steps, resumes included")
    length.add_argument("--epochs", type=float, metavar="N", help="total passes over the pictures")
    length.add_argument("--minutes", type=float, metavar="M", help="total training time")
    sub.add_argument("--device", metavar="D", help="auto, cpu, cuda:0, mps; a resume stays on its device")
    sub.add_argument("--seed", type=int, metavar="S")
    sub.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change one setting")
    sub.add_argument("--resume", action="store_true", help="go on from the newest good checkpoint")

    sub = command("sample", commands.sample_command, "Draw faces with a trained generator.")
    origin = sub.add_mutually_exclusive_group(required=True)
    origin.add_argument("--run", type=Path, metavar="DIR", help="a run: its newest good checkpoint")
    origin.add_argument("--generator", type=Path, metavar="FILE", help="one checkpoint file")
    sub.add_argument("--count", type=_positive, default=64, metavar="N", help="how many faces (64)")
    sub.add_argument(
        "--seed", type=int, default=0, metavar="S", help="the same seed gives the same faces (0)"
    )
    sub.add_argument(
        "--out", type=Path, required=True, metavar="PATH", help=".png sheet, .npy array, or a folder"
    )

    sub = command("runs", commands.runs_command, "List runs and their state.")
    sub.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="where to look")

    command("presets", commands.presets_command, "List the presets.")
    return parser

"""The commands' arguments, exit statuses and output: a line or one JSON object. Nothing here imports Qt."""

import argparse
import json
import sys
import traceback

from core.commands import (
    bench,
    compare,
    directions,
    evaluate,
    export,
    import_,
    morph,
    prepare,
    presets,
    runs,
    sample,
    train,
)
from core.commands.outcome import Outcome, UsageError
from core.errors import Cancelled, StudioError

INTERRUPTED = 130
COMMANDS = (
    prepare,
    train,
    sample,
    morph,
    directions,
    export,
    import_,
    evaluate,
    compare,
    runs,
    presets,
    bench,
)


def run_command(arguments: list[str]) -> int:
    """Run one command; the result is the exit status of the contract: 0, 1, 2 or 130."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        outcome: Outcome = options.command(options)
        facts = json.dumps(outcome.facts, allow_nan=False)
    except UsageError as error:
        parser.error(str(error))
    except Cancelled as error:
        return _fail(options, str(error), INTERRUPTED)
    except StudioError as error:
        return _fail(options, str(error), 1)
    except KeyboardInterrupt:
        return _fail(options, "Ended before it was done.", INTERRUPTED)
    except MemoryError:
        return _fail(options, "The memory is full. Ask for less at once, or close other programs.", 1)
    except Exception as error:
        words = " ".join(str(error).split())
        return _fail(options, f"Something unexpected went wrong ({type(error).__name__}: {words}).", 1)
    if options.json:
        print(facts)
    elif outcome.words:
        print(outcome.words)
    return outcome.status


def _fail(options: argparse.Namespace, sentence: str, status: int) -> int:
    """Report the error that is being handled: one line, and with --debug all that is known of it."""
    error = sys.exception()
    facts = error.facts if isinstance(error, StudioError) else {}
    if options.debug:
        traceback.print_exc()
    print(sentence, file=sys.stderr)
    if options.debug:
        for name, fact in facts.items():
            lines = fact if isinstance(fact, list) else [fact]
            print(f"{name}:", *lines, sep="\n  ", file=sys.stderr)
    if options.json:
        print(json.dumps({**facts, "error": sentence}, allow_nan=False))
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dcgan-studio", description="Train a DCGAN on faces. Without a command, the window opens."
    )
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    for command in COMMANDS:
        sub = subparsers.add_parser(
            command.NAME,
            help=command.ABOUT,
            description=command.ABOUT,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.add_argument("--json", action="store_true", help="print one JSON object at the end")
        sub.add_argument("--debug", action="store_true", help="show the traceback of an error")
        sub.set_defaults(command=command.run)
        command.declare(sub)
    return parser

"""Numbers that arguments may be."""

import argparse
from collections.abc import Callable


def positive(text: str) -> int:
    """A whole number of 1 or more."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a whole number of 1 or more is needed")
    return number


def whole(least: int, most: int) -> Callable[[str], int]:
    """Whole numbers from `least` to `most`."""

    def number(text: str) -> int:
        if not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"a whole number from {least} to {most:,} is needed")
        return int(text)

    return number


def truncation(text: str) -> float:
    """How far faces are drawn towards the average, 0 to 10; NaN is none."""
    if not 0 <= float(text) <= 10:
        raise argparse.ArgumentTypeError("a number from 0 to 10 is needed")
    return float(text)

"""Numbers that arguments may be."""

import argparse


def positive(text: str) -> int:
    """A whole number of 1 or more."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a whole number of 1 or more is needed")
    return number

"""File names that are bytes more than text."""

import os


def readable(path: str) -> str:
    """The path with bytes that are no UTF-8 as \\xNN: fit to be printed, stored and shown."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")

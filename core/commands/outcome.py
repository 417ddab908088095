"""How a command ends: with facts and words, or because it was called wrongly."""

from dataclasses import dataclass
from typing import Any


class UsageError(Exception):
    """The arguments do not make a command; argparse reports it, with exit status 2."""


@dataclass(slots=True)
class Outcome:
    """What a command leaves: one JSON object, the same in words, and the exit status."""

    facts: dict[str, Any]
    words: str
    status: int = 0

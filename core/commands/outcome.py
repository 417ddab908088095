"""How a command ends: with facts and words, or with an error that has facts of its own."""

from dataclasses import dataclass
from typing import Any

from core.errors import StudioError


class UsageError(Exception):
    """The arguments do not make a command; argparse reports it, with exit status 2."""


@dataclass(slots=True)
class Outcome:
    """What a command leaves: one JSON object, the same in words, and the exit status."""

    facts: dict[str, Any]
    words: str
    status: int = 0


class TrainingFailedError(StudioError):
    """A failure after which there are still facts to report."""

    def __init__(self, sentence: str, facts: dict[str, Any]) -> None:
        super().__init__(sentence)
        self.facts = facts

"""What happened to a run, to be marked on its curves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["best", "knob", "returned", "alarm"]
TITLES: dict[Kind, str] = {"best": "Best", "knob": "Setting", "returned": "Return", "alarm": "Alarm"}
TOKENS: dict[Kind, str] = {"best": "good", "knob": "muted", "returned": "danger", "alarm": "warn"}


@dataclass(frozen=True, slots=True)
class Mark:
    step: int
    kind: Kind
    text: str  # a few words on what happened


class History:
    """The marks of the run that is shown, by step; there is one best checkpoint at a time."""

    def __init__(self) -> None:
        self._marks: list[Mark] = []

    @property
    def marks(self) -> Sequence[Mark]:
        return self._marks

    def add(self, fresh: Iterable[Mark]) -> None:
        for mark in fresh:
            self._marks = [each for each in self._marks if not _replaced(each, mark)]
            self._marks.append(mark)
        self._marks.sort(key=lambda each: (each.step, list(TITLES).index(each.kind)))

    def cut(self, step: int) -> None:
        """The run went back to `step`: what happened later is undone."""
        self._marks = [each for each in self._marks if each.step <= step]

    def clear(self) -> None:
        self._marks = []


def _replaced(old: Mark, new: Mark) -> bool:
    return old == new or (new.kind == "best" and old.kind == "best")

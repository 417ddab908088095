"""What the watchdog says of a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "learning",  # too early to say
    "healthy",
    "discriminator_winning",
    "generator_collapsing",
    "balance_dead",
    "overfitting",
    "not_finite",
]


@dataclass(frozen=True, slots=True)
class Advice:
    """One named change that usually helps."""

    title: str  # "Halve the generator's learning rate"
    about: str  # why, in a sentence
    changes: Mapping[str, object]  # knobs of `core.config.Config` and their new values; live ones only


@dataclass(frozen=True, slots=True)
class Verdict:
    """One light with words."""

    kind: Kind
    title: str  # "Generator is collapsing"
    evidence: str  # the numbers it rests on, in a sentence
    advice: tuple[Advice, ...] = ()  # best first

    @property
    def alarming(self) -> bool:
        return self.kind not in ("learning", "healthy")

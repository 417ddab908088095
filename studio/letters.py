"""What the training thread is given, and what it tells."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from core.config import Config
from core.control import Control
from core.data.cache import PictureCache
from core.data.prepare import Progress
from core.events import Event
from core.runs import Run


@dataclass(frozen=True, slots=True)
class Order:
    """What to train: a source into a new run folder, or a run to go on with (then its own source).

    device: as `core.devices.find_device` takes it, or several with commas between them.
    instead: where to look for a run's pictures if they are not in its own source any more.
    go_back: settings to change on going on from the run's best checkpoint, instead of from its newest.
    inception: a file of Inception's weights, to measure the FID too.
    """

    config: Config
    source: str
    preset: str | None = None
    device: str = "auto"
    resume: Path | None = None
    instead: str = ""
    go_back: Mapping[str, object] | None = None
    inception: Path | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The run folder and its pictures are there; training is about to begin, or is under way elsewhere.

    where: who trains it, if other programs do; stopping is then all that can be asked. ours: whether it was
    started from this window, and must not outlive it unseen.
    """

    run: Run
    cache: PictureCache | None  # None where the pictures are not at hand
    where: str = ""
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    sentence: str


@dataclass(frozen=True, slots=True)
class Over:
    """The run has trained for its whole duration already."""

    run: Run


@dataclass(frozen=True, slots=True)
class CalledOff:
    """Stopped before the first step; there is no run."""


Letter: TypeAlias = Event | Progress | Opened | Failed | Over | CalledOff
Mailbox: TypeAlias = deque[Letter]
Story: TypeAlias = Callable[[Control, Callable[[Progress], None]], Iterator[Letter]]

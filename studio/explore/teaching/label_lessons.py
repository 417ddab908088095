"""Labels learned and kept as directions, and told in words; the work of `LabelsDialog`'s threads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.data.cache import PictureCache
from core.directions.direction import Direction
from core.keepsakes.store import Keepsakes
from studio.explore.cores import CORES
from studio.explore.teaching.certainty import told_right

if TYPE_CHECKING:
    from core.directions.lessons import Lesson


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one label."""

    label: str
    words: str
    direction: Direction | None = None  # as it is kept now


def label_counts(cache: PictureCache) -> list[tuple[str, int]]:
    """The labels of the pictures, each with the number of pictures that have it; none without labels.

    Raises SourceError if they are damaged.
    """
    labels = cache.labels
    if labels is None:
        return []
    if labels.stored.ndim == 2:
        counts = labels.stored.sum(axis=0, dtype=np.int64)
    else:
        counts = np.bincount(labels.stored[labels.stored >= 0], minlength=len(labels.names))
    return list(zip(labels.names, counts.tolist(), strict=True))


def learn_and_keep(
    checkpoint: Path,
    cache: PictureCache,
    names: Sequence[str],
    keepsakes: Keepsakes,
    progress: Callable[[int, int | None], None],
    cancelled: Callable[[], bool],
) -> list[Outcome]:
    """One outcome a label, in their order. Raises StudioError if none can be learned at all; Cancelled."""
    from core.directions.lessons import Lesson, learn_labels  # imports torch

    def tell(done: int, total: int | None) -> None:
        CORES.take()  # a training may have begun or ended
        progress(done, total)

    CORES.take()
    lessons = learn_labels(checkpoint, cache, names, progress=tell, cancelled=cancelled)
    return [
        Outcome(name, describe(each), keepsakes.replace(each.direction))
        if isinstance(each, Lesson)
        else Outcome(name, _sentence(str(each).removeprefix(f"{name}: ")))
        for name, each in zip(names, lessons, strict=True)
    ]


def describe(lesson: "Lesson") -> str:
    """Both accuracies in words."""
    words = f"Real pictures it had not seen: {told_right(lesson.on_pictures, lesson.on_pictures_interval)}."
    direction = lesson.direction
    if direction.accuracy is None or direction.interval is None:
        return words
    words = f"{words} Generated faces, by their place along the slider: "
    told = told_right(direction.accuracy, direction.interval)
    if direction.better_than_chance:
        return f"{words}{told}. Chance is 50 %."
    return f"{words}only {told}. Chance is 50 %, so that may be luck."


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]

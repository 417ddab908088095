"""Attribute directions from the labels of a run's own pictures, carried over to the faces it generates.

A classifier learns the label from what the discriminator sees in real pictures, answers for generated faces,
and `core.directions.attributes.learn` finds the direction in their z.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import draws, generators
from core.data.cache import PictureCache
from core.directions.attributes import balanced_accuracy, learn
from core.directions.direction import Direction
from core.directions.features import features, load_discriminator
from core.errors import Cancelled, RunError, SourceError, StudioError
from core.latent import decode

_PICTURES = 1500  # real ones, a third of them held out
_FACES = 2000  # generated ones
_BATCH = 64
_FEWEST_PICTURES = 30  # of each answer
_FEWEST_SHOWN = 0.01  # of the generated faces
_C = 10.0  # inverse strength of the L2 penalty on features of variance 1 / count
_FEW = 150  # real pictures of one answer, below which more are sought


@dataclass(frozen=True, slots=True)
class Lesson:
    """A direction learned from a label, and how far its answers can be trusted."""

    direction: Direction
    on_pictures: float  # balanced accuracy of the classifier on real pictures that it had not seen, 0 .. 1
    on_pictures_interval: tuple[float, float]  # 95 %
    shown: float  # the share of generated faces that it says yes to


def learn_labels(
    checkpoint: Path,
    cache: PictureCache,
    labels: Sequence[str],
    *,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Lesson | StudioError]:
    """A lesson for each label, or the reason in a sentence why there is none; pictures are looked at once.

    Up to 1,500 real pictures and 2,000 generated faces of 64 px are used, fewer of larger ones, which bounds
    the time. Raises RunError or SourceError if nothing can be learned from this run at all; Cancelled.
    """
    generator, discriminator = generators.load(checkpoint), load_discriminator(checkpoint)
    if cache.pictures.shape[1:] != (generator.size, generator.size, generator.channels):
        raise RunError(f"{checkpoint.name} was trained on pictures of another size or colour than these.")
    if cache.labels is None:
        raise SourceError("These pictures have no labels. Answer yes or no for shown faces instead.")
    reals, fakes = (max(200, count * 64 // max(64, generator.size)) for count in (_PICTURES, _FACES))
    answers = np.stack([_answers(cache, label) for label in labels])
    order = draws.permutation(seed, "lesson", 0, len(cache))
    natural = len(order[:reals])
    rows = np.concatenate([order[:reals], _more(answers[:, order], reals, order)])
    watch = _Watch(len(rows) + 2 * fakes + len(labels), progress, cancelled)

    real = features(discriminator, cache.pictures[rows], watch.told)
    watch.advance(len(rows))
    z = draws.normal(seed, "lesson", 1, fakes, generator.latent_dim)
    faces = np.empty((fakes, *cache.pictures.shape[1:]), np.uint8)
    for first in range(0, fakes, _BATCH):
        faces[first : first + _BATCH] = decode(generator, z[first : first + _BATCH])[
            ..., : generator.channels
        ]
        watch.told(min(first + _BATCH, fakes))
    watch.advance(fakes)
    drawn = features(discriminator, faces, watch.told)
    watch.advance(fakes)

    # Each by its own mean and spread: the discriminator is trained to see real and generated ones apart,
    # and that would count as an answer. What was sought for being rare is no fair sample and does not count.
    _standardise(real, real[:natural])
    _standardise(drawn, drawn)
    lessons: list[Lesson | StudioError] = []
    for label, yes in zip(labels, answers[:, rows], strict=True):
        try:
            lessons.append(_lesson(label, real, yes, drawn, z))
        except StudioError as error:
            lessons.append(error)
        watch.told(len(lessons))
    return lessons


def _lesson(
    label: str,
    real: NDArray[np.float32],
    yes: NDArray[np.bool_],
    drawn: NDArray[np.float32],
    z: NDArray[np.float32],
) -> Lesson:
    from sklearn.linear_model import LogisticRegression

    few = int(min(yes.sum(), (~yes).sum()))
    if few < _FEWEST_PICTURES:
        kind = "have" if yes.sum() == few else "do not have"
        raise SourceError(
            f"{label}: {few} of the pictures {kind} this label, and {_FEWEST_PICTURES} are needed. "
            "Add pictures, or answer for shown faces instead."
        )
    held_out = _held_out(yes)
    classifier = LogisticRegression(C=_C, class_weight="balanced", max_iter=5000, tol=1e-3)
    classifier.fit(real[~held_out], yes[~held_out])
    accuracy, interval = balanced_accuracy(
        yes[held_out], np.asarray(classifier.predict(real[held_out]), bool)
    )
    if interval[0] <= 0.5:
        raise RunError(
            f"{label}: on real pictures the discriminator's features tell it no better than chance "
            f"({100 * accuracy:.0f} %). Train longer, or answer for shown faces instead."
        )
    told = np.asarray(classifier.predict(drawn), bool)
    shown = float(told.mean())
    if min(shown, 1 - shown) < _FEWEST_SHOWN:
        few = int(min(told.sum(), (~told).sum()))
        kind = "show it" if shown < 0.5 else "do not show it"
        raise RunError(
            f"{label}: only {few:,} of {len(told):,} generated faces {kind}, too few to learn from. "
            "Train longer, or answer for shown faces instead."
        )
    return Lesson(learn(z, told, label), accuracy, interval, shown)


def _answers(cache: PictureCache, label: str) -> NDArray[np.bool_]:
    assert cache.labels is not None
    try:
        return cache.labels.column(label).astype(bool)
    except ValueError as error:
        names = ", ".join(cache.labels.names[:20])
        raise SourceError(f"The pictures have no label {label}. Choose from: {names}.") from error


def _more(answers: NDArray[np.bool_], taken: int, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows beyond the first `taken` of the order for answers that are rare in these, half as many at most.

    answers: (labels, n), in that order.
    """
    wanted: list[int] = []
    for of_label in answers:
        for side in (of_label, ~of_label):
            missing = _FEW - int(side[:taken].sum())
            if missing > 0:
                wanted += (taken + np.flatnonzero(side[taken:])[:missing]).tolist()
    places = list(dict.fromkeys(wanted))[: taken // 2]
    return order[places]


def _held_out(yes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Every third picture of either answer; their order is random already."""
    held = np.zeros(len(yes), bool)
    for side in (yes, ~yes):
        held[np.flatnonzero(side)[::3]] = True
    return held


def _standardise(rows: NDArray[np.float32], sample: NDArray[np.float32]) -> None:
    """In place, by the sample's mean and spread; a whole row then has a length of about one."""
    mean, spread = sample.mean(0), sample.std(0)
    rows -= mean
    rows /= (spread + 1e-3) * np.float32(np.sqrt(rows.shape[1]))


class _Watch:
    """Progress through several stretches of work, and the question whether to go on."""

    def __init__(
        self,
        total: int,
        progress: Callable[[int, int], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._before, self._total, self._progress, self._cancelled = 0, total, progress, cancelled

    def advance(self, parts: int) -> None:
        """A stretch of so many parts is done."""
        self._before += parts

    def told(self, done: int) -> None:
        """So many parts of this stretch are done. Raises Cancelled."""
        if self._cancelled and self._cancelled():
            raise Cancelled("Learning from the labels was cancelled. Nothing of it was kept.")
        if self._progress:
            self._progress(self._before + done, self._total)

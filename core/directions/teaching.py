"""What a person answers about shown faces, kept with a run, and the direction that is learned from it.

RUN/latent/answers.json is plain: {"schema": 1, "answers": {NAME: [{"seed": 7, "yes": true, "step": 500}]}},
`yes` being null for a face that was passed over. A face is known by its seed (`core.latent.z_of_seed`), so
what was answered holds for every checkpoint of the run.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.commit import commit
from core.errors import RunError, StudioError
from core.keepsakes.keeping import locked, set_aside
from core.keepsakes.text import LONGEST_NAME
from core.latent import z_of_seed

if TYPE_CHECKING:
    from core.directions.direction import Direction

MOST_BYTES = 2 << 20
FIRST_SEED = 1_000_000  # far from the seeds that people type, so that the faces are not those of their grids
_POOL = 48  # unseen faces among which the least certain is sought


@dataclass(frozen=True, slots=True)
class Answer:
    seed: int
    yes: bool | None  # None: passed over
    step: int | None = None  # of the generator that drew the face


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    seed: Annotated[int, Field(ge=0, lt=2**31)]
    yes: bool | None
    step: Annotated[int, Field(ge=0)] | None = None


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    answers: Annotated[
        dict[
            Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)],
            Annotated[list[_Answer], Field(max_length=20_000)],
        ],
        Field(max_length=200),
    ]


def read_answers(folder: Path) -> dict[str, list[Answer]]:
    """The answers kept in a folder, by the attribute's name; none if there is no file.

    Raises RunError if the file is damaged; it is then set aside, so that a second call gives no answers.
    """
    path = _path(folder)
    try:
        return _read(path)
    except _DamagedError:  # another window may mend it at this moment: looked at again under the lock
        with locked(folder):
            return _mended(path)


def keep_answers(folder: Path, name: str, answers: Sequence[Answer]) -> None:
    """Keep these answers for one attribute in place of those before; the other attributes' stay.

    Without any the attribute is forgotten. The file is read anew under a lock, so that two windows lose
    nothing of each other's; a damaged one is set aside. Raises StudioError if the folder cannot be written.
    """
    path = _path(folder)
    with locked(folder):
        try:
            kept = _read(path)
        except _DamagedError:
            set_aside(path)
            kept = {}
        kept[name] = list(answers)
        data = {key: [asdict(each) for each in some] for key, some in kept.items() if some}
        text = json.dumps({"schema": 1, "answers": data}, ensure_ascii=False).encode()
        commit(path, lambda file: file.write(text))


def learn_from(answers: Sequence[Answer], latent_dim: int, name: str) -> Direction:
    """`learn` of what was answered with yes or no. Raises StudioError if it is too little."""
    from core.directions.attributes import check_enough, learn

    told = [each for each in answers if each.yes is not None]
    yes = np.array([each.yes for each in told], bool)
    check_enough(yes)
    return learn(_vectors([each.seed for each in told], latent_dim), yes, name)


def next_seed(answers: Sequence[Answer], latent_dim: int, direction: Direction | None = None) -> int:
    """The face to ask about next: in turn any unseen one, and the unseen one of which least is known.

    That is the one nearest to the middle between what was yes and what was no, along what was learned so far.
    Asking only for those would leave the direction blind to ordinary faces. (Uncertainty sampling: Lewis &
    Gale 1994, "A sequential algorithm for training text classifiers".)
    """
    seen = {each.seed for each in answers}
    unseen = [seed for seed in range(FIRST_SEED, FIRST_SEED + len(seen) + _POOL) if seed not in seen][:_POOL]
    sides = [[each.seed for each in answers if each.yes is side] for side in (True, False)]
    if direction is None or len(answers) % 2 == 0 or not all(sides):
        return unseen[0]
    middle = np.mean([np.mean(_vectors(side, latent_dim) @ direction.vector) for side in sides])
    along = _vectors(unseen, latent_dim) @ direction.vector
    return unseen[int(np.argmin(np.abs(along - middle)))]


class _DamagedError(Exception):
    """The file holds no answers that can be read."""


def _read(path: Path) -> dict[str, list[Answer]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _DamagedError
        found = _File.model_validate_json(path.read_bytes()).answers
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StudioError(f"{path} cannot be read ({error.strerror or error}). Allow reading it.") from error
    except ValidationError as error:
        raise _DamagedError from error
    return {name: [Answer(each.seed, each.yes, each.step) for each in some] for name, some in found.items()}


def _mended(path: Path) -> dict[str, list[Answer]]:
    """`_read`, the lock being held; a damaged file is set aside, and RunError tells of it."""
    try:
        return _read(path)
    except _DamagedError as error:
        aside = set_aside(path)
        raise RunError(
            f"The answers in {path} are damaged and were set aside as {aside.name}. "
            "Answer again, or restore them."
        ) from error


def _vectors(seeds: Sequence[int], latent_dim: int) -> NDArray[np.float32]:
    return np.stack([_vector(seed, latent_dim) for seed in seeds])


@lru_cache(maxsize=4096)
def _vector(seed: int, latent_dim: int) -> NDArray[np.float32]:
    vector: NDArray[np.float32] = z_of_seed(seed, latent_dim)[0]
    return vector


def _path(folder: Path) -> Path:
    return folder / "answers.json"

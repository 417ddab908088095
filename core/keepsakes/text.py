"""Favourites and directions as JSON text, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from core.directions.direction import Direction, unit
from core.errors import RunError, StudioError
from core.plain_text import plain

SCHEMA = 1
MOST = 2_000  # in one file
MOST_BYTES = 32 << 20
LONGEST_NAME = 60
_LONGEST_VECTOR = 16_384

_Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
# Well inside of float32, so that no number becomes infinite on the way and no sum of squares does.
_Vector = Annotated[
    list[Annotated[float, Field(ge=-1e6, le=1e6)]], Field(min_length=1, max_length=_LONGEST_VECTOR)
]
_Share = Annotated[float, Field(ge=0, le=1)]
_Whole = Annotated[int, Field(ge=0, lt=2**53)]


@dataclass(frozen=True, slots=True, eq=False)
class Favourite:
    """A face to come back to."""

    name: str
    z: NDArray[np.float32]  # (latent_dim,), as it was before truncation
    truncation: float = 1.0
    step: int | None = None  # of the generator that it was found with
    created: str = ""  # ISO 8601, UTC


class _Stored(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class _Favourite(_Stored):
    name: _Name
    z: _Vector
    truncation: Annotated[float, Field(ge=0, le=10)] = 1.0
    step: _Whole | None = None
    created: Annotated[str, Field(max_length=40)] = ""

    def value(self) -> Favourite:
        return Favourite(
            tidy(self.name), _frozen(self.z), self.truncation, self.step, plain(self.created, 40)
        )


class _Direction(_Stored):
    name: _Name
    kind: Literal["principal", "closed-form", "attribute", "custom"]
    vector: _Vector
    strength: _Share | None = None
    accuracy: _Share | None = None
    interval: Annotated[list[_Share], Field(min_length=2, max_length=2)] | None = None
    examples: _Whole | None = None

    def value(self) -> Direction:
        """Raises StudioError if the vector is all zero or there is no name."""
        vector = _frozen(self.vector)
        if abs(float(np.linalg.norm(vector)) - 1) > 1e-4:  # ours come back bit for bit
            vector = unit(vector)
        interval = None if self.interval is None else (self.interval[0], self.interval[1])
        return Direction(
            tidy(self.name), self.kind, vector, self.strength, self.accuracy, interval, self.examples
        )


Keepsake = Favourite | Direction
Some = TypeVar("Some", Favourite, Direction)
_MODELS: dict[type[Keepsake], type[_Favourite | _Direction]] = {Favourite: _Favourite, Direction: _Direction}


def tidy(name: str) -> str:
    """The name on one line, at most 60 characters long. Raises StudioError if nothing is left of it."""
    line = plain(name, LONGEST_NAME)
    if not line:
        raise StudioError("A name is needed. Write one of up to 60 letters.")
    return line


def key_of(kind: type[Keepsake]) -> str:
    """What a list of them is called, in the text and as a file."""
    return "favourites" if kind is Favourite else "directions"


def to_text(kind: type[Some], items: Sequence[Some]) -> bytes:
    """JSON with one keepsake to a line, and the numbers of a vector as short as brings them back exactly."""
    lines = ",\n".join(json.dumps(_facts(item), ensure_ascii=False) for item in items)
    return f'{{"schema": {SCHEMA}, "{key_of(kind)}": [\n{lines}\n]}}\n'.encode()


def from_text(kind: type[Some], data: bytes) -> tuple[list[Some], int]:
    """What the text holds, names being unique, and how many of its entries are damaged and left out.

    Raises ValueError if it is no list of them at all; RunError if a newer version of this program wrote it.
    """
    found = from_json(data, allow_inf_nan=False)
    entries = found.get(key_of(kind)) if isinstance(found, dict) else None
    if not isinstance(entries, list) or not isinstance(found.get("schema"), int):
        raise ValueError(f"it holds no list of {key_of(kind)}")
    if found["schema"] > SCHEMA:
        raise RunError("It was written by a newer version of this program. Update it to read the file.")
    if len(entries) > MOST:
        raise ValueError(f"it holds more than {MOST:,} {key_of(kind)}")
    items: dict[str, Some] = {}
    for entry in entries:
        with suppress(ValidationError, StudioError):
            item: Any = _MODELS[kind].model_validate(entry).value()
            items.setdefault(item.name, item)
    return list(items.values()), len(entries) - len(items)


def _facts(item: Keepsake) -> dict[str, Any]:
    facts = {field.name: getattr(item, field.name) for field in fields(item)}
    return {name: _numbers(fact) if isinstance(fact, np.ndarray) else fact for name, fact in facts.items()}


def _numbers(vector: NDArray[np.float32]) -> list[float]:
    """The shortest decimal of each float32; in full where reading by way of a float64 would miss it."""
    short = [float(str(number)) for number in vector]
    return [
        near if np.float32(near) == number else float(number)
        for near, number in zip(short, vector, strict=True)
    ]


def _frozen(numbers: ArrayLike) -> NDArray[np.float32]:
    vector = np.array(numbers, np.float32)
    vector.setflags(write=False)
    return vector

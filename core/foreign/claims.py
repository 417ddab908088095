"""Tensors as a file describes them, before any is made: kind, shape, strides, and the storage behind them."""

from dataclasses import dataclass
from math import prod

from core.foreign.refusal import Refusal, quoted

MAX_AXES = 8

# Bytes of an element, by the names that torch gives its types.
SIZES = {
    "float16": 2, "bfloat16": 2, "float32": 4, "float64": 8,
    "int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1, "bool": 1,
    "complex32": 4, "complex64": 8, "complex128": 16,
}  # fmt: skip
FLOATS = frozenset({"float16", "bfloat16", "float32", "float64"})


@dataclass(frozen=True, slots=True)
class Storage:
    """A row of `count` elements that the file holds under `key`."""

    key: str
    kind: str
    count: int

    @property
    def length(self) -> int:
        """In bytes."""
        return self.count * SIZES[self.kind]


@dataclass(frozen=True, slots=True)
class Claim:
    """A tensor: a view of a storage. `offset` and `strides` count elements."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def kind(self) -> str:
        return self.storage.kind

    @property
    def length(self) -> int:
        """Bytes of the tensor by itself."""
        return prod(self.shape) * SIZES[self.kind]

    @property
    def reach(self) -> int:
        """Elements from the first to the last, both included."""
        if 0 in self.shape:
            return 0
        return 1 + sum((side - 1) * stride for side, stride in zip(self.shape, self.strides, strict=True))


def claim(storage: Storage, offset: object, shape: object, strides: object) -> Claim:
    """A tensor that lies within its storage and shows no element twice. Raises Refusal."""
    sides, steps = _numbers(shape), _numbers(strides)
    if len(sides) != len(steps) or not isinstance(offset, int) or isinstance(offset, bool) or offset < 0:
        raise Refusal("describes a tensor that makes no sense: its shape and strides do not go together.")
    made = Claim(storage, offset, sides, steps)
    if offset + made.reach > storage.count:
        raise Refusal(
            f"claims a tensor of {_sides(sides)} elements over a storage of {quoted(storage.count)}: "
            "it is damaged or "
            "was made to mislead."
        )
    covered = 1  # elements up to which the axes so far have shown everything
    for stride, side in sorted(zip(steps, sides, strict=True)):
        if side > 1 and 0 not in sides:
            if stride < covered:
                raise Refusal(
                    f"claims a tensor of {_sides(sides)} elements that repeats the same few stored "
                    "numbers (stride "
                    f"{stride}): save a clone() of it."
                )
            covered = stride * (side - 1) + covered
    return made


def in_order(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a tensor that lies row by row."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


def _numbers(values: object) -> tuple[int, ...]:
    if (
        not isinstance(values, tuple | list)
        or len(values) > MAX_AXES
        or any(
            not isinstance(each, int) or isinstance(each, bool) or not 0 <= each < 2**62 for each in values
        )
    ):
        raise Refusal(
            f"describes a tensor that makes no sense: a shape has at most {MAX_AXES} sides, and none "
            "is negative."
        )
    return tuple(values)


def _sides(sides: tuple[int, ...]) -> str:
    return "x".join(map(str, sides)) or "1"

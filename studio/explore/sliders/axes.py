"""What sliders move: the numbers of a latent vector, and directions across them."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from core.directions.direction import Direction
from studio.explore.exploration import Vector
from studio.explore.teaching.certainty import certainty, percent


@dataclass(frozen=True, eq=False, slots=True)
class Axis:
    """What one slider moves: a number of z, or z along a unit direction."""

    key: str  # of its lock
    name: str  # for undo and for screen readers: "number 3"
    short: str  # beside the slider
    stem: str  # of the controls' names: "latent" makes latentSlider3
    index: int
    number: int | None = None  # which of z's
    direction: Direction | None = None

    def value(self, z: Vector) -> float:
        """z's coordinate."""
        if self.number is not None:
            return float(z[self.number])
        assert self.direction is not None
        return float(self.direction.vector @ z)

    def vector(self, latent_dim: int) -> Vector:
        """The unit direction, (latent_dim,)."""
        if self.direction is not None:
            return self.direction.vector
        made = np.zeros(latent_dim, np.float32)
        made[self.number] = 1
        return made


def number_axes(latent_dim: int) -> list[Axis]:
    """The numbers of z, one by one."""
    return [Axis(f"number {at}", f"number {at}", str(at), "latent", at, at) for at in range(latent_dim)]


def direction_axes(directions: Sequence[Direction], stem: str) -> list[Axis]:
    """Directions in their order; `short` is what tells them apart within their kind."""
    return [
        Axis(
            # With the vector: what is locked stays locked when the next moment has another direction 1.
            f"{each.kind} {each.name} {zlib.crc32(each.vector.tobytes()):08x}",
            each.name[:1].lower() + each.name[1:] if each.kind in ("principal", "closed-form") else each.name,
            f"{at + 1}" if each.strength is None else f"{at + 1} · {percent(each.strength)}",
            stem,
            at,
            direction=each,
        )
        for at, each in enumerate(directions)
    ]


def explained(axis: Axis) -> str:
    """What is known of a direction, for its tooltip."""
    direction = axis.direction
    if direction is None:
        return axis.name.capitalize()
    words = [direction.name]
    if direction.strength is not None:
        words.append(
            f"It carries {percent(direction.strength, 1)} of what changes in the generator's first layer."
        )
    if direction.examples is not None:
        words.append(f"It was learned from {direction.examples:,} faces.")
    if measured := certainty(direction):
        words.append(measured)
    return "<p style='white-space:normal'>" + "<br>".join(escape(each) for each in words) + "</p>"

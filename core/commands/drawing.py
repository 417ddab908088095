"""What the commands that draw faces share: the generator with what is known of it, sheets, pictures."""

import argparse
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.commands.origin import open_generator
from core.errors import StudioError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.generators import GeneratorFacts
    from core.models import Generator
    from core.runs import Run
    from core.sheets import Sheet

BATCH = 16  # pictures at a time: 45 ms of a 64-feature generator, so that Ctrl-C is heeded soon


@dataclass(frozen=True, slots=True)
class Origin:
    """A generator and where it comes from."""

    generator: "Generator"
    path: Path
    facts: "GeneratorFacts"  # with the digest, which an older checkpoint does not state itself
    run: "Run | None"  # where its file lies in one

    @property
    def title(self) -> str:
        """For people: name and step."""
        step = self.facts.step
        return self.facts.name if step is None else f"{self.facts.name}, step {step}"

    def sheet(self, z: "NDArray[np.float32]", rows: int, columns: int, **look: Any) -> "Sheet":
        """A sheet of these faces that says where they come from. Raises ShapeError."""
        from core.sheets import Sheet

        config = self.run.config.model_dump() if self.run else None
        return Sheet(z, rows, columns, digest=self.facts.digest, generator=self.title, config=config, **look)


def open_origin(options: argparse.Namespace) -> Origin:
    """The generator that --run or --generator names. Raises RunError."""
    return _origin(*open_generator(options))


def open_sheet(path: Path, options: argparse.Namespace) -> "tuple[Sheet, Origin]":
    """A sheet, and the generator that made it: of a run, whichever of its moments that was.

    Raises StudioError if the PNG carries no faces, or the generator is another one.
    """
    from core import generators
    from core.search import find_by_digest
    from core.sheets import read_sheet

    sheet = read_sheet(path)
    origin = open_origin(options)
    if origin.facts.digest == sheet.digest:
        return sheet, origin
    if options.run is not None and origin.run is not None:
        moment = find_by_digest(sheet.digest, [path for _, path in reversed(origin.run.generators())])
        if moment is not None:
            return sheet, _origin(generators.load(moment), moment)
    maker = (
        f"{sheet.generator} ({sheet.digest})" if sheet.generator else sheet.digest or "an unnamed generator"
    )
    raise StudioError(
        f"{path.name} was made by {maker}, and {origin.title} ({origin.facts.digest}) would draw other "
        "faces. Name that generator with --generator."
    )


def draw(generator: "Generator", z: "NDArray[np.float32]") -> "Iterator[NDArray[np.uint8]]":
    """The pictures of z (n, latent_dim) one after the other, each (size, size, 3) uint8."""
    from core.latent import decode

    for first in range(0, len(z), BATCH):
        yield from decode(generator, z[first : first + BATCH])


def _origin(generator: "Generator", path: Path) -> Origin:
    from core import generators, runs

    facts = generators.read_facts(path)
    run = None
    if runs.CHECKPOINT_NAME.fullmatch(path.name) or runs.GENERATOR_NAME.fullmatch(path.name):
        with suppress(StudioError):
            run = runs.open_run(path.absolute().parent.parent)
    return Origin(generator, path, replace(facts, digest=generators.digest(generator)), run)

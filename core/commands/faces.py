"""Faces drawn into files by commands: with a bar, and given up at Ctrl-C without a trace."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from core.commands.drawing import Origin, draw
from core.commands.interrupt import Interrupt, interruptible
from core.commands.outcome import UsageError
from core.errors import Cancelled, ShapeError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.models import Generator
    from core.sheets import Sheet

MOST_BYTES = 8 << 30  # of pictures and latent vectors, which are all in memory before they are written


def kind_of(out: Path) -> str:
    """How faces are written: ".png" a sheet, ".npy" an array, "" a folder. Raises UsageError."""
    kind = "" if out.is_dir() else out.suffix.lower()
    if kind not in ("", ".png", ".npy"):
        raise UsageError(f"{out}: use .png for a sheet, .npy for an array, or a name without a suffix")
    return kind


def seeded(seed: int, count: int, generator: "Generator", kind: str) -> "NDArray[np.float32]":
    """The latent vectors of a seed, (count, latent_dim); too many raise ShapeError before any is made."""
    from core.latent import z_of_seed
    from core.sheets import check_faces

    if kind == ".png":
        check_faces(count, generator.latent_dim)
    one = 3 * generator.size**2 + 4 * generator.latent_dim
    if count * one > MOST_BYTES:
        raise ShapeError(
            f"{count:,} faces need {count * one / 2**30:,.1f} GiB of memory, more than {MOST_BYTES >> 30}. "
            f"Ask for {MOST_BYTES // one:,} at most, and with other seeds for more."
        )
    return z_of_seed(seed, generator.latent_dim, count)


def write_faces(
    out: Path, kind: str, origin: Origin, z: "NDArray[np.float32]", like: "Sheet"
) -> tuple[int, int]:
    """Draw and write the faces of z (n, latent_dim); the width and height in px of a picture come back.

    like: the whole sheet for ".png"; else what its faces have in common, whatever its own are. All or
    nothing. Raises StudioError, and Cancelled at Ctrl-C.
    """
    from core.export import save_npy
    from core.latent import truncate
    from core.sheets import save_faces

    if kind == ".png":
        return write_sheet(out, origin, like)
    with interruptible() as interrupt:
        pictures = drawn(origin.generator, truncate(z, like.truncation), interrupt)
        if kind == ".npy":
            save_npy(out, pictures)
            return origin.generator.size, origin.generator.size
        with tqdm(total=len(pictures), unit="file", disable=not sys.stderr.isatty()) as bar:

            def show(_written: int) -> None:
                bar.update()
                _heed(interrupt)

            save_faces(out, pictures, z, like, progress=show)
    side = origin.generator.size * like.scale
    return side, side


def write_sheet(
    out: Path, origin: Origin, sheet: "Sheet", captions: Sequence[str] | None = None
) -> tuple[int, int]:
    """Draw and write a sheet; its width and height in px come back. Raises StudioError, Cancelled."""
    from core.export import check_canvas
    from core.sheets import extent, save_sheet

    width, height, _ = extent(origin.generator.size, sheet)
    check_canvas(width, height)
    with interruptible() as interrupt:
        save_sheet(out, drawn(origin.generator, sheet.vectors, interrupt), sheet, captions)
    return width, height


def drawn(generator: "Generator", z: "NDArray[np.float32]", interrupt: Interrupt) -> "NDArray[np.uint8]":
    """The pictures of z (n, latent_dim), (n, size, size, 3) uint8, with a bar. Raises Cancelled at Ctrl-C."""
    import numpy as np

    pictures = np.empty((len(z), generator.size, generator.size, 3), np.uint8)
    with tqdm(total=len(z), unit="face", disable=not sys.stderr.isatty()) as bar:
        for index, picture in enumerate(draw(generator, z)):
            _heed(interrupt)
            pictures[index] = picture
            bar.update()
    _heed(interrupt)
    return pictures


def _heed(interrupt: Interrupt) -> None:
    """Raises Cancelled if Ctrl-C was pressed."""
    if interrupt.control.stopping:
        raise Cancelled("Cancelled; nothing was written.")

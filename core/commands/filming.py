"""Films of commands: written with a bar, and given up at Ctrl-C without a trace."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from core.commands.interrupt import interruptible
from core.commands.outcome import UsageError
from core.errors import StudioError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def check_usage(command: str, out: Path, fps: float, scale: int) -> None:
    """Raises UsageError if these do not make a film."""
    from core.films.writing import check_film

    try:
        check_film(out.suffix.lower(), fps, scale)
    except StudioError as error:
        raise UsageError(f"{command}: {error}") from error


def film(
    out: Path,
    frames: "Iterator[NDArray[np.uint8]]",
    total: int,
    *,
    fps: float,
    scale: int,
    loop: bool,
) -> dict[str, Any]:
    """Write `total` frames, each (height, width, 3) uint8; the facts of the film come back.

    Raises StudioError, and Cancelled at Ctrl-C.
    """
    from core.films.writing import save_film

    size_px = [0, 0]

    def measured() -> "Iterator[NDArray[np.uint8]]":
        for frame in frames:
            size_px[:] = frame.shape[1] * scale, frame.shape[0] * scale
            yield frame

    with (
        interruptible() as interrupt,
        tqdm(total=total, unit="frame", disable=not sys.stderr.isatty()) as bar,
    ):

        def show(written: int) -> None:
            bar.update(written - bar.n)

        save_film(
            out,
            measured(),
            fps=fps,
            scale=scale,
            loop=loop,
            total=total,
            progress=show,
            cancelled=lambda: interrupt.control.stopping,
        )
    return {
        "out": str(out),
        "frames": total,
        "fps": fps,
        "seconds": round(total / fps, 3),
        "size_px": size_px,
        "bytes": out.stat().st_size,
    }

"""Frames as a film: GIF, WebP or MP4, written frame by frame, so that a long film needs no more memory.

Every frame given is one frame of the film, equal neighbours too. Pillow's own writers of animations merge
those, and keep all frames in memory until the end.
"""

import math
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from itertools import chain
from pathlib import Path
from typing import IO, Protocol

import numpy as np
from numpy.typing import NDArray

from core.commit import commit
from core.errors import Cancelled, ShapeError, StudioError
from core.films import gif, mp4, webp

Frame = NDArray[np.uint8]  # (height, width, 3) sRGB
MOST_SIDE = 8_192  # px; few programs play larger H.264, and WebP ends at 16,383
MOST_FPS = 60.0
LEAST_FPS = 0.1


class Writer(Protocol):
    """Opens a film in a file that `commit` made; what it gives adds one frame."""

    def __call__(
        self, file: IO[bytes], height: int, width: int, fps: float, scale: int, loop: bool
    ) -> AbstractContextManager[Callable[[Frame], None]]: ...


_WRITERS: dict[str, Writer] = {".mp4": mp4.write, ".webp": webp.write, ".gif": gif.write}
FORMATS = tuple(_WRITERS)  # suffixes, the one to propose first


def save_film(
    path: Path,
    frames: Iterable[Frame],
    *,
    fps: float,
    scale: int = 1,
    loop: bool = True,
    total: int | None = None,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> int:
    """Write what the suffix of `path` says, all or nothing; the number of frames comes back.

    frames: each (height, width, 3) uint8, sRGB, all of one size; taken one at a time. Every pixel becomes
    `scale` x `scale` pixels. GIF and WebP play for ever with `loop`, else once; of an MP4 the player decides.
    `progress` is told the number of frames written so far. `total` is the number of frames that is promised.
    Raises StudioError: an unknown suffix, frames that differ in size, none at all, or not `total`, a film
    that is too large, a place that cannot be written. Raises Cancelled as soon as `cancelled()` is true.
    """
    kind = path.suffix.lower()
    check_film(kind, fps, scale)
    written = 0

    def write(file: IO[bytes]) -> None:
        nonlocal written
        rest = iter(frames)
        first = next(rest, None)
        if first is None:
            raise ShapeError("A film needs at least one frame.")
        height, width = _size(first, scale)
        with _WRITERS[kind](file, height, width, fps, scale, loop) as add:
            for frame in chain([first], rest):
                if cancelled is not None and cancelled():
                    raise Cancelled("Cancelled; no film was written.")
                if frame.shape != first.shape or frame.dtype != np.uint8:
                    raise ShapeError(
                        f"All frames of a film have one size, but {frame.shape} follows {first.shape}."
                    )
                add(frame)
                written += 1
                if progress is not None:
                    progress(written)
        if total is not None and written != total:
            raise StudioError(f"The film came to {written} frames instead of {total}, so it was not kept.")

    commit(path, write)
    return written


def check_film(suffix: str, fps: float, scale: int) -> None:
    """Raises StudioError if no film can be written with this suffix (".gif"), frame rate or scale."""
    if suffix not in FORMATS:
        raise StudioError(f"A film cannot be written as {suffix or 'a folder'}. Use .mp4, .webp or .gif.")
    if not (math.isfinite(fps) and LEAST_FPS <= fps <= MOST_FPS):
        raise StudioError(f"A film has {LEAST_FPS} to {MOST_FPS:.0f} frames a second, not {fps:g}.")
    if suffix == ".gif" and fps > gif.MOST_FPS:
        raise StudioError(
            f"A GIF shows at most {gif.MOST_FPS:.0f} frames a second. Lower the rate, or write .webp or .mp4."
        )
    if scale < 1:
        raise StudioError("The scale of a film is a whole number of 1 or more.")


def _size(frame: Frame, scale: int) -> tuple[int, int]:
    """Height and width of a frame before scaling."""
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or 0 in frame.shape:
        raise ShapeError(f"A frame is uint8 (height, width, 3), not {frame.dtype} {frame.shape}.")
    height, width, _ = frame.shape
    if max(height, width) * scale > MOST_SIDE:
        raise StudioError(
            f"The film would be {width * scale:,} x {height * scale:,} px, but {MOST_SIDE:,} is the longest "
            "side. Lower the scale."
        )
    return height, width

"""What the explorer's worker threads do: load generators, decode latent vectors, write faces."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core import export, latent
from core.errors import RunError, StudioError
from core.runs import RunSummary, list_runs, open_run, summarise

if TYPE_CHECKING:
    from core.models import Generator


@dataclass(frozen=True, slots=True)
class Wish:
    """Latent vectors to be decoded by one checkpoint's generator."""

    checkpoint: Path
    z: NDArray[np.float32]  # (n, latent_dim)
    side_px: int = 0  # of the pictures wanted; 0 is the generator's own size
    smooth: bool = True


@dataclass(frozen=True, slots=True)
class Faces:
    wish: Wish
    pictures: NDArray[np.uint8]  # (n, size, size, 3)
    shown: NDArray[np.uint8]  # the same at the wished side


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a wish could not be granted."""

    wish: Wish
    sentence: str


@dataclass(frozen=True, slots=True)
class Explorable:
    """A run with its checkpoints, newest first."""

    summary: RunSummary
    checkpoints: list[tuple[int, Path]] = field(default_factory=list)


def find_runs(parent: Path, also: Path | None) -> list[Explorable]:
    """The runs of a folder, last written first, and the run `also` wherever it lies."""
    found = list_runs(parent)
    if also is not None and all(summary.run.folder != also for summary in found):
        found.insert(0, summarise(open_run(also)))
    return [Explorable(summary, summary.run.checkpoints()[::-1]) for summary in found]


class Decoder:
    """Decodes wishes for several threads; the generator used last stays loaded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: tuple[Path, Generator] | None = None

    def faces(self, wish: Wish) -> Faces:
        """Raises RunError if the checkpoint does not verify or is gone."""
        pictures = latent.decode(self._generator(wish.checkpoint), wish.z)
        return Faces(wish, pictures, _scaled(pictures, wish.side_px, wish.smooth))

    def try_faces(self, wish: Wish) -> Faces | Trouble:
        """The wished faces, or what is wrong with their checkpoint."""
        try:
            return self.faces(wish)
        except StudioError as error:
            return Trouble(wish, str(error))

    def export_sheet(self, wish: Wish, path: Path, columns: int, text: Mapping[str, str]) -> Path:
        """Where the sheet of the wished faces was written. Raises StudioError."""
        pictures = self.faces(wish).pictures
        export.save_sheet(path, pictures, columns, text=text)
        return path

    def _generator(self, path: Path) -> "Generator":
        from core.generators import load  # torch takes 1.7 s, so only this thread pays for it

        with self._lock:
            if self._loaded is None or self._loaded[0] != path:
                if not path.exists():
                    raise RunError("This checkpoint has been replaced by newer ones. Choose another one.")
                self._loaded = path, load(path)
            return self._loaded[1]


def _scaled(pictures: NDArray[np.uint8], side: int, smooth: bool) -> NDArray[np.uint8]:
    """Lanczos keeps edges sharp where the window's own bilinear scaling would blur them."""
    if side in (0, pictures.shape[1]):
        return pictures
    kind = Image.Resampling.LANCZOS if smooth else Image.Resampling.NEAREST
    return np.stack([np.asarray(Image.fromarray(each).resize((side, side), kind)) for each in pictures])

"""The real pictures that stand beside the faces: those of the run that is shown."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Slot

from core import draws
from core.data.cache import PictureCache
from core.runs import Run
from studio.panels.faces import PREVIEW_COUNT, FacesCard
from studio.pictures import Pictures
from studio.preparation import Preparation, Wanted


class RealBeside(QObject):
    """Finds a run's real pictures and shows them, or says where they were missed."""

    def __init__(self, faces: FacesCard, parent: QObject) -> None:
        super().__init__(parent)
        self._faces = faces
        self._source = ""  # where they are looked for
        self._preparation = Preparation(self)
        self._preparation.ready.connect(self._ready)
        self._preparation.failed.connect(self._failed)

    def find(self, run: Run | None, chosen: PictureCache | None) -> None:
        """The pictures of the run, or the chosen ones before there is a run."""
        if chosen is not None and (run is None or chosen.digest == run.source_digest):
            self._show(chosen)
        elif run is not None:
            self._source = run.source
            self._faces.real_caption.setText("Real: being prepared…")
            self._preparation.request(Wanted(run.source, run.config.size, run.config.color, run.config.crop))

    def close(self) -> None:
        self._preparation.close()

    def _show(self, cache: PictureCache) -> None:
        self._faces.show_real(some(cache))
        self._faces.take_training(cache)

    @Slot(object)
    def _ready(self, cache: PictureCache) -> None:
        self._preparation.cancel()
        self._show(cache)

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._preparation.cancel()
        if not Path(self._source).expanduser().exists():
            sentence = (
                f"The pictures this run was trained on are no longer at {self._source}. "
                "Choose them under Pictures."
            )
        self._faces.miss_real(sentence)


def some(cache: PictureCache) -> Pictures:
    """Up to 64 pictures from all over the cache, always the same ones."""
    chosen = np.sort(draws.permutation(0, "preview", 0, len(cache))[:PREVIEW_COUNT])
    return np.asarray(cache.pictures[chosen])

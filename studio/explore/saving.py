"""From the explorer to PNG files: asks where, writes in the background, tells how it went."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from core import export
from core.runs import Run
from studio.explore.decoding import Decoder, Faces, Wish
from studio.jobs import run_job
from studio.parts import named


class FaceWriter(QObject):
    """Writes sheets and single faces; the PNGs carry what is needed to make them again."""

    message = Signal(str)
    busy = Signal(bool)

    def __init__(self, over: QWidget, decoder: Decoder) -> None:
        super().__init__(over)
        self._over = over
        self._decoder = decoder

    def sheet(self, run: Run, step: int, wish: Wish, seed: int, columns: int) -> None:
        """Ask where the sheet of the wished faces shall go, then decode and write it."""
        text = _notes(run, wish) | {"Seed": str(seed)}
        self._ask(
            run,
            f"faces seed {seed} step {step}.png",
            lambda path: self._decoder.export_sheet(wish, path, columns, text),
        )

    def face(self, run: Run, step: int, faces: Faces) -> None:
        """Ask where the shown face shall go, then write it at the generator's own size."""
        text = _notes(run, faces.wish) | {"Latent vector": " ".join(f"{z:.9g}" for z in faces.wish.z[0])}

        def write(path: Path) -> Path:
            export.save_sheet(path, faces.pictures, 1, spacing=0, text=text)
            return path

        self._ask(run, f"face step {step}.png", write)

    def _ask(self, run: Run, name: str, write: Callable[[Path], Path]) -> None:
        folder = run.folder / "exports"
        dialog = QFileDialog(self._over, "Save picture", str(folder if folder.is_dir() else run.folder))
        named(dialog, "exportDialog", "Save picture")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("PNG picture (*.png)")
        dialog.setDefaultSuffix("png")
        dialog.selectFile(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._write(Path(path), write))
        dialog.open()

    def _write(self, path: Path, write: Callable[[Path], Path]) -> None:
        self.busy.emit(True)
        run_job(self, lambda: write(path), self._saved, self._failed)

    @Slot(object)
    def _saved(self, path: Path) -> None:
        self.busy.emit(False)
        self.message.emit(f"Saved {path.name} in {path.parent}.")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self.busy.emit(False)
        self.message.emit(sentence)


def _notes(run: Run, wish: Wish) -> dict[str, str]:
    return {"Software": "DCGAN Studio", "Run": run.name, "Generator": wish.checkpoint.name}

"""The FID's weights: which file of Inception's is used, chosen and forgotten here."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.jobs import run_job
from studio.parts import Button, ElidedLabel, HelpDot, label

EXPLANATION = (
    "The Frechet Inception distance, the figure that papers give. It needs the weights of a network that was "
    "trained elsewhere: weights-inception-2015-12-05-6726825d.pth, as torch-fidelity and torchmetrics use "
    "them (95 MB). The file is read, never run.\n"
    "What is chosen acts from the next Start or Resume on. On an NVIDIA GPU the FID is measured without it, "
    "too, if torch has the file. On a CPU it takes minutes each time, so that all is measured more rarely."
)


class InceptionRow(QWidget):
    """`chosen(Path)` once a file was found good, `chosen(None)` when it is to be used no more."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._weights: Path | None = None
        self._measured = False
        self._state = ElidedLabel("caption", name="inceptionState", accessible="Weights for the FID")
        self._button = Button("", "inceptionButton", kind="link")
        self._trouble = label("", "error", name="inceptionTrouble", accessible="Why not", wrap=True)
        self._button.clicked.connect(self._press)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self._state, 1)
        head.addWidget(HelpDot("inceptionHelp", "FID", EXPLANATION))
        head.addWidget(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self._trouble)
        self.offer(None)

    def offer(self, weights: Path | None) -> None:
        """The file that trainings are given; None for none."""
        self._weights = weights
        self._trouble.hide()
        self._button.setEnabled(True)
        self._button.setText("Choose…" if weights is None else "Forget")
        self._button.setAccessibleName(f"{self._button.text()} weights for the FID")
        self._state.setToolTip("" if weights is None else str(weights))
        self._say()

    def tell_measured(self, measured: bool) -> None:
        """Whether the run that is shown has the FID."""
        self._measured = measured
        self._say()

    def _say(self) -> None:
        if self._weights is not None:
            self._state.setText(f"FID by {self._weights.name}")
        elif self._measured:
            self._state.setText("FID by other weights")
        else:
            self._state.setText("FID needs Inception's weights")

    @Slot()
    def _press(self) -> None:
        if self._weights is None:
            self._choose()
        else:
            self.offer(None)
            self.chosen.emit(None)

    def _choose(self) -> None:
        kinds = "Weights (*.pth *.pt *.safetensors)"
        path, _ = QFileDialog.getOpenFileName(
            self.window(), "Choose Inception's weights", str(Path.home()), kinds
        )
        if path:
            self.take(Path(path))

    def take(self, weights: Path) -> None:
        """Look whether a file can be used, and use it then."""
        self._trouble.hide()
        self._button.setEnabled(False)
        self._state.setText(f"Reading {weights.name}…")
        run_job(self, partial(_check, weights), self._accept, self._refuse)

    def _accept(self, weights: Path) -> None:
        self.offer(weights)
        self.chosen.emit(weights)

    def _refuse(self, sentence: str) -> None:
        self.offer(None)
        self._trouble.setText(sentence)
        self._trouble.show()


def _check(weights: Path) -> Path:
    from core.metrics.frechet import load_inception  # brings torch along

    load_inception(weights)
    return weights

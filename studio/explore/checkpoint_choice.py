"""Which run and which of its checkpoints is explored."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from studio.explore.decoding import Explorable
from studio.parts import label, named

TOOLTIP = Qt.ItemDataRole.ToolTipRole


class CheckpointChoice(QWidget):
    """Two combos. `chosen()` when the run or the checkpoint is another one than before."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[Explorable] = []
        self._before: tuple[Path | None, Path | None] = (None, None)
        self._run_combo = _combo("exploreRunCombo", "Run", 30)
        self._checkpoint_combo = _combo("exploreCheckpointCombo", "Checkpoint", 14)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for text, combo in (("Run", self._run_combo), ("Checkpoint", self._checkpoint_combo)):
            caption = label(text, "muted")
            caption.setBuddy(combo)
            if row.count():
                row.addSpacing(8)
            row.addWidget(caption)
            row.addWidget(combo)
        self._run_combo.currentIndexChanged.connect(self._run_changed)
        self._checkpoint_combo.currentIndexChanged.connect(self._settle)

    def run(self) -> Explorable | None:
        index = self._run_combo.currentIndex()
        return self._runs[index] if 0 <= index < len(self._runs) else None

    def checkpoint(self) -> tuple[int, Path] | None:
        run, index = self.run(), self._checkpoint_combo.currentIndex()
        return run.checkpoints[index] if run and 0 <= index < len(run.checkpoints) else None

    def go_older(self) -> bool:
        """Choose the next older checkpoint; False if there is none."""
        index = self._checkpoint_combo.currentIndex() + 1
        if not 0 < index < self._checkpoint_combo.count():
            return False
        self._checkpoint_combo.setCurrentIndex(index)
        return True

    def newer(self) -> list[Path]:
        """The files of the run's checkpoints that are newer than the chosen one."""
        run = self.run()
        return [path for _, path in run.checkpoints[: self._checkpoint_combo.currentIndex()]] if run else []

    def offer(self, runs: Sequence[Explorable], wanted: Path | None = None) -> None:
        """Fill the combos; `wanted` (a run's folder) is chosen, else what was chosen stays if it is there."""
        folder = wanted or self._before[0]
        self._runs = list(runs)
        index = next((at for at, each in enumerate(runs) if each.summary.run.folder == folder), None)
        if index is None:
            index = next((at for at, each in enumerate(runs) if each.checkpoints), 0)
        self._run_combo.blockSignals(True)
        self._run_combo.clear()
        for at, each in enumerate(runs):
            self._run_combo.addItem(each.summary.run.name)
            self._run_combo.setItemData(at, str(each.summary.run.folder), TOOLTIP)
        self._run_combo.setCurrentIndex(index if runs else -1)
        self._run_combo.blockSignals(False)
        self._run_changed()

    @Slot()
    def _run_changed(self) -> None:
        run = self.run()
        paths = [path for _, path in run.checkpoints] if run else []
        steps = [step for step, _ in run.checkpoints] if run else []
        self._checkpoint_combo.blockSignals(True)
        self._checkpoint_combo.clear()
        self._checkpoint_combo.addItems([f"step {step:,}" for step in steps])
        kept = self._before[1]
        self._checkpoint_combo.setCurrentIndex(paths.index(kept) if kept in paths else 0 if paths else -1)
        self._checkpoint_combo.setEnabled(bool(paths))
        self._checkpoint_combo.blockSignals(False)
        self._settle()

    @Slot()
    def _settle(self) -> None:
        run, checkpoint = self.run(), self.checkpoint()
        now = (run.summary.run.folder if run else None, checkpoint[1] if checkpoint else None)
        if now != self._before:
            self._before = now
            self.chosen.emit()


def _combo(name: str, accessible: str, width: int) -> QComboBox:
    combo = QComboBox()
    named(combo, name, accessible)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(width)
    return combo

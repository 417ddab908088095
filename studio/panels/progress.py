"""The strip above the faces: what is going on, how far it is, how fast, how long still."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout

from core.data.prepare import Progress
from core.events import Started, Step
from core.runs import RunSummary
from studio.panels.health import Light
from studio.parts import Card, ElidedLabel, label, named, restyle
from studio.words import span, speed

SCALE = 1000  # the bar's own steps; a long run's do not fit into Qt's 32 bits
SECONDS_SMOOTHING = 0.9


class ProgressStrip(Card):
    """statusLabel, the light, progressBar and five values. It shows what it is told and decides nothing."""

    def __init__(self) -> None:
        super().__init__(margin=16, spacing=12)
        self.status = ElidedLabel("value", name="statusLabel", accessible="What the studio is doing")
        self.detail = ElidedLabel("caption", name="detailLabel", accessible="More about it")
        self.bar = QProgressBar()
        named(self.bar, "progressBar", "Progress")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, SCALE)
        keeps = self.bar.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(keeps)
        self._values = {
            name: label("–", "value", name=f"{name}Value", accessible=title)
            for name, title in (
                ("step", "Step"),
                ("epoch", "Epoch"),
                ("speed", "Pictures/s"),
                ("elapsed", "Elapsed"),
                ("remaining", "Remaining"),
            )
        }
        row = QHBoxLayout()
        row.setSpacing(24)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.status)
        words.addWidget(self.detail)
        row.addLayout(words, 1)
        for value in self._values.values():
            pair = QVBoxLayout()
            pair.setSpacing(2)
            caption = label(value.accessibleName(), "caption")
            for each in (value, caption):
                each.setAlignment(Qt.AlignmentFlag.AlignRight)
                pair.addWidget(each)
            value.setMinimumWidth(56)
            row.addLayout(pair)
        self.body.addLayout(row)
        self.light = Light()
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.light)
        foot.addWidget(self.bar, 1)
        self.body.addLayout(foot)
        self._started: Started | None = None
        self._last: tuple[int, float] | None = None
        self._seconds_per_step: float | None = None
        self.clear()

    def say(self, status: str, detail: str = "", tone: str = "") -> None:
        """tone colours the bar: "", idle, good or danger; where it has nothing to show, "" alone shows it."""
        self.status.setText(status)
        self.detail.setText(detail)
        restyle(self.bar, tone=tone)
        self.bar.setVisible(not tone or self.bar.maximum() != SCALE or self.bar.value() > 0)

    def clear(self) -> None:
        self._started = None
        self._last = None
        self._seconds_per_step = None
        self.bar.setRange(0, SCALE)
        self.bar.setValue(0)
        for value in self._values.values():
            value.setText("–")

    def show_progress(self, progress: Progress) -> None:
        """Pictures being looked for and prepared."""
        if progress.total:
            self.bar.setRange(0, SCALE)
            self.bar.setValue(round(SCALE * progress.done / progress.total))
        else:
            self.bar.setRange(0, 0)

    def wait(self) -> None:
        """Something is under way whose end is not known."""
        self.bar.setRange(0, 0)

    def begin(self, started: Started) -> None:
        self.clear()
        self._started = started
        self._set("step", f"{started.step:,}")

    def add(self, steps: Sequence[Step]) -> None:
        for step in steps:
            if self._last is not None and step.step > self._last[0]:
                fresh = (step.seconds - self._last[1]) / (step.step - self._last[0])
                old = self._seconds_per_step
                self._seconds_per_step = (
                    fresh if old is None else SECONDS_SMOOTHING * old + (1 - SECONDS_SMOOTHING) * fresh
                )
            self._last = step.step, step.seconds
        newest = steps[-1]
        self._set("step", f"{newest.step:,}")
        self._set("epoch", f"{newest.epoch:,}")
        if newest.images_per_s:
            self._set("speed", speed(newest.images_per_s))
        self._set("elapsed", span(newest.seconds))
        self._show_share(newest)

    def rest(self, summary: RunSummary) -> None:
        """A run from the disk, after its last numbers: where it stands."""
        self.end(complete=summary.state == "finished")
        self._set("step", f"{summary.step:,}")

    def end(self, *, complete: bool) -> None:
        """Nothing is under way any more."""
        self.bar.setRange(0, SCALE)
        if complete:
            self.bar.setValue(SCALE)
        self._set("remaining", "–")

    def _show_share(self, newest: Step) -> None:
        started = self._started
        if started is None:
            return
        share, left = 0.0, None
        if started.total_steps:
            share = newest.step / started.total_steps
            if self._seconds_per_step is not None:
                left = (started.total_steps - newest.step) * self._seconds_per_step
        elif started.total_seconds:
            share = newest.seconds / started.total_seconds
            left = started.total_seconds - newest.seconds
        self.bar.setRange(0, SCALE)
        self.bar.setValue(min(SCALE, round(SCALE * share)))
        if left is not None:
            self._set("remaining", span(left))

    def _set(self, name: str, text: str) -> None:
        if self._values[name].text() != text:
            self._values[name].setText(text)

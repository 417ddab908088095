"""What a training would take, found out by twenty real steps in the background."""

import threading
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.config import Config
from core.data.cache import PictureCache
from core.errors import Cancelled
from studio.jobs import Job, run_job
from studio.parts import Button, label, restyle
from studio.words import count, speed

if TYPE_CHECKING:  # at run time it would bring torch along
    from core.forecast import Forecast

QUESTION = "How long will it take?"
TRYING = "Trying 20 steps…"
STALE = "Settings have changed since the forecast."


class ForecastBar(QWidget):
    """A line and a button. `wanted` when the person asks; whoever knows the settings then calls `begin`.

    `over` when the trial steps have ended, whatever came of them.
    """

    wanted = Signal()
    over = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._cancel = threading.Event()
        self._job: Job | None = None
        self._why_not = ""
        self._told = False  # whether a forecast is shown
        self._line = label(QUESTION, "caption", name="forecastLabel", accessible="Forecast", wrap=True)
        self.button = Button("Forecast", "forecastButton", accessible="Forecast time, memory and disk")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._line, 1)
        row.addWidget(self.button)
        self.button.clicked.connect(self._press)

    @property
    def busy(self) -> bool:
        return self._job is not None

    def begin(self, config: Config, cache: PictureCache, device: str) -> None:
        """Try it; `over` follows. Does nothing while an earlier trial has not ended."""
        if self._job is not None:
            return
        self._cancel = cancel = threading.Event()
        self._say(TRYING)
        self._job = run_job(
            self, partial(_forecast, config, cache, device, cancel), partial(self._show, config), self._fail
        )
        self._refresh()

    def forget(self) -> None:
        """The settings are others now: what is known or being found out does not count any more."""
        if self._told or (self.busy and not self._cancel.is_set()):
            self._cancel.set()
            self._say(STALE)
        elif not self.busy:
            self._say(QUESTION)
        self._refresh()

    def cancel(self) -> None:
        """Give up; `over` follows if a trial is under way."""
        if self.busy:
            self._cancel.set()
            self._say("Stopping…")
            self._refresh()

    def allow(self, why_not: str) -> None:
        """Why there can be no forecast now; empty if there can."""
        self._why_not = why_not
        self._refresh()

    def shut_down(self) -> None:
        """Cancel, and wait until the trial has ended: at most one step."""
        self._cancel.set()
        if self._job is not None:
            self._job.wait()

    @Slot()
    def _press(self) -> None:
        if self.busy:
            self.cancel()
        else:
            self.wanted.emit()

    def _show(self, config: Config, found: "Forecast | None") -> None:
        if found is not None and not self._cancel.is_set():
            self._say(in_words(config, found), tip=in_full(found))
        elif self._line.text() != STALE:
            self._say(QUESTION)
        self._end()

    def _fail(self, sentence: str) -> None:
        if self._cancel.is_set():
            self._say(QUESTION)
        else:
            self._say(sentence, role="error")
        self._end()

    def _end(self) -> None:
        self._job = None
        self._refresh()
        self.over.emit()

    def _say(self, text: str, *, role: str = "caption", tip: str = "") -> None:
        """tip: what stands behind it, of a forecast."""
        self._told = bool(tip)
        self._line.setText(text)
        self._line.setToolTip(f"<p style='white-space:normal'>{tip}</p>" if tip else "")
        self._line.setAccessibleDescription(tip)
        restyle(self._line, role=role)

    def _refresh(self) -> None:
        trying = self.busy and not self._cancel.is_set()
        self.button.setText("Cancel" if trying else "Forecast")
        self.button.setAccessibleName("Cancel the forecast" if trying else "Forecast time, memory and disk")
        self.button.setEnabled(trying or (not self.busy and not self._why_not))
        self.button.setToolTip(
            self._why_not or "Train 20 steps for trial, keep nothing, and say what the whole run would take"
        )


def in_words(config: Config, found: "Forecast") -> str:
    """Two lines: time and speed, memory and disk."""
    lines = [f"About {lasting(found.total_seconds)}, {speed(found.images_per_s)} pictures/s"]
    if config.duration_unit == "minutes":
        steps = count(_about(found.total_steps), "step")
        lines = [f"About {steps}, {speed(found.images_per_s)} pictures/s"]
    lines.append(f"{size(found.memory_mib)} memory, {size(found.disk_mib)} disk")
    if found.parts > 1:
        lines.append(f"The memory takes the batch in {found.parts} parts.")
    return "\n".join(lines)


def in_full(found: "Forecast") -> str:
    """What stands behind the two lines."""
    epochs = found.total_steps * found.images_per_s * found.seconds_per_step / found.images
    return (
        f"{count(found.total_steps, 'step')} of {found.seconds_per_step:.2g} s, which show each of the "
        f"{count(found.images, 'picture')} {epochs:,.1f} times. Faces, checkpoints and measurements are "
        "included; other programs at work make it longer."
    )


def _about(number: int) -> int:
    """Its first two figures: twenty steps tell no more."""
    return round(number, min(0, 2 - len(str(number))))


def lasting(seconds: float) -> str:
    """A length of time as one says it: "40 s", "34 min", "2 h 10 min", "3 days"."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if minutes < 100:
        return f"{minutes} min"
    if minutes < 48 * 60:
        hours, rest = divmod(round(minutes, -1) if minutes >= 600 else minutes, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{round(minutes / 60 / 24)} days"


def size(mib: float) -> str:
    """An amount of memory or disk: "210 MB", "1.2 GB"; as systems count them, in powers of ten."""
    megabytes = mib * 2**20 / 1e6
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{max(1, round(megabytes))} MB"


def _forecast(config: Config, cache: PictureCache, device: str, cancel: threading.Event) -> "Forecast | None":
    """In the thread; None if it was cancelled."""
    from core.forecast import forecast  # imports torch, which takes seconds if the warm-up is not over

    try:
        return forecast(config, cache, device, cancelled=cancel.is_set)
    except Cancelled:
        return None

"""The Train workspace: what to train on the left, what comes of it on the right.

It shows what it is told and emits what the person wants; it does not know the session.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core import draws
from core.data.cache import PictureCache
from core.data.prepare import Progress
from core.events import Finished, Paused, Samples, Started, Step
from core.runs import Run
from studio.jobs import run_job
from studio.panels.extend import ExtendDialog
from studio.panels.faces import FACES, PICTURES, PREVIEW_COUNT
from studio.panels.held import Held
from studio.panels.monitor import Monitor, Record, read_record
from studio.panels.setup import Setup
from studio.pictures import Pictures
from studio.preparation import Preparation, Wanted
from studio.session import Opened, Order
from studio.settings import Settings
from studio.words import count, span

if TYPE_CHECKING:  # at run time it would bring torch along
    from core.devices import Device

STATES = {
    "running": "It is being trained by another program",
    "interrupted": "It was interrupted; Resume goes on from its last checkpoint",
    "stopped": "It was stopped; Resume goes on from there",
    "finished": "It has finished; Resume can train it for longer",
    "failed": "It ended with an error; Resume goes on from its last checkpoint",
    "new": "It has not been trained yet",
}


class TrainPanel(QWidget):
    start_requested = Signal(object)  # Order
    pause_requested = Signal()
    go_on_requested = Signal()
    stop_requested = Signal()
    message = Signal(str)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._state = "idle"
        self._start_when_ready = False
        self._shown: Record | None = None  # the run that was read from the disk last
        self._shown_folder: Path | None = None  # the run that the monitor shows
        self._live: Run | None = None  # the run that trains
        self._reading: _Reading | None = None  # the record that is being read
        self._held = Held()  # what the live run tells meanwhile
        self._rest: tuple[str, str, str] | None = None  # what the strip says while nothing is under way
        self._about = ""  # what the status line says of the training
        self._device_titles: dict[str, str] = {}
        self._real = Preparation(self)
        self.setup = Setup(settings)
        self.monitor = Monitor()
        right = QVBoxLayout()
        right.setContentsMargins(6, 16, 16, 16)
        right.addWidget(self.monitor)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.setup)
        row.addLayout(right, 1)
        setup, faces = self.setup, self.monitor.faces
        for signal, slot in (
            (setup.start.clicked, self.request_start),
            (setup.pause.clicked, self.request_pause),
            (setup.stop.clicked, self.request_stop),
            (setup.changed, self._refresh),
            (setup.source_chosen, self._show_other_source),
            (setup.progress, self._show_preparing),
            (setup.prepared, self._show_pictures),
            (setup.unusable, self._show_no_pictures),
            (self._real.ready, self._real_ready),
            (self._real.failed, self._real_failed),
            (faces.real_wanted, self._find_real),
            (self.monitor.elsewhere.back.clicked, self._back),
        ):
            signal.connect(slot)
        self._refresh()

    # What the person asks for

    def choose_source(self, text: str) -> None:
        """A folder, a zip or the built-in set, as if the person had chosen it."""
        self.setup.source.choose(text)

    @Slot()
    def request_start(self) -> None:
        """A new run; it waits for the pictures if they are still being prepared."""
        if not self.setup.start.isEnabled():
            return
        if self.setup.cache is None:
            self._start_when_ready = True
            self._refresh()
            return
        self.setup.remember()
        self.start_requested.emit(self.setup.order())

    @Slot()
    def request_pause(self) -> None:
        """Pause, or go on: with the training under way, or with the run that is shown."""
        if not self.setup.pause.isEnabled():
            return
        if self._state == "training":
            self.pause_requested.emit()
        elif self._state in ("pausing", "paused"):
            self.go_on_requested.emit()
        elif self._shown_folder is not None:
            self.resume(self._shown_folder)

    @Slot()
    def request_stop(self) -> None:
        """Stop and save, or no longer start when the pictures are ready."""
        if self._start_when_ready:
            self._start_when_ready = False
            self.monitor.strip.clear()
            self._refresh()
        elif self.setup.stop.isEnabled():
            self.stop_requested.emit()

    @Slot(object)
    def watch(self, folder: Path) -> None:
        """Show a run's numbers and faces as they are on the disk."""
        self._read(folder, self._show)

    @Slot(object)
    def resume(self, folder: Path) -> None:
        """Go on with a run; one that has had its time is asked for more first."""
        if self._state != "idle":
            self.message.emit("A training is under way. Stop it before you resume another.")
        else:
            self._read(folder, self._resume)

    def offer_devices(self, devices: Sequence["Device"], default_preset: str) -> None:
        self._device_titles = {each.name: each.title for each in devices}
        self.setup.offer_devices(devices, default_preset)

    def remember(self) -> None:
        """Keep what the person has chosen, for the next time."""
        self.setup.remember_touched()

    def shut_down(self) -> None:
        """End all background work; called when the window closes."""
        self.setup.shut_down()
        self._real.close()
        self.monitor.shut_down()

    # What the session tells

    @Slot(str)
    def set_state(self, state: str) -> None:
        self._state = state
        self._refresh()

    @Slot(object)
    def show_progress(self, progress: Progress) -> None:
        self.monitor.strip.show_progress(progress)
        of = f" of {progress.total:,}" if progress.total else ""
        self.monitor.strip.say("Preparing pictures", f"{progress.stage}: {progress.done:,}{of}")

    @Slot(object)
    def show_opened(self, opened: Opened) -> None:
        run = opened.run
        self._live, self._rest = run, None
        if self._shown_folder != run.folder:
            self.monitor.clear(run.config.sample_count)
            self._shown_folder = run.folder
        self.monitor.elsewhere.hide()
        self.monitor.banner.hide()
        self._about = run.name
        self.monitor.faces.show_real(_some(opened.cache))
        self.monitor.faces.choose(FACES)
        self.monitor.strip.clear()
        self.monitor.strip.wait()
        self._refresh()

    @Slot(object)
    def show_started(self, started: Started) -> None:
        self.monitor.strip.begin(started)
        device = self._device_titles.get(started.device, started.device)
        self._about = " · ".join([self._about, device, started.precision, count(started.images, "picture")])
        self._refresh()

    @Slot(object)
    def add_steps(self, steps: list[Step]) -> None:
        self.monitor.strip.add(steps)
        if self._live is not None and self._reading is not None:
            self._held.steps(self._live.folder, steps)
        elif self._shows_live():
            self.monitor.add_steps(steps)

    @Slot(object)
    def add_kept(self, grids: list[tuple[int, Path]]) -> None:
        if self._live is not None and self._reading is not None:
            self._held.grids(self._live.folder, grids)
        elif self._shows_live():
            self.monitor.add_kept(grids)

    @Slot(object)
    def add_samples(self, samples: Samples) -> None:
        if self._live is not None and self._reading is not None:
            self._held.samples(self._live.folder, samples)
        elif self._shows_live():
            self.monitor.add_samples(samples)

    @Slot(object)
    def show_paused(self, paused: Paused) -> None:
        self._refresh()

    @Slot(object)
    def show_finished(self, finished: Finished) -> None:
        self.monitor.strip.end(complete=finished.status == "finished")
        if finished.status == "finished":
            title, tone = f"Finished after {span(finished.seconds)}", "good"
        else:
            title, tone = f"Stopped and saved at step {finished.step:,}", "idle"
        then = "Resume goes on from here" if self._shows_live() else "Runs can go on with it"
        self._end(title, f"{self._name()} · {then}", tone)

    @Slot(str)
    def show_failure(self, sentence: str) -> None:
        self.monitor.strip.end(complete=False)
        self.monitor.banner.say(sentence)
        self._end("Training stopped because of a problem", self._name(), "danger")

    @Slot(object)
    def show_over(self, run: Run) -> None:
        """A resume found that the run has had its time: ask for more."""
        self.monitor.strip.end(complete=True)
        self._end("This run has had its time", f"{run.name} · Resume can train it for longer", "good")
        self._ask_longer(run)

    @Slot()
    def show_called_off(self) -> None:
        self.monitor.strip.clear()
        self._end("", "", "idle")

    # Pictures of the chosen source

    @Slot()
    def _show_other_source(self) -> None:
        if self._state == "idle":
            self.monitor.faces.show_pictures(None)
            self.monitor.faces.choose(PICTURES)

    @Slot(object)
    def _show_preparing(self, progress: Progress) -> None:
        if self._state == "idle" and self._start_when_ready:
            self.monitor.strip.show_progress(progress)

    @Slot(object)
    def _show_pictures(self, cache: PictureCache) -> None:
        self.monitor.faces.show_pictures(_some(cache), len(cache))
        if self._start_when_ready:
            self._start_when_ready = False
            self._refresh()
            self.request_start()

    @Slot()
    def _show_no_pictures(self) -> None:
        self._start_when_ready = False
        self.monitor.faces.show_pictures(None)

    # Runs from the disk

    def _read(self, folder: Path, then: Callable[[Record], None]) -> None:
        self._reading = reading = _Reading(then)
        run_job(
            self, partial(read_record, folder), partial(self._take, reading), partial(self._fail, reading)
        )

    def _take(self, reading: "_Reading", record: Record) -> None:
        if reading is self._reading:  # else another was asked for meanwhile
            self._reading = None
            reading.then(record)
            self._held.release(self.monitor, self._shown_folder)

    def _fail(self, reading: "_Reading", sentence: str) -> None:
        if reading is self._reading:
            self._reading = None
            self._held.release(self.monitor, self._shown_folder)
            self.monitor.banner.say(sentence)

    def _show(self, record: Record) -> None:
        self._shown, self._shown_folder = record, record.run.folder
        self.monitor.faces.show_real(None)
        self.monitor.show_record(record)
        if self._state == "idle":
            self.monitor.strip.clear()
            if record.last is not None:
                self.monitor.strip.add([record.last])
            state = record.summary.state
            tone = {"failed": "danger", "finished": "good"}.get(state, "idle")
            self._rest = record.run.name, STATES[state], tone
        elif not self._shows_live():
            self.monitor.elsewhere.say(record.run.name)
        else:
            self.monitor.elsewhere.hide()
        self._refresh()

    def _resume(self, record: Record) -> None:
        if self._state != "idle":
            return
        self._show(record)
        if record.summary.state == "finished":
            self._ask_longer(record.run)
        else:
            self._go_on(record.run)

    def _ask_longer(self, run: Run) -> None:
        dialog = ExtendDialog(run, self.window())
        dialog.chosen.connect(partial(self._go_on, run))
        dialog.open()

    def _go_on(self, run: Run, duration: float | None = None) -> None:
        config = run.config if duration is None else run.config.replace(duration=duration)
        source, chosen = run.source, self.setup.source.source()
        if self.setup.cache is not None and self.setup.cache.digest == run.source_digest:
            source = chosen  # the same pictures, which may have been moved since
        device = self.setup.recipe.device_name()
        self.start_requested.emit(
            Order(config, source, run.preset, device, resume=run.folder, instead=chosen)
        )

    @Slot()
    def _back(self) -> None:
        if self._live is not None:
            self.watch(self._live.folder)

    # Real pictures beside the faces

    @Slot()
    def _find_real(self) -> None:
        """The pictures of the run that is shown, or of the chosen source before there is a run."""
        run = self._live if self._shows_live() else self._shown.run if self._shown else None
        cache = self.setup.cache
        if cache is not None and (run is None or cache.digest == run.source_digest):
            self.monitor.faces.show_real(_some(cache))
        elif run is not None:
            self.monitor.faces.real_caption.setText("Real: being prepared…")
            self._real.request(Wanted(run.source, run.config.size, run.config.color, run.config.crop))

    @Slot(object)
    def _real_ready(self, cache: PictureCache) -> None:
        self._real.cancel()
        self.monitor.faces.show_real(_some(cache))

    @Slot(str)
    def _real_failed(self, sentence: str) -> None:
        self._real.cancel()
        self.monitor.faces.real_caption.setText("Real: not found")
        self.message.emit(sentence)

    # Upkeep

    def _shows_live(self) -> bool:
        return self._live is not None and self._shown_folder == self._live.folder

    def _name(self) -> str:
        """The run that has ended, or whose resume has come to nothing."""
        if self._live is not None:
            return self._live.name
        return self._shown_folder.name if self._shown_folder is not None else ""

    def _end(self, status: str, detail: str, tone: str) -> None:
        self._live = None
        self._rest = (status, detail, tone) if status else None
        self.monitor.elsewhere.hide()
        self._refresh()
        if status:
            self.monitor.strip.say(status, detail, tone)

    @Slot()
    def _refresh(self) -> None:
        """Buttons and status from the state."""
        setup, idle = self.setup, self._state == "idle"
        reason = self._why_not()
        setup.start.setEnabled(not reason)
        setup.start.setToolTip(reason or "Begin a new run with these pictures and settings (Ctrl+R)")
        resumable = idle and self._shown_folder is not None and not self._start_when_ready
        going_on = resumable or self._state in ("paused", "pausing")
        setup.pause.setText("Resume" if going_on else "Pause")
        setup.pause.set_icon("play" if going_on else "pause")
        setup.pause.setAccessibleName(setup.pause.text())
        setup.pause.setEnabled(going_on or self._state == "training")
        setup.pause.setToolTip(
            "Go on with the run that is shown" if resumable else "Hold at the next step, or go on (Ctrl+P)"
        )
        setup.stop.setEnabled(self._state not in ("idle", "stopping") or self._start_when_ready)
        setup.stop.setToolTip("Save a checkpoint and stop (Ctrl+.)")
        self._say_state()

    def _why_not(self) -> str:
        """Why Start cannot be pressed; empty if it can."""
        if self._state != "idle":
            return "A training is under way."
        if self._start_when_ready:
            return "Training starts as soon as the pictures are ready."
        return self.setup.why_not()

    def _say_state(self) -> None:
        strip = self.monitor.strip
        match self._state:
            case "preparing":
                strip.say("Starting", "Opening the pictures")
            case "training":
                strip.say("Training", self._about)
            case "pausing":
                strip.say("Pausing at the next step", self._about)
            case "paused":
                strip.say("Paused", self._about, "idle")
            case "stopping":
                strip.say("Saving and stopping", self._about)
            case _ if self._start_when_ready:
                strip.say("Preparing pictures", "Training starts as soon as they are ready")
            case _ if self._shown_folder is None:
                strip.say(*self.setup.promise(), "idle")
            case _ if self._rest is not None:
                strip.say(*self._rest)
            case _:
                strip.say(self._shown_folder.name, "Resume goes on with this run", "idle")


class _Reading:
    """A record that is being read, and what it was asked for."""

    def __init__(self, then: Callable[[Record], None]) -> None:
        self.then = then


def _some(cache: PictureCache) -> Pictures:
    """Up to 64 pictures from all over the cache, always the same ones."""
    chosen = np.sort(draws.permutation(0, "preview", 0, len(cache))[:PREVIEW_COUNT])
    return np.asarray(cache.pictures[chosen])

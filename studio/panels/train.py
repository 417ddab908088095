"""The Train workspace: what to train on the left, what comes of it on the right.

It shows what it is told and emits what the person wants; it does not know the session.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core import draws
from core.data.cache import PictureCache
from core.data.prepare import Progress
from core.errors import ConfigError
from core.events import Finished, Paused, Samples, Started, Step
from core.runs import Run
from studio.jobs import run_job
from studio.panels.extend import ExtendDialog
from studio.panels.faces import FACES, PICTURES, PREVIEW_COUNT
from studio.panels.monitor import Monitor, Record, read_record
from studio.panels.recipe import RecipeCard
from studio.panels.source import SourceCard
from studio.parts import Button
from studio.pictures import Pictures
from studio.preparation import Preparation, Wanted
from studio.session import Opened, Order
from studio.settings import Settings
from studio.words import count, span

if TYPE_CHECKING:  # at run time it would bring torch along
    from core.devices import Device

LEFT_WIDTH = 336
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
        self._settings = settings
        self._state = "idle"
        self._cache: PictureCache | None = None  # of the chosen source
        self._start_when_ready = False
        self._shown: Record | None = None  # the run that the monitor shows, as it was when it was read
        self._shown_folder: Path | None = None
        self._live: Run | None = None  # the run that trains
        self._loading: Path | None = None
        self._held: list[Step] = []  # of the live run, until its record is read again
        self._tail = ""  # what the status line says of the training
        self._device_titles: dict[str, str] = {}

        self.source = SourceCard()
        self.recipe = RecipeCard()
        self.monitor = Monitor()
        self.start = Button("Start", "startButton", kind="primary", icon_name="play")
        self.pause = Button("Pause", "pauseButton", icon_name="pause")
        self.stop = Button("Stop", "stopButton", icon_name="stop")
        self._preparation = Preparation(self)
        self._real = Preparation(self)
        self._lay_out()
        self._connect()
        self._restore()

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setProperty("scrolled", True)
        cards = QVBoxLayout(inside)
        cards.setContentsMargins(16, 16, 6, 16)
        cards.setSpacing(16)
        cards.addWidget(self.source)
        cards.addWidget(self.recipe)
        cards.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName("setupScroll")
        scroll.setAccessibleName("Pictures and recipe")
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(16, 12, 16, 16)
        buttons.setSpacing(8)
        buttons.addWidget(self.start, 2)
        buttons.addWidget(self.pause, 1)
        buttons.addWidget(self.stop, 1)
        for button in (self.start, self.pause, self.stop):
            button.setMinimumHeight(36)
        left = QWidget()
        left.setFixedWidth(LEFT_WIDTH)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(scroll, 1)
        rule = QFrame()
        rule.setProperty("rule", True)
        column.addWidget(rule)
        column.addLayout(buttons)
        right = QVBoxLayout()
        right.setContentsMargins(0, 16, 16, 16)
        right.addWidget(self.monitor)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(left)
        row.addLayout(right, 1)

    def _connect(self) -> None:
        for signal, slot in (
            (self.source.chosen, self._source_chosen),
            (self.recipe.changed, self._recipe_changed),
            (self.start.clicked, self.request_start),
            (self.pause.clicked, self.request_pause),
            (self.stop.clicked, self.request_stop),
            (self._preparation.progress, self._show_preparing),
            (self._preparation.ready, self._prepared),
            (self._preparation.failed, self._preparation_failed),
            (self._real.ready, self._real_ready),
            (self._real.failed, self._real_failed),
            (self.monitor.faces.real_wanted, self._find_real),
            (self.monitor.elsewhere.back.clicked, self._back),
        ):
            signal.connect(slot)

    def _restore(self) -> None:
        """The choices of the last session; at first the built-in pictures."""
        self.source.offer(self._settings.recent, self._settings.source)
        if self._settings.preset:
            with QSignalBlocker(self.recipe):
                self.recipe.choose(self._settings.preset, self._settings.values)
        self._refresh()

    # What the person asks for

    def choose_source(self, text: str) -> None:
        self.source.choose(text)

    def look(self) -> None:
        """Prepare the chosen source, so that it can be seen."""
        try:
            config = self.recipe.config()
        except ConfigError:
            return
        wanted = Wanted(self.source.source(), config.size, config.color, config.crop)
        if self._preparation.request(wanted):
            self._cache = None
            self.source.show_waiting()
            self._refresh()

    @Slot()
    def request_start(self) -> None:
        """A new run; waits for the pictures if they are still being prepared."""
        if not self.start.isEnabled():
            return
        if self._cache is None:
            self._start_when_ready = True
            self._refresh()
            return
        order = Order(
            self.recipe.config(),
            self.source.source(),
            self.recipe.preset_name(),
            self.recipe.device_name(),
        )
        self._remember()
        self.start_requested.emit(order)

    @Slot()
    def request_pause(self) -> None:
        """Pause, or go on: with the training under way, or with the run that is shown."""
        if not self.pause.isEnabled():
            return
        if self._state == "training":
            self.pause_requested.emit()
        elif self._state in ("pausing", "paused"):
            self.go_on_requested.emit()
        elif self._shown_folder is not None:
            self.resume(self._shown_folder)

    @Slot()
    def request_stop(self) -> None:
        if self._start_when_ready:
            self._start_when_ready = False
            self._refresh()
        elif self.stop.isEnabled():
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

    def shut_down(self) -> None:
        """End all background work; called when the window closes."""
        self._preparation.close()
        self._real.close()
        self.monitor.shut_down()

    def offer_devices(self, devices: Sequence["Device"], default_preset: str) -> None:
        """The devices that were found; the preset follows them if none was ever chosen."""
        self._device_titles = {each.name: each.title for each in devices}
        self.recipe.offer_devices(devices, self._settings.device)
        if not self._settings.preset and not self.recipe.modified():
            self.recipe.choose(default_preset)

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
        self._live = run
        if self._shown_folder != run.folder:
            self.monitor.clear(run.config.sample_count)
            self._shown_folder = run.folder
        self.monitor.elsewhere.hide()
        self.monitor.banner.hide()
        self._tail = run.name
        self.monitor.faces.show_real(_some(opened.cache))
        self.monitor.faces.choose(FACES)
        self.monitor.strip.clear()
        self.monitor.strip.wait()
        self._refresh()

    @Slot(object)
    def show_started(self, started: Started) -> None:
        self.monitor.strip.begin(started)
        device = self._device_titles.get(started.device, started.device)
        words = [self._tail, device, started.precision, count(started.images, "picture")]
        self._tail = " · ".join(words)
        self._refresh()

    @Slot(object)
    def add_steps(self, steps: list[Step]) -> None:
        self.monitor.strip.add(steps)
        if self._loading is not None and self._live is not None and self._loading == self._live.folder:
            self._held += steps
        elif self._shows_live():
            self.monitor.add_steps(steps)

    @Slot(object)
    def add_kept(self, grids: list[tuple[int, Path]]) -> None:
        if self._shows_live():
            self.monitor.add_kept(grids)

    @Slot(object)
    def add_samples(self, samples: Samples) -> None:
        if self._shows_live():
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
        self._end(title, f"{self._name()} · Resume goes on from here", tone)

    @Slot(str)
    def show_failure(self, sentence: str) -> None:
        self.monitor.strip.end(complete=False)
        self.monitor.banner.say(sentence)
        self._end("Training stopped because of a problem", self._name(), "danger")

    @Slot()
    def show_called_off(self) -> None:
        self.monitor.strip.clear()
        self._end("", "", "idle")

    # Pictures of the chosen source

    @Slot(str)
    def _source_chosen(self, text: str) -> None:
        self._settings.remember_source(text)
        if self._state == "idle":
            self.monitor.faces.show_pictures(None)
            self.monitor.faces.choose(PICTURES)
        self.look()

    @Slot()
    def _recipe_changed(self) -> None:
        self.look()
        self._refresh()

    @Slot(object)
    def _show_preparing(self, progress: Progress) -> None:
        self.source.show_progress(progress)
        if self._state == "idle" and self._start_when_ready:
            self.monitor.strip.show_progress(progress)

    @Slot(object)
    def _prepared(self, cache: PictureCache) -> None:
        self._cache = cache
        self.source.show_cache(cache)
        self.monitor.faces.show_pictures(_some(cache))
        self._refresh()
        if self._start_when_ready:
            self._start_when_ready = False
            self._refresh()
            self.request_start()

    @Slot(str)
    def _preparation_failed(self, sentence: str) -> None:
        self._start_when_ready = False
        self._preparation.cancel()
        self.source.show_error(sentence)
        self.monitor.faces.show_pictures(None)
        self._refresh()

    # Runs from the disk

    def _read(self, folder: Path, then: Callable[[Record], None]) -> None:
        self._loading = folder
        run_job(self, partial(read_record, folder), then, self._unreadable)

    def _show(self, record: Record) -> None:
        if self._loading != record.run.folder:  # another was asked for meanwhile
            return
        self._loading = None
        self._shown, self._shown_folder = record, record.run.folder
        self.monitor.faces.show_real(None)
        self.monitor.show_record(record)
        self.monitor.add_steps(self._held)
        self._held = []
        if self._state != "idle" and not self._shows_live():
            self.monitor.elsewhere.say(record.run.name)
        else:
            self.monitor.elsewhere.hide()
        if self._state == "idle":
            self.monitor.strip.clear()
            if record.steps:
                self.monitor.strip.add(record.steps[-1:])
            self._say_shown(record)
        self._refresh()

    def _resume(self, record: Record) -> None:
        self._show(record)
        if record.summary.state != "finished":
            self._go_on(record)
            return
        dialog = ExtendDialog(record.run, self.window())
        dialog.chosen.connect(self._extend)
        dialog.open()

    @Slot(float)
    def _extend(self, duration: float) -> None:
        if self._shown is not None:
            self._go_on(self._shown, duration)

    def _go_on(self, record: Record, duration: float | None = None) -> None:
        run = record.run
        config = run.config if duration is None else run.config.replace(duration=duration)
        self.start_requested.emit(
            Order(config, run.source, run.preset, self.recipe.device_name(), resume=run.folder)
        )

    def _unreadable(self, sentence: str) -> None:
        self._loading = None
        self.monitor.banner.say(sentence)

    @Slot()
    def _back(self) -> None:
        if self._live is not None:
            self.watch(self._live.folder)

    @Slot()
    def _find_real(self) -> None:
        """Pictures to stand beside the faces of a run that was opened from the disk."""
        run = self._live if self._shows_live() else self._shown.run if self._shown else None
        if run is None:
            if self._cache is not None:
                self.monitor.faces.show_real(_some(self._cache))
        elif self._cache is not None and self._cache.digest == run.source_digest:
            self.monitor.faces.show_real(_some(self._cache))
        else:
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
        self.monitor.faces.real_caption.setToolTip(sentence)
        self.message.emit(sentence)

    # Upkeep

    def _shows_live(self) -> bool:
        return self._live is not None and self._shown_folder == self._live.folder and self._loading is None

    def _name(self) -> str:
        return self._live.name if self._live else ""

    def _end(self, status: str, detail: str, tone: str) -> None:
        self._live = None
        self.monitor.elsewhere.hide()
        self._refresh()
        if status:
            self.monitor.strip.say(status, detail, tone)

    def _say_shown(self, record: Record) -> None:
        state = record.summary.state
        tone = {"failed": "danger", "finished": "good"}.get(state, "idle")
        self.monitor.strip.say(record.run.name, STATES[state], tone)

    def _remember(self) -> None:
        self._settings.remember_source(self.source.source())
        self._settings.remember_form(str(self.recipe.preset.currentData()), self.recipe.form.values())
        self._settings.device = self.recipe.device_name()

    def _refresh(self) -> None:
        """Buttons and status from the state."""
        idle = self._state == "idle"
        reason = self._why_not()
        self.start.setEnabled(not reason)
        self.start.setToolTip(reason or "Begin a new run with these pictures and settings (Ctrl+R)")
        resumable = idle and self._shown_folder is not None and not self._start_when_ready
        going_on = self._state in ("paused", "pausing") or (idle and self._shown_folder is not None)
        self.pause.setText("Resume" if going_on else "Pause")
        self.pause.set_icon("play" if going_on else "pause")
        self.pause.setAccessibleName(self.pause.text())
        self.pause.setEnabled(self._state in ("training", "pausing", "paused") or resumable)
        self.pause.setToolTip(
            "Go on with the run that is shown" if resumable else "Hold at the next step, or go on (Ctrl+P)"
        )
        self.stop.setEnabled(self._state not in ("idle", "stopping") or self._start_when_ready)
        self.stop.setToolTip("Save a checkpoint and stop (Ctrl+.)")
        self._say_state()

    def _why_not(self) -> str:
        """Why Start cannot be pressed; empty if it can."""
        if self._state != "idle":
            return "A training is under way."
        if self._start_when_ready:
            return "Training starts as soon as the pictures are ready."
        if self.recipe.form.problem():
            return self.recipe.form.problem()
        if self._cache is None and not self._preparation.busy:
            return "Choose pictures first."
        return ""

    def _say_state(self) -> None:
        strip = self.monitor.strip
        match self._state:
            case "preparing":
                strip.say("Starting", "Opening the pictures")
            case "training":
                strip.say("Training", self._tail)
            case "pausing":
                strip.say("Pausing at the next step", self._tail)
            case "paused":
                strip.say("Paused", self._tail, "idle")
            case "stopping":
                strip.say("Saving and stopping", self._tail)
            case _ if self._start_when_ready:
                strip.say("Preparing pictures", "Training starts as soon as they are ready")
            case _ if self._shown_folder is None:
                self._say_ready()

    def _say_ready(self) -> None:
        """Before the first run: what Start would do."""
        strip = self.monitor.strip
        problem = self.recipe.form.problem()
        if problem:
            strip.say("A setting needs attention", problem, "idle")
        elif self._cache is not None:
            config = self.recipe.config()
            unit = config.duration_unit if config.duration != 1 else config.duration_unit.removesuffix("s")
            pictures = count(len(self._cache), "picture")
            strip.say("Ready", f"Start trains on {pictures} for {config.duration:g} {unit}", "idle")
        elif self._preparation.busy:
            strip.say("Looking at the pictures", "You can press Start already; it waits for them", "idle")
        else:
            strip.say("No pictures yet", "Choose a source on the left", "idle")


def _some(cache: PictureCache) -> Pictures:
    """Up to 64 pictures from all over the cache, always the same ones."""
    chosen = np.sort(draws.permutation(0, "preview", 0, len(cache))[:PREVIEW_COUNT])
    return np.asarray(cache.pictures[chosen])

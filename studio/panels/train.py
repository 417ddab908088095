"""The Train workspace: what to train on the left, what comes of it on the right.

It shows what it is told and emits what the person wants; it does not know the session.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.data.cache import PictureCache
from core.data.prepare import Progress
from core.events import (
    Finished,
    Judged,
    KnobTurned,
    Measured,
    MemoryShort,
    Paused,
    Returned,
    Samples,
    Started,
    Step,
)
from core.runs import Run
from studio.chronicle import Chronicle
from studio.panels import status
from studio.panels.beside import RealBeside, some
from studio.panels.extend import ExtendDialog
from studio.panels.faces import FACES, PICTURES
from studio.panels.held import Held, Telling
from studio.panels.monitor import Monitor
from studio.panels.reading import Reading
from studio.panels.record import Record, alarm_marks
from studio.panels.setup import Setup
from studio.panels.watch import State as WatchState
from studio.panels.watch import Watch
from studio.session import Opened, Order
from studio.settings import Settings
from studio.words import count

if TYPE_CHECKING:  # at run time it would bring torch along
    from core.devices import Device


class TrainPanel(QWidget):
    start_requested = Signal(object)  # Order
    pause_requested = Signal()
    go_on_requested = Signal()
    stop_requested = Signal()
    change_requested = Signal(object)  # dict: live settings and their new values
    return_requested = Signal(object)  # dict: settings to change on going back to the best checkpoint
    message = Signal(str)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._state = "idle"
        self._start_when_ready = False
        self._shown: Record | None = None  # the run that was read from the disk last
        self._shown_folder: Path | None = None  # the run that the monitor shows
        self._live: Run | None = None  # the run that trains
        self._chronicle: Chronicle | None = None  # of the live run
        self._rest: status.Words | None = None  # what the strip says while nothing is under way
        self._about = ""  # what the status line says of the training
        self._device_titles: dict[str, str] = {}
        self.setup = Setup(settings)
        self.monitor = Monitor()
        self.reading = Reading(self)
        self._held = Held()  # what the live run tells while a record is read
        self._real = RealBeside(self.monitor.faces, self)
        self.watching = Watch(self.monitor.strip.light, self.monitor.alarm, self)
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
            (self._real.missing, self.message),
            (faces.real_wanted, self._find_real),
            (self.reading.ended, self._release),
            (self.reading.failed, self.monitor.banner.say),
            (self.watching.pause_requested, self.pause_requested),
            (self.watching.go_on_requested, self.go_on_requested),
            (self.watching.return_requested, self._go_back),
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
        self.reading.read(folder, self._show)

    @Slot(object)
    def resume(self, folder: Path) -> None:
        """Go on with a run; one that has had its time is asked for more first."""
        if self._state != "idle":
            self.message.emit("A training is under way. Stop it before you resume another.")
        else:
            self.reading.read(folder, self._resume)

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
        known = self._shown is not None and self._shown.run.folder == run.folder
        self._chronicle = self._shown.chronicle if known and self._shown else Chronicle(run.config)
        if self._shown_folder != run.folder:
            self.monitor.clear(run.config.sample_count)
            self._shown_folder = run.folder
        self.monitor.elsewhere.hide()
        self.monitor.banner.hide()
        self._about = run.name
        self.monitor.faces.show_real(some(opened.cache))
        self.monitor.faces.choose(FACES)
        self.monitor.strip.clear()
        self.monitor.strip.wait()
        self.watching.begin(run.config)
        if known and self._shown:
            self.watching.measure(self._shown.measures)
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
        self._tell(lambda monitor: monitor.add_steps(steps))

    @Slot(object)
    def add_kept(self, grids: list[tuple[int, Path]]) -> None:
        self._tell(lambda monitor: monitor.add_kept(grids))

    @Slot(object)
    def add_samples(self, samples: Samples) -> None:
        self._tell(lambda monitor: monitor.add_samples(samples))

    @Slot(object)
    def add_measured(self, measured: Measured) -> None:
        self.watching.measure([measured])
        self._tell(lambda monitor: monitor.add_measured(measured))

    @Slot(object)
    def show_judged(self, judged: Judged) -> None:
        self.watching.judge(judged.step, judged.verdict)
        marks = alarm_marks([(judged.step, judged.verdict)])
        self._tell(lambda monitor: monitor.add_marks(marks))

    @Slot(object)
    def show_knob_turned(self, turned: KnobTurned) -> None:
        if self._chronicle is not None:
            mark = self._chronicle.turn(turned.step, turned.changes)
            self._tell(lambda monitor: monitor.add_marks([mark]))

    @Slot(object)
    def show_memory_short(self, short: MemoryShort) -> None:
        self.monitor.note.say(
            f"The memory was too small for the whole batch, so since step {short.step:,} each step computes "
            f"it in {short.parts} parts. What is learned stays the same; a step takes a little longer."
        )

    @Slot(object)
    def show_returned(self, returned: Returned) -> None:
        self.watching.start_again()
        if self._chronicle is not None:
            mark = self._chronicle.go_back(returned)
            self._tell(lambda monitor: monitor.go_back(returned.step, mark))
            self.monitor.note.say(f"{mark.text}.")

    @Slot(object)
    def show_paused(self, paused: Paused) -> None:
        self._refresh()

    @Slot(object)
    def show_finished(self, finished: Finished) -> None:
        self.monitor.strip.end(complete=finished.status == "finished")
        self._end(*status.ended(finished, self._name(), shown=self._shows_live()))

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
        self.monitor.faces.show_pictures(some(cache), len(cache))
        if self._start_when_ready:
            self._start_when_ready = False
            self._refresh()
            self.request_start()

    @Slot()
    def _show_no_pictures(self) -> None:
        self._start_when_ready = False
        self.monitor.faces.show_pictures(None)

    # Runs from the disk

    def _tell(self, telling: Telling) -> None:
        """Tell the monitor of the live run, if that is the one that it shows or may be about to show."""
        if self._live is not None and self.reading.busy:
            self._held.keep(self._live.folder, telling)
        elif self._shows_live():
            telling(self.monitor)

    @Slot()
    def _release(self) -> None:
        self._held.release(self.monitor, self._shown_folder)

    def _show(self, record: Record) -> None:
        self._shown, self._shown_folder = record, record.run.folder
        self.monitor.faces.show_real(None)
        self.monitor.show_record(record)
        if self._state == "idle":
            self.monitor.strip.clear()
            if record.last is not None:
                self.monitor.strip.add([record.last])
            self._rest = status.at_rest(record.summary)
            self.watching.begin(record.run.config)
            self.watching.measure(record.measures)
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

    def _go_on(
        self, run: Run, duration: float | None = None, go_back: Mapping[str, object] | None = None
    ) -> None:
        config = run.config if duration is None else run.config.replace(duration=duration)
        source, chosen = run.source, self.setup.source.source()
        if self.setup.cache is not None and self.setup.cache.digest == run.source_digest:
            source = chosen  # the same pictures, which may have been moved since
        device = self.setup.recipe.device_name()
        self.start_requested.emit(
            Order(config, source, run.preset, device, resume=run.folder, instead=chosen, go_back=go_back)
        )

    @Slot(object)
    def _go_back(self, changes: Mapping[str, object]) -> None:
        """To the best checkpoint: in the training under way, or in the run that is shown."""
        if self._state != "idle":
            self.return_requested.emit(changes)
        elif self._shown_folder is not None:
            self.reading.read(self._shown_folder, partial(self._return, changes))

    def _return(self, changes: Mapping[str, object], record: Record) -> None:
        if self._state == "idle":
            self._show(record)
            self._go_on(record.run, go_back=changes)

    @Slot()
    def _back(self) -> None:
        if self._live is not None:
            self.watch(self._live.folder)

    @Slot()
    def _find_real(self) -> None:
        run = self._live if self._shows_live() else self._shown.run if self._shown else None
        self._real.find(run, self.setup.cache)

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
        self.watching.set_state(*self._watch_state())
        self._say_state()

    def _watch_state(self) -> tuple[WatchState, str]:
        """What the alarm can offer, and why the run cannot go back, if it cannot."""
        match self._state:
            case "training":
                return "training", ""
            case "paused" | "pausing":
                return "paused", ""
            case "idle":
                elsewhere = self._shown is not None and self._shown.summary.state == "running"
                return "idle", "It is being trained by another program." if elsewhere else ""
        return "idle", "The training is starting or stopping."

    def _why_not(self) -> str:
        """Why Start cannot be pressed; empty if it can."""
        if self._state != "idle":
            return "A training is under way."
        if self._start_when_ready:
            return "Training starts as soon as the pictures are ready."
        return self.setup.why_not()

    def _say_state(self) -> None:
        if words := status.under_way(self._state, self._about):
            pass
        elif self._start_when_ready:
            words = "Preparing pictures", "Training starts as soon as they are ready", ""
        elif self._shown_folder is None:
            words = *self.setup.promise(), "idle"
        elif self._rest is not None:
            words = self._rest
        else:
            words = self._shown_folder.name, "Resume goes on with this run", "idle"
        self.monitor.strip.say(*words)

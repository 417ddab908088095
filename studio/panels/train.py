"""The Train workspace: what to train on the left, what comes of it on the right.

It shows what it is told and emits what the person wants; it does not know the session.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.data.cache import PictureCache
from core.data.prepare import Progress
from core.events import (
    Finished,
    Paused,
    Started,
    Step,
)
from core.runs import Run
from core.watchdog.replay import replay
from core.watchdog.verdict import Verdict
from studio.jobs import run_job
from studio.letters import Opened, Order
from studio.panels import status
from studio.panels.beside import RealBeside, some
from studio.panels.faces import FACES, PICTURES
from studio.panels.live import LiveRun
from studio.panels.monitor import Monitor
from studio.panels.reading import Reading
from studio.panels.record import Record, alarm_marks
from studio.panels.resuming import Resuming
from studio.panels.setup import Setup
from studio.panels.watch import State as WatchState
from studio.panels.watch import Watch
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
    follow_requested = Signal(object)  # Path: a run that another program trains
    leave_requested = Signal()  # follow it no longer
    explore_requested = Signal(object)  # Path
    message = Signal(str)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._state = "idle"
        self._begun = False  # whether the training that is or was under way has come to its first step
        self._goes_on = False  # whether it was to go on with a run
        self._start_when_ready = False
        self._shown: Record | None = None  # the run that was read from the disk last
        self._followed: Opened | None = None  # the run that other programs train, while it is followed
        self._paused_there = False
        self._rest: status.Words | None = None  # what the strip says while nothing is under way
        self._about = ""  # what the status line says of the training
        self._precisely = ""  # and its tooltip
        self._device_titles: dict[str, str] = {}
        self.setup = Setup(settings)
        self.monitor = Monitor()
        self.reading = Reading(self)
        self._resuming = Resuming(self.setup, self)
        self._real = RealBeside(self.monitor.faces, self)
        self.watching = Watch(self.monitor.strip.light, self.monitor.alarm, self)
        self.live = LiveRun(self.monitor, self.watching, self.setup, lambda: self.reading.busy, self)
        right = QVBoxLayout()
        right.setContentsMargins(6, 16, 16, 16)
        right.addWidget(self.monitor)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.setup)
        row.addLayout(right, 1)
        setup, faces, inception = self.setup, self.monitor.faces, self.monitor.signals.inception
        inception.offer(settings.inception)
        for signal, slot in (
            (setup.start.clicked, self.request_start),
            (setup.pause.clicked, self.request_pause),
            (setup.stop.clicked, self.request_stop),
            (setup.changed, self._refresh),
            (setup.source_chosen, self._show_other_source),
            (setup.progress, self._show_preparing),
            (setup.prepared, self._show_pictures),
            (setup.unusable, self._show_no_pictures),
            (setup.knobs_changed, self.change_requested),
            (self._resuming.ordered, self._order_more),
            (inception.chosen, self._remember_inception),
            (faces.real_wanted, self._find_real),
            (self.reading.ended, self.live.release),
            (self.reading.failed, self.monitor.banner.say),
            (self.watching.pause_requested, self.pause_requested),
            (self.watching.go_on_requested, self.go_on_requested),
            (self.watching.return_requested, self._go_back),
            (self.monitor.elsewhere.back.clicked, self._back),
            (self.monitor.attached.left, self.leave_requested),
            (self.monitor.attached.explored, self._explore_followed),
            (self.monitor.attached.silent_changed, self._refresh),
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
        self._goes_on = False
        self._order(self.setup.order())

    @Slot()
    def request_pause(self) -> None:
        """Pause, or go on: with the training under way, or with the run that is shown."""
        if not self.setup.pause.isEnabled():
            return
        if self._state == "training":
            self.pause_requested.emit()
        elif self._state in ("pausing", "paused"):
            self.go_on_requested.emit()
        elif self.live.shown is not None:
            self.resume(self.live.shown)

    @property
    def _free(self) -> bool:
        """Whether a training may begin: none of this window's is under way."""
        watching = self._followed is None or not self._followed.ours
        return self._state == "idle" or (self._state == "following" and watching)

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
        if not self._free:
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
        if state == "preparing":
            self._begun = False
        self._refresh()

    @Slot(object)
    def show_progress(self, progress: Progress) -> None:
        self.monitor.strip.show_progress(progress)
        of = f" of {progress.total:,}" if progress.total else ""
        self.monitor.strip.say("Preparing pictures", f"{progress.stage}: {progress.done:,}{of}")

    @Slot(object)
    def show_opened(self, opened: Opened) -> None:
        run, record = opened.run, self._shown
        if record is not None and record.run.folder != run.folder:
            record = None
        self._rest = None
        self._followed, self._paused_there = (opened if opened.where else None), False
        self.live.begin(run, record, tunable=not opened.where)
        self.monitor.elsewhere.hide()
        self.monitor.banner.hide()
        if opened.where:
            step, age_s = record.standing() if record else (-1, 0.0)
            self.monitor.attached.begin(opened.where, step, age_s, ours=opened.ours)
        self._about, self._precisely = run.name, ""
        if opened.cache is not None:
            self.monitor.faces.show_real(some(opened.cache))
            self.monitor.faces.take_training(opened.cache)
        self.monitor.faces.choose(FACES)
        self.monitor.strip.clear()
        self.monitor.strip.wait()
        self._refresh()

    @Slot(object)
    def show_started(self, started: Started) -> None:
        self._begun = True
        self.monitor.strip.begin(started)
        self.watching.reach(started.step)
        device = self._device_titles.get(started.device, started.device)
        self._about = " · ".join([self._about, device, count(started.images, "picture")])
        self._precisely = f"{self._about}, computed in {started.precision}"
        self._refresh()

    @Slot(object)
    def show_paused(self, paused: Paused) -> None:
        self._paused_there = self._followed is not None
        self.monitor.attached.hear(paused.step)
        self._refresh()

    @Slot()
    def show_resumed(self) -> None:
        self._paused_there = False
        self._refresh()

    @Slot(object)
    def hear(self, steps: Sequence[Step]) -> None:
        """Numbers have come; of a training elsewhere that is news in itself."""
        self.monitor.attached.hear(steps[-1].step)

    @Slot(object)
    def show_finished(self, finished: Finished) -> None:
        self.monitor.strip.end(complete=finished.status == "finished")
        self._end(*status.ended(finished, self._name(), shown=self.live.is_shown))

    @Slot(str)
    def show_failure(self, sentence: str) -> None:
        self.monitor.strip.end(complete=False)
        self.monitor.banner.say(sentence)
        title = "Training stopped because of a problem"
        if self._followed is not None and not self._followed.ours:
            title = "This run is no longer followed"
        elif not self._begun:
            title = "Could not go on" if self._goes_on else "Could not start"
        self._end(title, self._name(), "danger")

    @Slot(object)
    def show_over(self, run: Run) -> None:
        """A resume found that the run has had its time: ask for more."""
        self.monitor.strip.end(complete=True)
        self._end("This run has had its time", f"{run.name} · Resume can train it for longer", "good")
        self._resuming.ask_longer(run)

    @Slot()
    def show_called_off(self) -> None:
        if self._followed is not None and not self._followed.ours:  # left, while it goes on
            self.monitor.strip.end(complete=False)
            self._end(*status.left(self._name()))
        else:
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

    def _show(self, record: Record, *, watch: bool = True) -> None:
        """watch: follow it from then on if another program trains it."""
        self._shown, self.live.shown = record, record.run.folder
        self.monitor.faces.show_real(None)
        self.monitor.show_record(record)
        if self._state == "idle":
            self.monitor.strip.clear()
            if record.last is not None:
                self.monitor.strip.add([record.last])
            self.monitor.strip.rest(record.summary)
            self._rest = status.at_rest(record.summary)
            self.watching.begin(record.run.config)
            self.watching.reach(record.summary.step)
            self.watching.measure(record.measures)
        elif not self.live.is_shown:
            self.monitor.elsewhere.say(record.run.name)
        else:
            self.monitor.elsewhere.hide()
        run_job(self, partial(replay, record.run), partial(self._judge, record.run), self.message.emit)
        self._refresh()
        followed = self.live.run is not None and self.live.run.folder == record.run.folder
        if watch and self._free and not followed and record.trains_elsewhere:
            self.follow_requested.emit(record.run.folder)

    def _judge(self, run: Run, verdicts: Sequence[tuple[int, Verdict]]) -> None:
        """What the watchdog says, or would have said, of a run from the disk."""
        if run.folder != self.live.shown:  # another is shown meanwhile
            return
        self.monitor.add_marks(alarm_marks(verdicts))
        if self.live.run is None:
            self.watching.catch_up(verdicts)

    def _resume(self, record: Record) -> None:
        if not self._free:
            return
        if record.summary.state == "running" and record.trains_elsewhere:
            where = record.summary.host or "another program"
            self.message.emit(f"{record.run.name} is being trained by {where}. Stop it there first.")
            return
        self._show(record, watch=False)
        if record.summary.state == "finished":
            self._resuming.ask_longer(record.run)
        else:
            self._resuming.go_on(record.run)

    @Slot(object)
    def _go_back(self, changes: Mapping[str, object]) -> None:
        """To the best checkpoint: in the training under way, or in the run that is shown."""
        if self._state != "idle":
            self.return_requested.emit(changes)
        elif self.live.shown is not None:
            self.reading.read(self.live.shown, partial(self._return, changes))

    def _return(self, changes: Mapping[str, object], record: Record) -> None:
        if self._state == "idle":
            self._show(record, watch=False)
            self._resuming.go_on(record.run, go_back=changes)

    @Slot()
    def _back(self) -> None:
        if self.live.run is not None:
            self.watch(self.live.run.folder)

    @Slot()
    def _explore_followed(self) -> None:
        if self._followed is not None:
            self.explore_requested.emit(self._followed.run.folder)

    @Slot()
    def _find_real(self) -> None:
        run = self.live.run if self.live.is_shown else self._shown.run if self._shown else None
        self._real.find(run, self.setup.cache)

    @Slot(object)
    def _order_more(self, order: Order) -> None:
        self._goes_on = True
        self._order(order)

    def _order(self, order: Order) -> None:
        weights = self._settings.inception
        self.monitor.signals.inception.offer(weights)  # it may be gone by now
        self.start_requested.emit(replace(order, inception=weights))

    @Slot(object)
    def _remember_inception(self, weights: Path | None) -> None:
        self._settings.inception = weights

    # Upkeep

    def _name(self) -> str:
        """The run that has ended, or whose resume has come to nothing."""
        if self.live.run is not None:
            return self.live.run.name
        return self.live.shown.name if self.live.shown is not None else ""

    def _end(self, status: str, detail: str, tone: str) -> None:
        self.live.end()
        self._followed = None
        self.monitor.attached.end()
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
        silent = self._state == "following" and self._free and self.monitor.attached.silent
        resumable = (idle or silent) and self.live.shown is not None and not self._start_when_ready
        going_on = resumable or self._state in ("paused", "pausing")
        setup.pause.setText("Resume" if going_on else "Pause")
        setup.pause.set_icon("play" if going_on else "pause")
        setup.pause.setAccessibleName(setup.pause.text())
        setup.pause.setEnabled(going_on or self._state == "training")
        setup.pause.setToolTip(
            "Go on with the run that is shown"
            if resumable
            else "It can only be stopped from here; Resume then goes on"
            if self._state == "following"
            else "Hold at the next step, or go on (Ctrl+P)"
        )
        setup.stop.setEnabled(self._state not in ("idle", "stopping") or self._start_when_ready)
        setup.stop.setToolTip(
            "Ask the program that trains it to save and stop (Ctrl+.)"
            if self._followed is not None
            else "Save a checkpoint and stop (Ctrl+.)"
        )
        setup.name_recipe((idle or self._followed is not None) and self.live.shown is not None)
        self.monitor.set_under_way(self._is_trained())
        self.watching.set_state(*self._watch_state())
        self._say_state()

    def _is_trained(self) -> bool | None:
        """Whether the run that is shown trains, here or elsewhere; None if none is shown."""
        if self.live.shown is None:
            return None
        if self.live.is_shown:
            return True
        record = self._shown if self._shown and self._shown.run.folder == self.live.shown else None
        return self._state == "idle" and record is not None and record.summary.state == "running"

    def _watch_state(self) -> tuple[WatchState, str]:
        """What the alarm can offer, and why the run cannot go back, if it cannot."""
        match self._state:
            case "training":
                return "training", ""
            case "paused" | "pausing":
                return "paused", ""
            case "following":
                return "idle", "It is being trained by other programs. Stop it first."
            case "idle":
                elsewhere = self._shown is not None and self._shown.summary.state == "running"
                return "idle", "It is being trained by another program." if elsewhere else ""
        return "idle", "The training is starting or stopping."

    def _why_not(self) -> str:
        """Why Start cannot be pressed; empty if it can."""
        if not self._free:
            return "A training is under way."
        if self._start_when_ready:
            return "Training starts as soon as the pictures are ready."
        return self.setup.why_not()

    def _say_state(self) -> None:
        if self._state == "following":
            ours = self._followed is not None and self._followed.ours
            words = status.followed(self._about, ours=ours, paused=self._paused_there)
        elif under_way := status.under_way(self._state, self._about):
            words = under_way
        elif self._start_when_ready:
            words = "Preparing pictures", "Training starts as soon as they are ready", ""
        elif self.live.shown is None:
            words = *self.setup.promise(), "idle"
        elif self._rest is not None:
            words = self._rest
        else:
            words = self.live.shown.name, "Resume goes on with this run", "idle"
        self.monitor.strip.say(*words)
        self.monitor.strip.detail.setToolTip(self._precisely if self._state != "idle" else "")

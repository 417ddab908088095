"""Training beside the window: a thread that tells the story into a mailbox, and a session that reads it out.

The thread never touches a widget. A timer in the GUI thread empties the mailbox about thirty times a second:
every number is passed on, of the pictures only the newest, and the outcome when the thread is over.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from core import runs
from core.config import Config
from core.control import Control
from core.data.batches import check_enough
from core.data.cache import PictureCache
from core.data.prepare import Progress, prepare
from core.data.sources import Source, open_source
from core.errors import Cancelled, RunError, RunOverError, SourceError, StudioError
from core.events import (
    Event,
    Finished,
    Judged,
    KnobTurned,
    Measured,
    MemoryShort,
    Paused,
    Resumed,
    Returned,
    Samples,
    Saved,
    Snapshot,
    Started,
    Step,
)
from core.runs import Run
from studio.faults import sentence

State = Literal["idle", "preparing", "training", "pausing", "paused", "stopping"]
TICK_MS = 33


@dataclass(frozen=True, slots=True)
class Order:
    """What to train: a source into a new run folder, or a run to go on with (then its own source).

    instead: where to look for a run's pictures if they are not in its own source any more.
    go_back: settings to change on going on from the run's best checkpoint, instead of from its newest.
    """

    config: Config
    source: str
    preset: str | None = None
    device: str = "auto"
    resume: Path | None = None
    instead: str = ""
    go_back: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The run folder and its pictures are there; training is about to begin."""

    run: Run
    cache: PictureCache


@dataclass(frozen=True, slots=True)
class Failed:
    sentence: str


@dataclass(frozen=True, slots=True)
class Over:
    """The run has trained for its whole duration already."""

    run: Run


@dataclass(frozen=True, slots=True)
class CalledOff:
    """Stopped before the first step; there is no run."""


Letter: TypeAlias = Event | Progress | Opened | Failed | Over | CalledOff
Mailbox: TypeAlias = deque[Letter]
Story: TypeAlias = Callable[[Control, Callable[[Progress], None]], Iterator[Letter]]


def story_of(order: Order) -> Story:
    """Everything that happens from Start to the end, in order."""

    def tell(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
        config = order.config

        def pictures(text: str) -> tuple[Source, PictureCache]:
            source = open_source(text)
            return source, prepare(
                source,
                size=config.size,
                color=config.color,
                crop=config.crop,
                progress=progress,
                cancelled=lambda: control.stopping,
            )

        if order.resume is not None:
            run = runs.open_run(order.resume)
            source, cache = _find_again(run, order, pictures)
            if config != run.config or source.text != run.source:
                run = runs.change(run, config, source=source.text)
        else:
            source, cache = pictures(order.source)
            check_enough(len(cache), config.batch_size)  # before there is a folder that nothing can fill
            folder = runs.new_run_folder(runs.default_runs_folder(), source.name, order.preset)
            run = runs.create(
                folder, config, source=source.text, source_digest=cache.digest, preset=order.preset
            )
        yield Opened(run, cache)
        # Imports torch, which takes seconds when the warm-up has not done so yet.
        from core.loop import train

        try:
            yield from train(run, cache, device=order.device, control=control, go_back=order.go_back)
        except RunOverError:
            yield Over(run)

    return tell


def _find_again(
    run: Run, order: Order, pictures: Callable[[str], tuple[Source, PictureCache]]
) -> tuple[Source, PictureCache]:
    """A run's pictures, in its own source or where they have been moved to.

    Raises RunError, with what can be done, if neither holds them.
    """
    missing: SourceError | None = None
    for text in dict.fromkeys(filter(None, (order.source, order.instead, run.source))):
        try:
            found = pictures(text)
        except SourceError as error:
            missing = missing or error
        else:
            if found[1].digest == run.source_digest:
                return found
    raise RunError(
        f"The pictures that this run began with are not in {run.source} any more. "
        "Choose the same pictures under Pictures, then press Resume."
    ) from missing


class TrainThread(QThread):
    """Tells one story into the mailbox; whatever goes wrong becomes its last letter."""

    def __init__(self, story: Story, control: Control, mailbox: Mailbox) -> None:
        super().__init__()
        self.setObjectName("training")
        self._story = story
        self._control = control
        self._mailbox = mailbox

    def run(self) -> None:
        try:
            for letter in self._story(self._control, self._mailbox.append):
                self._mailbox.append(letter)
        except Cancelled:
            self._mailbox.append(CalledOff())
        except BaseException as error:  # a thread that dies silently would leave the window waiting
            self._mailbox.append(Failed(sentence(error)))


class TrainSession(QObject):
    """One training at a time; lives in the GUI thread.

    `ended` comes after `finished`, `failed`, `over` or `called_off`, when the thread is gone and the next
    may start.
    """

    state_changed = Signal(str)
    progress = Signal(object)  # Progress
    opened = Signal(object)  # Opened
    started = Signal(object)  # Started
    steps = Signal(object)  # list[Step], never empty
    kept = Signal(object)  # list[tuple[int, Path]]: step and file of every grid, never empty
    samples = Signal(object)  # Samples, the newest
    snapshot = Signal(object)  # Snapshot
    saved = Signal(object)  # Saved
    measured = Signal(object)  # Measured
    judged = Signal(object)  # Judged
    knob_turned = Signal(object)  # KnobTurned
    memory_short = Signal(object)  # MemoryShort
    returned = Signal(object)  # Returned
    refused = Signal(str)  # why what was asked for cannot be
    paused = Signal(object)  # Paused
    resumed = Signal(object)  # Resumed
    finished = Signal(object)  # Finished
    failed = Signal(str)
    over = Signal(object)  # Run
    called_off = Signal()
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state: State = "idle"
        self._run: Run | None = None
        self._thread: TrainThread | None = None
        self._control = Control()
        self._mailbox: Mailbox = deque()
        self._steps: list[Step] = []  # taken from the mailbox, not yet passed on
        self._grids: list[tuple[int, Path]] = []
        self._newest: Samples | None = None
        self._outcome: Finished | Failed | Over | CalledOff | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._drain)

    @property
    def state(self) -> State:
        return self._state

    @property
    def active(self) -> bool:
        return self._thread is not None

    @property
    def run(self) -> Run | None:
        """The run being trained, once it is open."""
        return self._run

    def start(self, order: Order) -> None:
        """Train; returns at once. Does nothing while a training is under way."""
        self.tell(story_of(order))

    def tell(self, story: Story) -> None:
        """Run any story in the training thread; tests bring scripted ones."""
        if self.active:
            return
        self._control = Control()
        self._mailbox.clear()
        self._outcome = None
        self._thread = TrainThread(story, self._control, self._mailbox)
        self._set_state("preparing")
        self._thread.start()
        self._timer.start()

    @Slot()
    def want_snapshot(self) -> None:
        """Ask for the EMA generator: `snapshot` follows after the next step, or at once in a pause."""
        self._control.want_snapshot()

    def pause(self) -> None:
        if self._state == "training":
            self._control.pause()
            self._set_state("pausing")

    def go_on(self) -> None:
        if self._state in ("paused", "pausing"):
            self._control.resume()
            if self._state == "pausing":  # taken back before the loop saw it
                self._set_state("training")

    def change(self, knobs: Mapping[str, object]) -> None:
        """Settings that act from the next step on; `knob_turned` or `refused` follows."""
        self._ask(lambda: self._control.change(knobs))

    def go_back(self, changes: Mapping[str, object]) -> None:
        """Go on from the best checkpoint with these settings, and out of a pause.

        `returned` or `refused` follows.
        """
        self._ask(lambda: self._control.go_back(changes))
        self.go_on()

    def _ask(self, wish: Callable[[], object]) -> None:
        if self.active:
            try:
                wish()
            except StudioError as error:
                self.refused.emit(sentence(error))

    def stop(self) -> None:
        """Ask for the end: the loop saves at the next step, preparing is called off."""
        if self.active:
            self._control.stop()
            self._set_state("stopping")

    def wait(self) -> None:
        """Block until the thread is over; for the way out of the program, after `stop`."""
        if self._thread is not None:
            self._thread.wait()

    @Slot()
    def _drain(self) -> None:
        # Asked first: what the thread wrote before it ended is then in the mailbox for certain.
        over = self._thread is not None and self._thread.isFinished()
        while self._mailbox:
            letter = self._mailbox.popleft()
            match letter:
                case Step():
                    self._steps.append(letter)
                case Samples():
                    self._newest = letter
                    self._grids.append((letter.step, letter.path))
                case Finished() | Failed() | Over() | CalledOff():
                    self._outcome = letter
                case _:
                    self._pass_steps_on()
                    if isinstance(letter, Returned):  # the grids before it are of what is now undone
                        self._pass_grids_on()
                    self._pass_on(letter)
        self._pass_steps_on()
        self._pass_grids_on()
        if over:
            self._end()

    def _pass_steps_on(self) -> None:
        if self._steps:
            steps, self._steps = self._steps, []
            self.steps.emit(steps)

    def _pass_grids_on(self) -> None:
        if self._newest is not None:
            (grids, newest), self._grids, self._newest = (self._grids, self._newest), [], None
            self.kept.emit(grids)
            self.samples.emit(newest)

    def _pass_on(self, letter: Letter) -> None:
        match letter:
            case Progress():
                self.progress.emit(letter)
            case Opened():
                self._run = letter.run
                self.opened.emit(letter)
            case Started():
                self._begin_training()
                self.started.emit(letter)
            case Snapshot():
                self.snapshot.emit(letter)
            case Saved():
                self.saved.emit(letter)
            case Measured():
                self.measured.emit(letter)
            case Judged():
                self.judged.emit(letter)
            case KnobTurned():
                self.knob_turned.emit(letter)
            case MemoryShort():
                self.memory_short.emit(letter)
            case Returned():
                self.returned.emit(letter)
            case Paused():
                if self._control.paused:  # else a resume has overtaken this letter
                    self._set_state("paused")
                self.paused.emit(letter)
            case Resumed():
                self._begin_training()
                self.resumed.emit(letter)

    def _begin_training(self) -> None:
        if self._state != "stopping":
            self._set_state("pausing" if self._control.paused else "training")

    def _end(self) -> None:
        assert self._thread is not None
        self._thread.wait()
        self._thread = None
        self._run = None
        self._timer.stop()
        self._set_state("idle")
        match self._outcome:
            case Finished():
                self.finished.emit(self._outcome)
            case Failed(words):
                self.failed.emit(words)
            case Over(run):
                self.over.emit(run)
            case _:
                self.called_off.emit()
        self.ended.emit()

    def _set_state(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)

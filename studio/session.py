"""Training beside the window: a thread that tells the story into a mailbox, and a session that reads it out.

The thread never touches a widget. A timer in the GUI thread empties the mailbox about thirty times a second:
every number is passed on, of the pictures only the newest, and the outcome when the thread is over.
"""

from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from core.control import Control
from core.data.prepare import Progress
from core.errors import Cancelled, StudioError
from core.events import (
    Finished,
    Judged,
    KnobTurned,
    Measured,
    MemoryShort,
    Mishap,
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
from studio.letters import CalledOff, Failed, Letter, Mailbox, Opened, Order, Over, Story
from studio.stories import story_of, story_of_following

State = Literal["idle", "preparing", "training", "pausing", "paused", "following", "stopping"]
TICK_MS = 33


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
    """One training at a time, or following one that another program does; lives in the GUI thread.

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
    mishap = Signal(object)  # Mishap
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
        self._ours = True
        self._elsewhere = False
        self._next: tuple[Story, bool] | None = None  # told once what is watched has been left
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
    def watching(self) -> bool:
        """Whether a training that is not this window's is followed."""
        return self.active and not self._ours

    @property
    def run(self) -> Run | None:
        """The run being trained or followed, once it is open."""
        return self._run

    def start(self, order: Order) -> None:
        """Train; returns at once. Does nothing while a training of this window is under way."""
        self.tell(story_of(order))

    @Slot(object)
    def follow(self, folder: Path) -> None:
        """Follow a run that another program trains, as `start` does a training."""
        self.tell(story_of_following(folder), ours=False)

    def tell(self, story: Story, *, ours: bool = True) -> None:
        """Run any story in the training thread, once what is watched there has been left."""
        if self.watching:
            self._next = story, ours
            self._control.leave()
        elif not self.active:
            self._begin(story, ours)

    def _begin(self, story: Story, ours: bool) -> None:
        self._control = Control()
        self._mailbox.clear()
        self._outcome = None
        self._ours = ours
        self._elsewhere = not ours
        self._thread = TrainThread(story, self._control, self._mailbox)
        self._set_state("preparing" if ours else "following")
        self._thread.start()
        self._timer.start()

    @Slot()
    def leave(self) -> None:
        """Follow no longer; the run goes on."""
        if self.watching:
            self._control.leave()

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
        """Ask for the end: the loop saves at the next step, here or elsewhere; preparing is called off."""
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
                self._run, self._elsewhere = letter.run, bool(letter.where)
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
            case Mishap():
                self.mishap.emit(letter)
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
        if self._elsewhere and self._state != "stopping":
            self._set_state("following")
        elif self._state != "stopping":
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
        if self._next is not None and not self.active:
            (story, ours), self._next = self._next, None
            self._begin(story, ours)

    def _set_state(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)

"""Following a run that another program trains, perhaps on another machine, by nothing but its run folder.

The folder may be shared or synchronised: files come late, in any order, in parts, and their times jump. So
there are no locks and no notifications: now and then it is looked at, and what is not whole is waited for.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import knobs, runs, stop_request
from core.control import Control
from core.duration import duration
from core.errors import ConfigError, RunError
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
    Started,
    Step,
)
from core.films.training import faces_in
from core.following.arrivals import Arrivals, whole_tensors
from core.following.course import Course
from core.following.tail import Tail
from core.journal import Row
from core.knobs import Turn
from core.measures import measured_of
from core.mishaps import mishap_of
from core.runs import CHECKPOINT_NAME, SAMPLE_NAME, Run
from core.steps import step_of
from core.watchdog import replay
from core.watchdog.judge import Watchdog

NEWEST_BYTES = 2**16  # of the numbers from before that are told again; the run folder has all
SETTLE_LOOKS = 20  # in which the last numbers and faces of a run that has ended may still arrive


def follow(
    folder: Path,
    control: Control,
    *,
    poll_s: float = 0.5,
    afresh: bool = False,
    written: Callable[[], bool] = lambda: True,
) -> Iterator[Event]:
    """The events that `core.loop.train` yields elsewhere, from now on, but for snapshots.

    First comes Started, then the light, the newest numbers and the newest faces: the run folder has what was
    before. It comes again when the run is resumed, or its length changes. A run that has ended tells its end;
    one that has not begun is waited for. `control.stop` asks the training to save and stop, `control.leave`
    ends following alone.

    afresh: leave aside all that was told before this call. written: False once nobody writes any more, after
    which the iterator ends, with or without Finished.
    Raises RunError: the run failed, its program was killed, it cannot be asked to stop.
    """
    return _follow(_Following(folder, afresh), control, poll_s, written)


def _follow(
    following: "_Following", control: Control, poll_s: float, written: Callable[[], bool]
) -> Iterator[Event]:
    asked: int | None = None  # the training that was asked to stop
    while True:
        # Asked first: what was written before the end is then there for certain.
        left, last = following.is_left(), not written()
        yield from following.look(last=left or last)
        if following.over or control.leaving or last:
            return
        if left:
            raise RunError(
                f"The program that trained {following.folder.name} has ended without a word. "
                "Resume goes on from its last checkpoint."
            )
        session = following.course.session
        if control.stopping and session not in (None, asked):
            asked = session
            stop_request.ask(following.folder, asked)
        control.wait(poll_s)


class _Following:
    """One look after another at a run folder; what it tells is in the order in which it happened."""

    def __init__(self, folder: Path, afresh: bool) -> None:
        self.folder = folder
        self.over = False
        self.course = Course()
        self._run: Run | None = None
        self._stamp = 0, 0  # of run.json when it was read
        self._journal = Tail(folder / "events.jsonl")
        self._measures = Tail(folder / "measures.jsonl")
        self._metrics: Tail | None = None  # of the course's segment
        self._unmeasured: list[Row] = []  # measures of a segment to come
        self._grids = Arrivals(folder / "samples", SAMPLE_NAME, self._faces)
        self._checkpoints = Arrivals(folder / "checkpoints", CHECKPOINT_NAME, whole_tensors)
        self._waiting: list[Turn] = []  # knobs of steps to come
        self._step = 0  # that the run has reached, as far as is known
        self._last: Step | None = None  # of this segment
        self._watchdog: Watchdog | None = None
        self._settling = 0
        self._caught_up = afresh
        if afresh:
            self._read_journal()
            self.course = Course(self.course.turning)
            while self._measures.look():
                pass

    def look(self, *, last: bool = False) -> Iterator[Event]:
        """What has come since the look before; last: there will not be another."""
        yield from self._look_at_run()
        if self._run is None:
            return
        if self._caught_up:
            yield from self._look_at_rows()
        else:
            self._read_journal()
            if self.course.session is not None:
                self._caught_up = True
                yield from self._catch_up()
        if self.course.session is not None:
            yield from self._look_at_files()
            yield from self._look_at_end(last)

    def is_left(self) -> bool:
        """Whether the program that trained it on this machine is gone."""
        course = self.course
        if self._run is None or course.session is None or course.end is not None:
            return False
        return not runs.elsewhere(course.began) and runs.lock_state(self._run) == "free"

    # run.json

    def _look_at_run(self) -> Iterator[Event]:
        """Read it if it is another than before; one that is torn, or gone for a moment, is waited for."""
        try:
            found = (self.folder / "run.json").stat()
            if (found.st_mtime_ns, found.st_size) == self._stamp:
                return
            run = runs.open_run(self.folder)
        except (OSError, RunError):
            return
        if self._run is not None and run.id != self._run.id:
            raise RunError(f"Another run is in {self.folder} by now. Open it again to see that one.")
        before, self._run = self._run, run
        self._stamp = found.st_mtime_ns, found.st_size
        lengthened = before is not None and before.config.duration != run.config.duration
        if lengthened and self._caught_up and self.course.session is not None:
            yield self._started(self._step)

    # The journal and the numbers

    def _read_journal(self) -> None:
        while rows := self._journal.look():
            for row in rows:
                self.course.note(row)

    def _catch_up(self) -> Iterator[Event]:
        """Where the run stands, in as few events as tell it."""
        self._metrics = Tail(self._metrics_file(), newest_bytes=NEWEST_BYTES)
        numbers = [each for each in map(step_of, self._metrics.look()) if each is not None]
        begin = numbers[0].step - 1 if numbers else self.course.step
        yield from self._begin(begin)
        measured = [each for each in self._read_measures() if each.step > begin]
        yield from self._tell([*numbers, *measured])
        newest = self._grids.newest(self._reached)
        if newest is not None:
            yield Samples(newest[0], newest[2], newest[1])
        self._checkpoints.newest(self._reached)
        if self.course.life == "paused":
            yield Paused(self._step)

    def _look_at_rows(self) -> Iterator[Event]:
        # The numbers before the journal, so that none of a segment is missed when the next one begins.
        queue = self._read_numbers()
        for row in self._journal.look():
            begins = isinstance(row.get("segment"), int)
            at = row["step"] + (row.get("event") != "knob")
            now = [each for each in queue if begins or each.step < at]
            queue = [each for each in queue if not begins and each.step >= at]
            yield from self._tell(now)
            yield from self._tell_row(row)
            if begins:
                queue = self._read_numbers()
        yield from self._tell(queue)

    def _read_numbers(self) -> list[Step | Measured]:
        """What has come of the present segment."""
        rows = self._metrics.look() if self._metrics else []
        return [*(each for each in map(step_of, rows) if each is not None), *self._read_measures()]

    def _read_measures(self) -> list[Measured]:
        """Those of a segment that the journal has not come to are kept; what was left behind is not told."""
        now, begun = self.course.segment, self.course.step
        rows = [(row.get("segment", now), row) for row in (*self._unmeasured, *self._measures.look())]
        self._unmeasured = [row for segment, row in rows if segment > now]
        there = [row for segment, row in rows if segment == now or (segment < now and row["step"] <= begun)]
        return [each for row in there if (each := measured_of(row)) is not None]

    def _tell(self, events: list[Step | Measured]) -> Iterator[Event]:
        """Numbers and measures by step, what the watchdog says of each, and knobs where they are turned."""
        for event in sorted(events, key=lambda each: each.step):
            while self._waiting and self._waiting[0][0] <= event.step:
                step, changes = self._waiting.pop(0)
                yield KnobTurned(step, changes)
                self._turn(step)
            if isinstance(event, Step):
                self._step, self._last = event.step, event
            yield event
            verdict = self._watchdog.add(event) if self._watchdog else None
            if verdict is not None:
                yield Judged(event.step, verdict)

    def _tell_row(self, row: Row) -> Iterator[Event]:
        """What happened by a line of the journal. Raises RunError if the run failed."""
        course, before = self.course, self.course.segment
        course.note(row)
        if course.session is None:
            return  # of a training before the one that is waited for
        if course.segment != before:
            self._metrics = Tail(self._metrics_file())
            if row["event"] not in ("started", "resumed"):
                self._go_back(course.step)
        match row:
            case {"event": "started" | "resumed", "segment": int(), "step": int() as step}:
                yield from self._begin(step)
            case {
                "event": "returned",
                "step": int() as step,
                "left": int() as left,
                "changes": dict() as changes,
            }:
                yield Returned(step, left, changes, row.get("automatic") is True)
            case {"event": "memory", "step": int() as step, "parts": int() as parts}:
                yield MemoryShort(step, parts)
            case _ if (mishap := mishap_of(row)) is not None:
                yield mishap
            case {"event": "paused", "step": int() as step}:
                yield Paused(step)
            case {"event": "resumed", "step": int() as step}:
                yield Resumed(step)
            case {"event": "knob", "step": int() as step, "changes": dict() as changes}:
                self._waiting = course.turns_after(self._step)
                if step <= self._step:  # it has come after the numbers that it acted on
                    yield KnobTurned(step, changes)
                    self._turn(self._step)

    def _begin(self, step: int) -> Iterator[Event]:
        """A training has begun at a step, or is found to be there."""
        self._settling = 0
        self._go_back(step)
        yield self._started(step)
        if self._watchdog is not None and self._watchdog.verdict.kind != "learning":
            yield Judged(step, self._watchdog.verdict)

    def _go_back(self, step: int) -> None:
        """What comes next comes after this step; what there is of later ones is void."""
        self._step, self._last = step, None
        self._grids.step = self._checkpoints.step = step or -1  # the faces of step 0 are still to come
        self._waiting = self.course.turns_after(step)
        run = self._known_run
        if run.config.watchdog == "off":
            return
        self._watchdog = Watchdog(run.config, self.course.images)
        with suppress(OSError, TypeError):  # a file that is being replaced: judged by what comes then
            story = (event for event in replay.story(run) if event.step <= step)
            for _ in replay.verdicts(self._watchdog, story, run.config, self.course.turns):
                pass
        self._turn(step)

    def _turn(self, step: int) -> None:
        """The watchdog's advice starts from the settings that are in force."""
        config = self._known_run.config
        if self._watchdog is not None:
            with suppress(ConfigError):  # of another version of this program
                self._watchdog.turn(knobs.settled(config, self.course.turns, step))

    def _started(self, step: int) -> Started:
        began, config = self.course.began, self._known_run.config
        steps_per_epoch = max(1, self.course.images // config.batch_size)
        whole = duration(config, steps_per_epoch)
        device, precision = (str(began.get(name, "")) for name in ("device", "precision"))
        return Started(
            step, whole.steps, whole.seconds, steps_per_epoch, device, precision, self.course.images
        )

    # Pictures, checkpoints, the end

    def _look_at_files(self) -> Iterator[Event]:
        for step, grid, faces in self._grids.look(self._reached):
            yield Samples(step, faces, grid)
        for step, path, _ in self._checkpoints.look(self._reached):
            yield Saved(step, path)

    def _look_at_end(self, last: bool) -> Iterator[Event]:
        end = self.course.end
        if end is None:
            return
        if end["event"] == "failed":
            raise RunError(str(end.get("reason", "The training has failed.")))
        if not last and not self._is_complete(end["step"]) and self._settling < SETTLE_LOOKS:
            self._settling += 1
            return
        self.over = True
        newest = self._checkpoints.newest(end["step"])
        seconds, speed = (self._last.seconds, self._last.images_per_s) if self._last else (0.0, 0.0)
        epoch = end.get("epoch")
        yield Finished(
            "finished" if end["event"] == "finished" else "stopped",
            end["step"],
            epoch if isinstance(epoch, int) else 1,
            seconds,
            speed,
            newest[1] if newest else self._known_run.checkpoint_folder,
        )

    def _is_complete(self, step: int) -> bool:
        """Whether the last numbers and faces before the end are there."""
        logged = step - step % self._known_run.config.log_every
        return max(self._step, self.course.step) >= logged and self._grids.step >= step

    @property
    def _reached(self) -> int:
        """The step that faces and checkpoints can be of; not every step leaves numbers."""
        if self.course.end is not None:
            return int(self.course.end["step"])
        return self._step + self._known_run.config.log_every

    @property
    def _known_run(self) -> Run:
        assert self._run is not None
        return self._run

    def _metrics_file(self) -> Path:
        return self.folder / "metrics" / f"{self.course.segment:06d}.jsonl"

    def _faces(self, path: Path) -> NDArray[np.uint8] | None:
        try:
            return faces_in(path, self._known_run.config.size)
        except RunError:
            return None

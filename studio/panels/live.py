"""The run that trains: where what it tells is to be seen."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from core.events import Judged, KnobTurned, Measured, MemoryShort, Mishap, Returned, Samples, Step
from core.runs import Run
from studio.chronicle import Chronicle
from studio.panels.held import Held, Telling
from studio.panels.monitor import Monitor
from studio.panels.record import Record, alarm_marks
from studio.panels.setup import Setup
from studio.panels.watch import Watch


class LiveRun(QObject):
    """Its numbers and its health are always told; its curves and faces where the monitor shows them.

    While a record is being read nobody knows whose curves come next, so what is told then is held.
    """

    def __init__(
        self, monitor: Monitor, watching: Watch, setup: Setup, reading: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._monitor, self._watching, self._setup, self._reading = monitor, watching, setup, reading
        self._held = Held()
        self._chronicle: Chronicle | None = None
        self.run: Run | None = None
        self.shown: Path | None = None  # the folder of the run that the monitor shows

    @property
    def is_shown(self) -> bool:
        return self.run is not None and self.run.folder == self.shown

    def begin(self, run: Run, record: Record | None, *, tunable: bool = True) -> None:
        """record: the same run as it was before, if it was read. tunable: whether its knobs can be turned."""
        self.run = run
        self._chronicle = record.chronicle if record else Chronicle(run.config)
        if self.shown != run.folder:
            self._monitor.clear(run.config.sample_count)
            self.shown = run.folder
        self._watching.begin(run.config)
        if record:
            self._watching.measure(record.measures)
        if tunable:
            self._setup.show_knobs(self._chronicle.began_with, self._chronicle.turns())

    def end(self) -> None:
        self.run = self._chronicle = None
        self._setup.show_knobs(None)

    @Slot()
    def release(self) -> None:
        """The record is there, or cannot be had: tell what was held."""
        self._held.release(self._monitor, self.shown)

    @Slot(object)
    def add_steps(self, steps: list[Step]) -> None:
        self._monitor.strip.add(steps)
        self._watching.reach(steps[-1].step)
        self._tell(lambda monitor: monitor.add_steps(steps))

    @Slot(object)
    def add_kept(self, grids: list[tuple[int, Path]]) -> None:
        self._tell(lambda monitor: monitor.add_kept(grids))

    @Slot(object)
    def add_samples(self, samples: Samples) -> None:
        self._tell(lambda monitor: monitor.add_samples(samples))

    @Slot(object)
    def add_measured(self, measured: Measured) -> None:
        self._watching.measure([measured])
        self._tell(lambda monitor: monitor.add_measured(measured))

    @Slot(object)
    def show_judged(self, judged: Judged) -> None:
        if self._watching.judge(judged.step, judged.verdict):
            marks = alarm_marks([(judged.step, judged.verdict)])
            self._tell(lambda monitor: monitor.add_marks(marks))

    @Slot(object)
    def show_knob_turned(self, turned: KnobTurned) -> None:
        mark = self._chronicle.turn(turned.step, turned.changes) if self._chronicle else None
        if mark is not None:
            self._setup.show_turned(turned)
            self._tell(lambda monitor: monitor.add_marks([mark]))

    @Slot(object)
    def show_returned(self, returned: Returned) -> None:
        self._watching.start_again()
        if self._chronicle is not None:
            mark = self._chronicle.go_back(returned)
            self._setup.show_returned(self._chronicle.turns())
            self._tell(lambda monitor: monitor.go_back(returned.step, mark))
            self._monitor.note.say(f"{mark.text}.")

    @Slot(object)
    def show_memory_short(self, short: MemoryShort) -> None:
        self._monitor.note.say(
            f"The memory was too small for the whole batch, so since step {short.step:,} each step computes "
            f"it in {short.parts} parts. What is learned stays the same; a step takes a little longer."
        )

    @Slot(object)
    def show_mishap(self, mishap: Mishap) -> None:
        self._monitor.note.say(mishap.sentence)

    def _tell(self, telling: Telling) -> None:
        if self.run is not None and self._reading():
            self._held.keep(self.run.folder, telling)
        elif self.is_shown:
            telling(self._monitor)

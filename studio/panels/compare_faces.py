"""The faces of several runs at the same moment, under one slider."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from studio.jobs import NewestWins
from studio.panels.side_by_side import Align, Course, GridRequest, Grids, SideBySide, read_grids
from studio.parts import ElidedLabel, label, named
from studio.pictures import PictureGrid
from studio.theme import color, theme
from studio.words import span

ACROSS = {2: 2, 4: 2}  # runs in a row, by how many there are; else as many as MOST_ACROSS
MOST_ACROSS = 3
TICKS = 1000  # of the slider, whatever it counts


class CompareFaces(QWidget):
    """`moved(place)` when another moment is shown, `drawn` when its faces are, which a thread reads."""

    moved = Signal(float)
    drawn = Signal()
    message = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        named(self, "compareFaces", "Faces of the runs at the same moment")
        self._runs: SideBySide | None = None
        self._align: Align = "step"
        self._columns: list[_Column] = []
        self._reader = NewestWins(read_grids, self)
        self._reader.result.connect(self._show)
        self._reader.failed.connect(self.message)
        self._reader.failed.connect(self.drawn)
        self._places = QGridLayout()
        self._places.setSpacing(12)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        named(self.slider, "compareSlider", "Which moment of the runs is shown")
        self.slider.setRange(0, TICKS)
        self.slider.setSingleStep(5)
        self.slider.setPageStep(50)
        self.slider.valueChanged.connect(self._scrub)
        self._where = label("", "caption", name="compareWhere", accessible="The moment shown")
        self._where.setMinimumWidth(96)
        self._where.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.slider, 1)
        foot.addWidget(self._where)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._places, 1)
        column.addLayout(foot)
        theme().changed.connect(self._paint)

    def show_runs(self, runs: SideBySide, align: Align) -> None:
        """Other runs, shown at their end; or the same ones read again, shown where they were."""
        before = [each.folder for each in self._columns]
        same = before == [course.compared.run.folder for course in runs.courses]
        self._runs, self._align = runs, align
        if not same:
            for each in self._columns:
                self._places.removeWidget(each)
                each.deleteLater()
            self._columns = [_Column(at, course) for at, course in enumerate(runs.courses)]
            across = ACROSS.get(len(self._columns), MOST_ACROSS)
            for at in range(MOST_ACROSS):
                self._places.setColumnStretch(at, int(at < across))
            for at, each in enumerate(self._columns):
                self._places.addWidget(each, at // across, at % across)
            with QSignalBlocker(self.slider):
                self.slider.setValue(TICKS)
        self._paint()
        self._scrub()

    def align(self, align: Align) -> None:
        """Lay the runs along each other in another way; the slider stays where it is."""
        self._align = align
        self._scrub()

    def seek(self, place: float) -> None:
        """Show the moment at a place of the curves."""
        if self._runs is not None:
            self.slider.setValue(round(TICKS * place / (self._runs.length(self._align) or 1)))

    def place(self) -> float:
        """The moment shown, as the curves count it."""
        return 0.0 if self._runs is None else self._runs.length(self._align) * self.slider.value() / TICKS

    def close_down(self) -> None:
        """End the thread."""
        self._reader.close()

    @Slot()
    def _scrub(self) -> None:
        runs = self._runs
        if runs is None:
            return
        place = self.place()
        self._where.setText(_told(place, self._align))
        wanted = []
        for column, course in zip(self._columns, runs.courses, strict=True):
            at = course.grid_at(place, self._align)
            column.tell(course, at, place, self._align)
            config = course.compared.run.config
            wanted.append(None if at is None else (course.grids[at][1], config.sample_count))
        self._reader.request(GridRequest(runs, tuple(wanted)))
        self.moved.emit(place)

    @Slot(object)
    def _show(self, grids: Grids) -> None:
        if grids.request.of is self._runs:
            for column, pictures, wanted, gone in zip(
                self._columns, grids.pictures, grids.request.wanted, grids.gone, strict=True
            ):
                column.grid.set_pictures(pictures)
                if pictures is None and gone:
                    column.say("This run was deleted or moved")
                elif pictures is None and wanted is not None:
                    column.say("This grid cannot be read")
            self.drawn.emit()

    @Slot()
    def _paint(self) -> None:
        for each in self._columns:
            each.paint()


class _Column(QWidget):
    """One run: its name in its colour, its faces, and of when they are."""

    def __init__(self, at: int, course: Course) -> None:
        super().__init__()
        self._at = at
        self.folder = course.compared.run.folder
        title = course.compared.title
        self._dot = QLabel()
        self._dot.setFixedSize(10, 10)
        name = ElidedLabel("heading", name=f"compareName{at}", accessible="Run", middle=True)
        name.setText(course.name)
        name.setToolTip(title)
        self._caption = ElidedLabel("caption", name=f"compareCaption{at}", accessible=f"Step of {title}")
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._dot)
        head.addWidget(name, 1)
        self.grid = PictureGrid(selectable=False)
        named(self.grid, f"compareGrid{at}", f"Faces of {title}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._caption)
        column.addWidget(self.grid, 1)

    def tell(self, course: Course, at: int | None, place: float, align: Align) -> None:
        """Of when the faces are, and whether the run was over by then."""
        if at is None:
            self.say("No faces yet" if course.grids else "This run has drawn no faces")
            return
        step = course.grids[at][0]
        words = [f"Step {step:,}"]
        if course.timed:
            words.append(span(float(course.place(step, "time"))))
        if place > float(course.place(course.last_step, align)) * 1.001:
            words.append("it ended here")
        self.say(" · ".join(words))

    def say(self, words: str) -> None:
        self._caption.setText(words)

    def paint(self) -> None:
        self._dot.setStyleSheet(f"background: {color(f'run_{self._at + 1}').name()}; border-radius: 5px;")


def _told(place: float, align: Align) -> str:
    match align:
        case "step":
            return f"Step {place:,.0f}"
        case "time":
            return f"After {span(place)}"
        case _:
            return f"{place:.0f} % of each run"

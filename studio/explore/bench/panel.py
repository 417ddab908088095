"""The bench below the face: one page for each thing that is made of several faces or moments."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from studio.explore.bench.arithmetic import ArithmeticPage
from studio.explore.bench.copies import CopiesPage
from studio.explore.bench.corners import CornersPage
from studio.explore.bench.favourites import FavouritesPage
from studio.explore.bench.morph_timeline import MorphTimeline
from studio.explore.bench.photo import PhotoPage
from studio.explore.bench.time_strip import TimeStrip
from studio.explore.exploration import Exploration
from studio.parts import Card, Segmented, named

HEIGHT = 204


class BenchPage(Protocol):
    """A QWidget. It decodes nothing while it is hidden."""

    TITLE: str  # of its tab
    NAME: str  # object name of its tab

    def __call__(self, exploration: Exploration) -> QWidget: ...


PAGES: tuple[BenchPage, ...] = (
    TimeStrip,
    FavouritesPage,
    MorphTimeline,
    ArithmeticPage,
    CornersPage,
    PhotoPage,
    CopiesPage,
)
Some = TypeVar("Some", bound=QWidget)


class Bench(Card):
    """Tabs and pages; only the page in front is shown, so only it decodes."""

    def __init__(self, exploration: Exploration, kinds: Sequence[BenchPage]) -> None:
        super().__init__(margin=12)
        named(self, "bench", "Workbench for several faces")
        self._tabs = Segmented([(kind.NAME, kind.TITLE) for kind in kinds], "What the workbench is for")
        self._pages = QStackedWidget()
        for kind in kinds:
            self._pages.addWidget(kind(exploration))
        row = QHBoxLayout()
        row.addWidget(self._tabs)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(self._pages, 1)
        self.setFixedHeight(HEIGHT)
        self._tabs.chosen.connect(self.show_page)

    def page(self, kind: type[Some]) -> Some:
        """The page of a class. Raises StopIteration if there is none."""
        pages = (self._pages.widget(at) for at in range(self._pages.count()))
        return next(each for each in pages if isinstance(each, kind))

    def turn_to(self, kind: type[Some]) -> Some:
        """The page of a class, in front."""
        page = self.page(kind)
        self.show_page(self._pages.indexOf(page))
        return page

    @Slot(int)
    def show_page(self, index: int) -> None:
        self._tabs.choose(index)
        self._pages.setCurrentIndex(index)

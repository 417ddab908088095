"""The left column of the Train workspace: pictures, recipe, and the buttons that set it all going."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.config import Config
from core.data.cache import PictureCache
from core.errors import ConfigError
from core.events import KnobTurned
from core.knobs import Turn
from studio.letters import Order
from studio.panels.forecast import ForecastBar
from studio.panels.knobs import KnobsCard
from studio.panels.recipe import RecipeCard
from studio.panels.source import SourceCard
from studio.parts import Button, Segmented
from studio.preparation import Preparation, Wanted
from studio.settings import Settings
from studio.words import count, plain

if TYPE_CHECKING:  # at run time it would bring torch along
    from core.devices import Device

WIDTH = 336
THIS_RUN, NEXT_RUN = range(2)


class Setup(QWidget):
    """What to train; while a run trains, what can be changed about it, and what to train next.

    The pictures are prepared while they are being looked at. `changed` after every edit; `source_chosen` when
    the person takes another source; `prepared(PictureCache)` or `unusable` when it is known what the source
    holds; `knobs_changed(dict)` when settings of the run that trains shall be others.
    """

    changed = Signal()
    source_chosen = Signal()
    prepared = Signal(object)
    unusable = Signal()
    progress = Signal(object)  # core.data.prepare.Progress
    knobs_changed = Signal(object)  # dict[str, object]

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.cache: PictureCache | None = None  # of the chosen source, once it is prepared
        self.source = SourceCard()
        self.recipe = RecipeCard()
        self.knobs = KnobsCard()
        self.views = Segmented((("thisRunView", "This run"), ("nextRunView", "Next run")), "Settings of")
        self.views.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.forecast = ForecastBar()
        self.start = Button("Start", "startButton", kind="primary", icon_name="play")
        self.pause = Button("Pause", "pauseButton", icon_name="pause")
        self.stop = Button("Stop", "stopButton", icon_name="stop")
        self._preparation = Preparation(self)
        self._lay_out()
        self._preparation.progress.connect(self.source.show_progress)
        self._preparation.progress.connect(self.progress)
        self._preparation.ready.connect(self._ready)
        self._preparation.failed.connect(self._failed)
        self.source.chosen.connect(self._choose)
        self.source.offer(settings.recent, settings.source)
        if settings.preset:
            with QSignalBlocker(self.recipe):
                self.recipe.choose(settings.preset, settings.values)
        self.recipe.changed.connect(self.look)
        self.recipe.changed.connect(self.changed)
        self.recipe.changed.connect(self.forecast.forget)
        self.forecast.wanted.connect(self._forecast)
        self.views.chosen.connect(self._show_view)
        self.knobs.changed.connect(self.knobs_changed)
        self.start.installEventFilter(self)
        self.show_knobs(None)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setProperty("scrolled", True)
        cards = QVBoxLayout(inside)
        cards.setContentsMargins(16, 16, 6, 16)
        cards.setSpacing(16)
        for card in (self.source, self.recipe, self.knobs):
            cards.addWidget(card)
        cards.addStretch(1)
        self._scroll = scroll = QScrollArea()
        scroll.setObjectName("setupScroll")
        scroll.setAccessibleName("Pictures and recipe")
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rule = QFrame()
        rule.setProperty("rule", True)
        head = QVBoxLayout()
        head.setContentsMargins(16, 16, 16, 0)
        head.addWidget(self.views)
        self._head = QWidget()
        self._head.setLayout(head)
        self._trial = QWidget()
        trial = QVBoxLayout(self._trial)
        trial.setContentsMargins(16, 12, 16, 0)
        trial.addWidget(self.forecast)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(16, 12, 16, 16)
        buttons.setSpacing(8)
        for button, share in ((self.start, 2), (self.pause, 1), (self.stop, 1)):
            button.setMinimumHeight(36)
            buttons.addWidget(button, share)
        self.setFixedWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(scroll, 1)
        column.addWidget(rule)
        column.addWidget(self._trial)
        column.addLayout(buttons)

    def show_knobs(self, config: Config | None, turns: Sequence[Turn] = ()) -> None:
        """The settings of a run that begins to train; None when none trains: the next run's alone.

        turns: what has been changed of them already, as `core.knobs.history` gives it.
        """
        self.knobs.show_run(config, turns)
        self._head.setVisible(config is not None)
        self._trial.setVisible(config is None)
        self.views.choose(THIS_RUN)
        self._show_view()

    @Slot(object)
    def show_turned(self, turned: KnobTurned) -> None:
        """What was asked for acts now."""
        self.knobs.turn(turned.step, turned.changes)

    def show_returned(self, turns: Sequence[Turn]) -> None:
        """turns: the changes in force since the run went back."""
        self.knobs.go_back(turns)

    @Slot(str)
    def refuse_knobs(self, sentence: str) -> None:
        """What was asked for last cannot be."""
        self.knobs.refuse(sentence)

    def name_recipe(self, beside_a_run: bool) -> None:
        """Say that the recipe is the next run's where another is on view."""
        self.recipe.heading.setText("Recipe of the next run" if beside_a_run else "Recipe")

    def order(self) -> Order:
        """A new run as it is set up. Raises ConfigError."""
        return Order(
            self.recipe.config(), self.source.source(), self.recipe.preset_name(), self.recipe.device_name()
        )

    @property
    def preparing(self) -> bool:
        """Whether the pictures are being looked at and prepared now, on every core."""
        return self._preparation.busy

    def why_not(self) -> str:
        """Why no run can start from this; empty if one can."""
        if self.recipe.form.problem():
            return self.recipe.form.problem()
        if self.cache is None and not self.preparing:
            return "Choose pictures first."
        return ""

    def promise(self) -> tuple[str, str]:
        """What Start would do, as a title and a sentence."""
        if self.recipe.form.problem():
            return "A setting needs attention", self.recipe.form.problem()
        if self.cache is not None:
            config = self.recipe.config()
            unit = config.duration_unit if config.duration != 1 else config.duration_unit.removesuffix("s")
            return (
                "Ready",
                f"Start trains on {count(len(self.cache), 'picture')} for {plain(config.duration)} {unit}",
            )
        if self.preparing:
            return "Looking at the pictures", "You can press Start already; it waits for them"
        return "No pictures yet", "Choose a source on the left"

    def remember(self) -> None:
        """Keep the choices for the next time."""
        self._settings.remember_source(self.source.source())
        self._remember_form()
        self._settings.device = self.recipe.device_name()

    def remember_touched(self) -> None:
        """Keep what the person has changed; a default of this version must not outlive it."""
        if self.recipe.touched and not self.recipe.form.problem():
            self._remember_form()
        if self.recipe.device_touched:
            self._settings.device = self.recipe.device_name()

    def _remember_form(self) -> None:
        # An untouched preset is kept by its name, so that a better one of a later version takes effect.
        values = self.recipe.form.values() if self.recipe.modified() else {}
        self._settings.remember_form(str(self.recipe.preset.currentData()), values)

    def offer_devices(self, devices: Sequence["Device"], default_preset: str) -> None:
        """The devices that were found; the preset follows them if none was ever chosen."""
        self.recipe.offer_devices(devices, self._settings.device)
        if not self._settings.preset and not self.recipe.touched and not self.recipe.modified():
            self.recipe.choose(default_preset)

    def shut_down(self) -> None:
        self._preparation.close()
        self.forecast.shut_down()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A forecast is of what Start would do, and never beside a training.
        if event.type() in (QEvent.Type.EnabledChange, QEvent.Type.ToolTipChange):
            self._allow_forecast()
        return False

    def _allow_forecast(self) -> None:
        if not self.start.isEnabled():
            self.forecast.cancel()
            self.forecast.allow(self.start.toolTip())
        else:
            self.forecast.allow("" if self.cache is not None else "The pictures are being prepared.")

    @Slot()
    def _forecast(self) -> None:
        if self.cache is not None:
            device, *_ = self.recipe.device_name().split(",")  # of several the first tells the least
            self.forecast.begin(self.recipe.config(), self.cache, device)

    @Slot()
    def _show_view(self) -> None:
        this = self.knobs.running and self.views.current() == THIS_RUN
        focus = QApplication.focusWidget()
        if focus is not None and self._scroll.isAncestorOf(focus):
            focus.clearFocus()  # else it would wander to a control whose keys the person does not mean
        self.source.setVisible(not this)
        self.recipe.setVisible(not this)
        self.knobs.setVisible(this)
        self._scroll.verticalScrollBar().setValue(0)

    @Slot()
    def look(self) -> None:
        """Prepare the chosen source, so that it can be seen."""
        try:
            config = self.recipe.config()
        except ConfigError:
            return
        wanted = Wanted(self.source.source(), config.size, config.color, config.crop)
        if self._preparation.request(wanted):
            self.cache = None
            self.source.show_waiting()
            self._allow_forecast()
            self.changed.emit()

    @Slot(str)
    def _choose(self, text: str) -> None:
        self._settings.remember_source(text)
        self._preparation.cancel()  # the same source once more is looked at anew: it may hold other pictures
        self.cache = None
        self.forecast.forget()
        self.source_chosen.emit()
        self.look()

    @Slot(object)
    def _ready(self, cache: PictureCache) -> None:
        self.cache = cache
        self.source.show_cache(cache)
        self._allow_forecast()
        self.prepared.emit(cache)
        self.changed.emit()

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._preparation.cancel()  # so that the same source may be tried again
        self.source.show_error(sentence)
        self.unusable.emit()
        self.changed.emit()

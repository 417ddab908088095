"""The left column of the Train workspace: pictures, recipe, and the buttons that set it all going."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.data.cache import PictureCache
from core.errors import ConfigError
from studio.panels.recipe import RecipeCard
from studio.panels.source import SourceCard
from studio.parts import Button
from studio.preparation import Preparation, Wanted
from studio.session import Order
from studio.settings import Settings
from studio.words import count, plain

if TYPE_CHECKING:  # at run time it would bring torch along
    from core.devices import Device

WIDTH = 336


class Setup(QWidget):
    """What to train. The pictures are prepared while they are being looked at.

    `changed` after every edit; `source_chosen` when the person takes another source; `prepared(PictureCache)`
    or `unusable` when it is known what the source holds.
    """

    changed = Signal()
    source_chosen = Signal()
    prepared = Signal(object)
    unusable = Signal()
    progress = Signal(object)  # core.data.prepare.Progress

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.cache: PictureCache | None = None  # of the chosen source, once it is prepared
        self.source = SourceCard()
        self.recipe = RecipeCard()
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
        rule = QFrame()
        rule.setProperty("rule", True)
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
        column.addWidget(scroll, 1)
        column.addWidget(rule)
        column.addLayout(buttons)

    def order(self) -> Order:
        """A new run as it is set up. Raises ConfigError."""
        return Order(
            self.recipe.config(), self.source.source(), self.recipe.preset_name(), self.recipe.device_name()
        )

    def why_not(self) -> str:
        """Why no run can start from this; empty if one can."""
        if self.recipe.form.problem():
            return self.recipe.form.problem()
        if self.cache is None and not self._preparation.busy:
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
        if self._preparation.busy:
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
            self.changed.emit()

    @Slot(str)
    def _choose(self, text: str) -> None:
        self._settings.remember_source(text)
        self._preparation.cancel()  # the same source once more is looked at anew: it may hold other pictures
        self.cache = None
        self.source_chosen.emit()
        self.look()

    @Slot(object)
    def _ready(self, cache: PictureCache) -> None:
        self.cache = cache
        self.source.show_cache(cache)
        self.prepared.emit(cache)
        self.changed.emit()

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._preparation.cancel()  # so that the same source may be tried again
        self.source.show_error(sentence)
        self.unusable.emit()
        self.changed.emit()

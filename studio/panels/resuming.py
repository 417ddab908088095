"""Going on with a run: from where it ended, for longer, or from its best checkpoint."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.runs import Run
from studio.letters import Order
from studio.panels.extend import ExtendDialog
from studio.panels.setup import Setup


class Resuming(QObject):
    """`ordered(Order)` when it is known how a run goes on."""

    ordered = Signal(object)

    def __init__(self, setup: Setup, over: QWidget) -> None:
        super().__init__(over)
        self._setup, self._over = setup, over

    def ask_longer(self, run: Run) -> None:
        """A run that has had its time is asked for more."""
        dialog = ExtendDialog(run, self._over.window())
        dialog.chosen.connect(partial(self.go_on, run))
        dialog.open()

    def go_on(
        self, run: Run, duration: float | None = None, go_back: Mapping[str, object] | None = None
    ) -> None:
        """duration: another total. go_back: from the best checkpoint, with these settings changed."""
        config = run.config if duration is None else run.config.replace(duration=duration)
        source, chosen = run.source, self._setup.source.source()
        cache = self._setup.cache
        if cache is not None and cache.digest == run.source_digest:
            source = chosen  # the same pictures, which may have been moved since
        device = self._setup.recipe.device_name()
        self.ordered.emit(
            Order(config, source, run.preset, device, resume=run.folder, instead=chosen, go_back=go_back)
        )

"""From the first look to the whole window: what is not seen at first is built once the rest is painted."""

import gc

from PySide6.QtCore import QEvent, QObject, QTimer, Slot

from studio.window import MainWindow

BREATH_MS = 15  # between two pieces, so that what a click has changed is painted before the next


class Start(QObject):
    """Builds the rest of a window in pieces, between which clicks are answered, and then warms torch up."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._pieces = window, window.build()
        self._next = QTimer(self)
        self._next.setInterval(BREATH_MS)
        self._next.timeout.connect(self._go_on)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self._next.start()
        return False

    @Slot()
    def _go_on(self) -> None:
        if not self._window.isVisible():  # closed already: nobody would end what is built now
            self._next.stop()
        elif next(self._pieces, None) is None:
            self._next.stop()
            if not gc.isenabled():  # as `run` left it; what is there by now stays, and need not be searched
                gc.freeze()
                gc.enable()
            self._window.warm_up()

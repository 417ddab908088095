"""Telling when a widget's painting has reached the screen, from outside."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QWidget

_AFTER = QEvent.Type(QEvent.registerEventType())


class Painted(QObject):
    """Calls `done` after each painting of a widget: the event that it posts meanwhile is delivered once the
    window has been painted as a whole and handed to the system.
    """

    def __init__(self, widget: QWidget, begun: Callable[[], object], done: Callable[[], object]) -> None:
        """begun: called before the widget paints, to note what it shows."""
        super().__init__(widget)
        self._begun, self._done = begun, done
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._begun()
            QCoreApplication.postEvent(self, QEvent(_AFTER))
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == _AFTER:
            self._done()
            return True
        return super().event(event)

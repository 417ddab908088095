"""One QApplication, its look, its last line of defence against errors, and the window."""

import sys
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication

from studio.dialogs import Question
from studio.faults import sentence, start_log
from studio.settings import Settings
from studio.start import Start
from studio.theme import install
from studio.window import MainWindow

# A thread that computes lets go of Python only after this long, and every paint event asks for it dozens of
# times. With Python's own 5 ms, training and reading a long run made one click in a hundred wait 20 to 70 ms.
SWITCH_S = 0.0005


def build() -> tuple[QApplication, MainWindow]:
    """The application, the existing one if there is one, and a new window."""
    sys.setswitchinterval(SWITCH_S)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    app.setApplicationName("DCGAN Studio")
    app.setDesktopFileName("dcgan-studio")
    start_log()
    with install(app).undressed():
        window = MainWindow(Settings())
    Start(window)
    _watch_exceptions(window)
    return app, window


class _ExceptionBox(QObject):
    """Shows one calm dialog for an error that nothing else caught, from whatever thread it comes."""

    raised = Signal(str)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._open = False
        self.raised.connect(self._show, Qt.ConnectionType.QueuedConnection)

    @Slot(str)
    def _show(self, text: str) -> None:
        if self._open:  # an error in a timer would otherwise bring a dialog thirty times a second
            return
        self._open = True
        note = Question(
            self._window,
            "errorDialog",
            "Something unexpected went wrong",
            f"{text} You can go on working; a training that is under way is not affected.",
            yes=("closeErrorDialogButton", "Close"),
        )
        note.finished.connect(self._closed)
        note.open()

    @Slot()
    def _closed(self) -> None:
        self._open = False


def _watch_exceptions(window: MainWindow) -> None:
    box = _ExceptionBox(window)

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        box.raised.emit(sentence(error.with_traceback(trace)))

    sys.excepthook = report

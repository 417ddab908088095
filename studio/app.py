"""The way into the window. Qt is imported inside, because the import itself fails on a bare server."""

import gc
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.display import display_trouble

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from studio.window import MainWindow


def run(argv: Sequence[str]) -> int:
    """Open the window and stay until it is closed. 2, with one line on stderr, where none can open."""
    trouble = display_trouble()
    if trouble:
        sys.stderr.write(trouble + "\n")
        return 2
    gc.disable()  # until all is built: looking for garbage, of which there is none, was a tenth of the start
    app, window = begin(argv)
    window.show()
    status = app.exec()
    # A job that delivers into an application that is being taken down would end the program with a crash.
    from studio.jobs import wait_for_all

    wait_for_all()
    return status


def create(argv: Sequence[str]) -> "tuple[QApplication, MainWindow]":
    """The application and its whole window, not shown and without entering the event loop.

    argv: as for `begin`.
    """
    app, window = begin(argv)
    for _ in window.build():
        pass
    return app, window


def begin(argv: Sequence[str]) -> "tuple[QApplication, MainWindow]":
    """The application and as much of its window as is seen at first; the rest is built when that is painted.

    argv: the arguments without the program's name; the first that is no flag is a source to choose, and
    --cartoons chooses the built-in one.
    """
    from studio.application import build

    app, window = build()
    source = "cartoons" if "--cartoons" in argv else next((each for each in argv if each[:1] != "-"), "")
    if source:
        window.show_workspace(0)
        window.train.choose_source(source)
    return app, window

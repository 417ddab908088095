"""The answers of a folder, read and written in threads: in order, and with what others have answered."""

import threading
from collections.abc import Sequence
from pathlib import Path

from core.directions.teaching import Answer, keep_answers, read_answers

_books: dict[Path, "AnswerBook"] = {}


def book_of(folder: Path) -> "AnswerBook":
    """The one book of a folder. Call it from the GUI thread."""
    return _books.setdefault(folder, AnswerBook(folder))


class AnswerBook:
    """Whoever reads waits until all that was put before is written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changed = threading.Condition()
        self._waiting: dict[str, list[Answer]] = {}
        self._writing = False

    def read(self) -> dict[str, list[Answer]]:
        """All answers by the attribute's name, for a thread. Raises StudioError; a second call may do."""
        with self._changed:
            self._changed.wait_for(lambda: not self._writing)
        return read_answers(self._folder)

    def put(self, name: str, answers: Sequence[Answer]) -> bool:
        """Have these answers for one attribute; returns at once.

        True: a thread must now call `write`. Else there is one that will write these, too.
        """
        with self._changed:
            self._waiting[name] = list(answers)
            begun, self._writing = self._writing, True
        return not begun

    def write(self) -> None:
        """Write until nothing waits any more, for a thread. Answers for other attributes stay as they are.

        Raises StudioError if the folder cannot be written.
        """
        try:
            while wanted := self._take():
                for name, answers in wanted.items():
                    keep_answers(self._folder, name, answers)
        except BaseException:
            self._stop()
            raise

    def _take(self) -> dict[str, list[Answer]]:
        with self._changed:
            wanted, self._waiting = self._waiting, {}
            if not wanted:
                self._writing = False
                self._changed.notify_all()
            return wanted

    def _stop(self) -> None:
        with self._changed:
            self._writing = False
            self._changed.notify_all()

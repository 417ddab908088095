"""Teaching an attribute: the person answers yes or no for shown faces until a direction is known."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget

from core.directions.attributes import FEWEST
from core.directions.direction import Direction
from core.directions.teaching import Answer, learn_from, next_seed
from core.keepsakes.store import Keepsakes
from core.latent import z_of_seed
from studio.explore.exploration import Exploration, Faces, Trouble
from studio.explore.teaching.answer_book import book_of
from studio.explore.teaching.certainty import certainty, percent
from studio.explore.teaching.teach_pages import AskPage, NamePage
from studio.jobs import run_job
from studio.parts import named


class TeachDialog(QDialog):
    """First a name, then faces. Every answer is written at once, so closing loses nothing.

    `learned(Direction)` when the person saves what was learned.
    """

    learned = Signal(object)

    def __init__(self, exploration: Exploration, parent: QWidget) -> None:
        super().__init__(parent)
        assert exploration.subject is not None
        named(self, "teachDialog", "Teach an attribute")
        self.setWindowTitle("Teach an attribute")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(800, 540)
        self._exploration = exploration
        self._folder = exploration.subject.home
        self._latent_dim = exploration.latent_dim
        self._book = book_of(self._folder)
        self._all: dict[str, list[Answer]] | None = None  # by attribute, until they are read
        self._name = ""
        self._seed = 0
        self._direction: Direction | None = None  # of what was answered up to some moment ago
        self._known: list[Answer] = []  # what it was learned from
        self._learning = False
        self._line = exploration.line(0, truncated=False)  # the plain face, so that all of it can be judged

        self._naming, self._asking = NamePage(), AskPage()
        self._pages = QStackedWidget()
        for page in (self._naming, self._asking):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.addWidget(self._pages)
        self._wire()
        run_job(self, self._book.read, self._take_answers, self._take_none)

    def _wire(self) -> None:
        self._naming.given.connect(self._begin)
        self._naming.closed.connect(self.reject)
        self._asking.answered.connect(self._answer)
        self._asking.back.connect(self._go_back)
        self._asking.saved.connect(self._save)
        self._asking.closed.connect(self.reject)
        self._asking.resized.connect(self._ask)
        self._line.ready.connect(self._show)
        self._line.troubled.connect(self._tell)
        self._exploration.opened.connect(self.reject)
        self.finished.connect(self._leave)
        keys: dict[str, Callable[[], None]] = {
            "Y": lambda: self._answer(True),
            "N": lambda: self._answer(False),
            "S": lambda: self._answer(None),
            "Backspace": self._go_back,
        }
        for key, act in keys.items():
            shortcut = QShortcut(QKeySequence(key), self._asking)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _take_answers(self, found: dict[str, list[Answer]]) -> None:
        self._all = found
        self._naming.offer({name: _told(some) for name, some in found.items()})
        if self._name:
            self._begin(self._name)

    def _take_none(self, sentence: str) -> None:
        self._naming.say(sentence)
        self._take_answers({})

    @property
    def _answers(self) -> list[Answer]:
        assert self._all is not None
        return self._all[self._name]

    @Slot(str)
    def _begin(self, name: str) -> None:
        """Ask about faces; as soon as the answers of before are read."""
        self._name = name
        if self._all is None:
            return
        self._all.setdefault(name, [])
        self._asking.begin(name)
        self._pages.setCurrentWidget(self._asking)
        self._next()
        self._learn()

    @Slot(object)
    def _answer(self, yes: bool | None) -> None:
        if not self._asking.asking:
            return
        moment = self._exploration.moment
        self._answers.append(Answer(self._seed, yes, moment.step if moment else None))
        self._keep()
        self._next()
        self._learn()

    @Slot()
    def _go_back(self) -> None:
        if not self._answers:
            return
        self._seed = self._answers.pop().seed
        self._keep()
        self._ask()
        self._learn()

    def _keep(self) -> None:
        if self._book.put(self._name, self._answers):
            run_job(self, self._book.write, lambda _: self._asking.complain(""), self._asking.complain)

    def _next(self) -> None:
        self._seed = next_seed(self._answers, self._latent_dim, self._direction)
        self._ask()

    @Slot()
    def _ask(self) -> None:
        if self._name:
            self._asking.asking = False
            z = z_of_seed(self._seed, self._latent_dim)
            self._line.ask(z, side_px=self._asking.face.side_px())

    @Slot(object)
    def _show(self, faces: Faces) -> None:
        self._asking.show_face(None if faces.enlarged is None else faces.enlarged[0])

    @Slot(object)
    def _tell(self, trouble: Trouble) -> None:
        self._asking.complain(trouble.sentence)

    # Learning, while the person goes on answering

    def _learn(self) -> None:
        self._report()
        told = [each for each in self._answers if each.yes is not None]
        yes, no = _told(told)
        if min(yes, no) < FEWEST:
            self._direction, self._known = None, []
            self._report()
        elif not self._learning and told != self._known:
            self._learning = True
            name, latent_dim = self._name, self._latent_dim
            run_job(self, lambda: (told, learn_from(told, latent_dim, name)), self._learned, self._unlearned)

    def _learned(self, result: tuple[list[Answer], Direction]) -> None:
        self._learning = False
        self._known, self._direction = result
        self._learn()  # answers may have come in meanwhile

    def _unlearned(self, sentence: str) -> None:
        self._learning = False
        self._asking.complain(sentence)

    def _report(self) -> None:
        told = [each for each in self._answers if each.yes is not None]
        yes, no = _told(told)
        self._asking.show_counts(yes, no, len(self._answers) - len(told))
        direction = self._direction
        if min(yes, no) < FEWEST:
            missing = f"{max(0, FEWEST - yes)} more yes and {max(0, FEWEST - no)} more no"
            self._asking.show_certainty("", f"After {missing} you can see how well it is learned.", "neutral")
        elif direction is None or direction.accuracy is None:
            self._asking.show_certainty("", "Learning from your answers…", "neutral")
        else:
            tone = "good" if direction.better_than_chance else "warn"
            advice = "" if direction.better_than_chance else " More answers may settle it."
            self._asking.show_certainty(percent(direction.accuracy), certainty(direction) + advice, tone)
        self._asking.allow_save(direction is not None and told == self._known)

    @Slot()
    def _save(self) -> None:
        if self._direction is not None:
            self._asking.allow_save(False)
            keepsakes, direction = Keepsakes(self._folder), self._direction
            run_job(self, lambda: keepsakes.replace(direction), self._saved, self._asking.complain)

    def _saved(self, kept: Direction) -> None:
        self.learned.emit(kept)
        self.accept()

    @Slot()
    def _leave(self) -> None:
        self._line.close()


def _told(answers: list[Answer]) -> tuple[int, int]:
    """How many are yes, and how many no."""
    return sum(each.yes is True for each in answers), sum(each.yes is False for each in answers)

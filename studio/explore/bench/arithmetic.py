"""Arithmetic with faces: A - B + C, each the mean of one or more, as in the DCGAN paper."""

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core import latent
from core.arithmetic import CENTRE, combine, neighbourhood
from studio.explore.bench.block import FaceBlock
from studio.explore.bench.page import Page
from studio.explore.bench.tray import FaceTray
from studio.explore.collection import Collection
from studio.explore.exploration import Exploration, Vector
from studio.explore.stage.gallery import random_seed
from studio.parts import HelpDot, IconButton, label

RESULT_PX = 144  # about as much as the page is high
MOST = 9  # faces of a term; the paper takes three
EXAMPLES = ("Have it: smiling women", "Have it not: other women", "Shall get it: men")


class Term(QWidget):
    """One letter: its faces and their mean."""

    def __init__(self, exploration: Exploration, letter: str, example: str) -> None:
        super().__init__()
        self._exploration = exploration
        self.faces = Collection(exploration)
        self.tray = FaceTray(
            exploration,
            self.faces,
            f"term{letter}Faces",
            f"Faces of {letter}",
            whole=letter,
            empty=example,
            most=MOST,
            largest=88,
        )
        self._mean = FaceBlock(exploration, f"term{letter}Mean", f"Mean of the faces of {letter}", largest=88)
        self._mean.setToolTip("The mean of these faces' latent vectors. Click to see it large")
        self._add = IconButton("plus", f"term{letter}AddButton", f"Add the current face to {letter}")
        self._random = IconButton("shuffle", f"term{letter}RandomButton", f"Add a random face to {letter}")
        self._caption = label("", "caption", name=f"term{letter}Caption", accessible=f"What {letter} holds")
        self._build(letter)
        self._add.clicked.connect(lambda: self.tray.add(exploration.shown))
        self._random.clicked.connect(self.add_random)
        self.tray.picked.connect(lambda at: exploration.become(self.faces.vectors[at], f"a face of {letter}"))
        self._mean.picked.connect(lambda: exploration.become(self.mean(), f"mean of {letter}"))
        self.faces.changed.connect(self._renew)
        self._renew()

    def _build(self, letter: str) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(label(letter, "value"))
        head.addWidget(self._caption, 1)
        head.addWidget(self._add)
        head.addWidget(self._random)
        body = QHBoxLayout()
        body.setSpacing(8)
        body.addWidget(self.tray, 3)
        body.addWidget(self._mean, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(body, 1)

    def mean(self) -> Vector:
        """(latent_dim,) of at least one face."""
        mean: Vector = np.mean(self.faces.vectors, axis=0, dtype=np.float32)
        return mean

    @Slot()
    def add_random(self) -> None:
        """Put a random face to the others."""
        self.tray.add(latent.z_of_seed(random_seed(), self._exploration.latent_dim)[0])

    @Slot()
    def _renew(self) -> None:
        count = len(self.faces.vectors)
        self._mean.show_vectors((self.mean(),) if count else ())
        self._mean.setVisible(count > 0)
        self._caption.setText("" if count < 2 else f"mean of {count}")
        for button in (self._add, self._random):
            button.setEnabled(not self.tray.full)


class ArithmeticPage(Page):
    """The three terms, what they come to, and the faces around it."""

    TITLE = "Arithmetic"
    NAME = "arithmeticTab"

    def __init__(self, exploration: Exploration) -> None:
        super().__init__(exploration)
        self.terms = [Term(exploration, each, text) for each, text in zip("ABC", EXAMPLES, strict=True)]
        self.result = FaceBlock(exploration, "arithmeticResult", "A minus B plus C", largest=160, sharp=True)
        self.result.setToolTip("A − B + C. Click to make it the current face, drag it to use it elsewhere")
        self.around = FaceBlock(
            exploration, "arithmeticNeighbours", "Faces around the result", columns=3, gap=2
        )
        self.around.setToolTip(
            "The result in the middle, and faces near it. Click one to make it the current face"
        )
        self._anew = IconButton("shuffle", "arithmeticAnewButton", "Other faces around the result")
        self._missing = label("", "muted", name="arithmeticMissing", accessible="What is missing", wrap=True)
        self._missing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._seed = 0
        self._locks = exploration.state.locks
        self._build()
        self._anew.clicked.connect(self._other_neighbours)
        self.result.picked.connect(lambda: self._take(CENTRE))
        self.around.picked.connect(self._take)
        exploration.moved.connect(self._follow)
        for term in self.terms:
            term.faces.changed.connect(self._renew)
        self._renew()
        self.look()

    def _build(self) -> None:
        found = QWidget()
        blocks = QHBoxLayout(found)
        blocks.setContentsMargins(0, 0, 0, 0)
        blocks.setSpacing(12)
        for block in (self.result, self.around):
            block.setFixedWidth(RESULT_PX)
            blocks.addWidget(block)
        self._answer = QStackedWidget()
        self._answer.addWidget(found)
        self._answer.addWidget(self._missing)
        row = QHBoxLayout(self.content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        for sign, term in zip(("", "−", "+"), self.terms, strict=True):
            if sign:
                row.addWidget(label(sign, "title"))
            row.addWidget(term, 1)
        row.addWidget(label("=", "title"))
        row.addWidget(self._answer)
        side = QVBoxLayout()
        help_dot = HelpDot(
            "arithmeticHelp",
            "arithmetic with faces",
            "What A has and B has not is given to C: smiling women − other women + men makes smiling men. "
            "Three faces for each letter work better than one, because what they do not share averages out. "
            "Beside the result are faces near it.",
        )
        side.addWidget(help_dot, 0, Qt.AlignmentFlag.AlignHCenter)
        side.addStretch(1)
        side.addWidget(self._anew)
        row.addLayout(side)

    def empty(self) -> str:
        if self.exploration.usable:
            return ""
        return "Here you will add and subtract faces of a generator. Train or choose a run."

    @Slot()
    def _renew(self) -> None:
        if not all(term.faces.settled for term in self.terms):
            return
        lacking = [letter for letter, term in zip("ABC", self.terms, strict=True) if not term.faces.vectors]
        self._answer.setCurrentIndex(1 if lacking else 0)
        if lacking:
            self._missing.setText(f"{_listed(lacking)} still without a face. Drop some, or press +.")
            self.result.show_vectors(())
            self.around.show_vectors(())
            return
        a, b, c = (np.stack(term.faces.vectors) for term in self.terms)
        nine = tuple(self.exploration.held(neighbourhood(combine(a, b, c), self._seed)))
        self.result.show_vectors((nine[CENTRE],))
        self.around.show_vectors(nine)

    @Slot()
    def _other_neighbours(self) -> None:
        self._seed += 1
        self._renew()

    @Slot(int)
    def _take(self, index: int) -> None:
        self.exploration.become(self.around.vectors[index], "face from A − B + C")

    @Slot()
    def _follow(self) -> None:
        if self.exploration.state.locks is not self._locks:
            self._locks = self.exploration.state.locks
            self._renew()


def _listed(letters: list[str]) -> str:
    """ "A is", "A and B are", "A, B and C are"."""
    if len(letters) == 1:
        return f"{letters[0]} is"
    return f"{', '.join(letters[:-1])} and {letters[-1]} are"

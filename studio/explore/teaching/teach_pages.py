"""What the dialog for teaching an attribute shows: first a name to give, then faces to answer for."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from core.keepsakes.text import LONGEST_NAME
from studio.explore.stage.face import FaceView
from studio.parts import Button, Card, HelpDot, label, named, restyle
from studio.words import count

NAME = Qt.ItemDataRole.UserRole


class NamePage(QWidget):
    """`given(text)` when the person has said what is to be taught, or goes on with what was begun."""

    given = Signal(str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._field = QLineEdit()
        named(self._field, "teachName", "What shall be taught")
        self._field.setPlaceholderText("For example: glasses, smiling, long hair")
        self._field.setMaxLength(LONGEST_NAME)
        self._start = Button("Start", "teachStartButton", kind="primary")
        self._start.setDefault(True)
        self._start.setEnabled(False)
        cancel = Button("Cancel", "teachCancelButton")
        cancel.setAutoDefault(False)
        self._error = label("", "error", name="teachNameError", accessible="What went wrong", wrap=True)
        self._error.hide()
        self._earlier_label = label("Or go on with", "section")
        self._earlier = QListWidget()
        named(self._earlier, "teachEarlier", "Attributes that were begun")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._field, 1)
        row.addWidget(self._start)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(label("Teach the program what you see", "dialog"))
        column.addWidget(
            label(
                "Name something that some faces have and others do not. You then answer yes or no for faces "
                "of this generator, and get a slider that gives a face more or less of it. Some 40 answers "
                "are a good start.",
                "muted",
                wrap=True,
            )
        )
        column.addLayout(row)
        column.addWidget(self._error)
        column.addWidget(self._earlier_label)
        column.addWidget(self._earlier, 1)
        column.addStretch(0)
        column.addLayout(foot)
        self._field.textChanged.connect(lambda text: self._start.setEnabled(bool(text.strip())))
        self._start.clicked.connect(self._take)
        self._earlier.itemActivated.connect(self._go_on)
        self._earlier.itemClicked.connect(self._go_on)
        cancel.clicked.connect(self.closed)
        self._field.setFocus()

    def offer(self, begun: Mapping[str, tuple[int, int]]) -> None:
        """What was begun earlier: yes and no by name."""
        self._earlier.clear()
        for name, (yes, no) in begun.items():
            item = QListWidgetItem(f"{name}   ·   {yes:,} yes, {no:,} no")
            item.setData(NAME, name)
            self._earlier.addItem(item)
        self._earlier.setVisible(bool(begun))
        self._earlier_label.setVisible(bool(begun))

    def say(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.show()

    @Slot()
    def _take(self) -> None:
        self.given.emit(" ".join(self._field.text().split()))

    @Slot(QListWidgetItem)
    def _go_on(self, item: QListWidgetItem) -> None:
        self.given.emit(item.data(NAME))


class AskPage(QWidget):
    """A face, the answers, and how well it is learned so far."""

    answered = Signal(object)  # True, False, or None to pass the face over
    back = Signal()
    saved = Signal()
    closed = Signal()
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.asking = False  # whether the face that is asked about is the one that is shown
        self.face = FaceView("teachFace", "The face to answer for", "Drawing a face…")
        self.face.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.face.setAcceptDrops(False)
        self.face.setToolTip("")
        self.face.unsetCursor()
        self._question = label("", "dialog", name="teachQuestion", wrap=True)
        self._yes = _plain("Yes  (Y)", "teachYesButton", "Yes, this face has it")
        self._no = _plain("No  (N)", "teachNoButton", "No, this face does not have it")
        self._skip = _plain("Skip  (S)", "teachSkipButton", "Pass this face over: it is hard to say")
        self._back = _plain("Back", "teachBackButton", "Take the last answer back (Backspace)")
        self._counts = label("", "caption", name="teachCounts", accessible="Answers so far")
        self._chip = label("", "chip", name="teachAccuracy", accessible="How often it is right")
        self._sentence = label(
            "", "muted", name="teachCertainty", accessible="How well it is learned", wrap=True
        )
        self._error = label("", "error", name="teachError", accessible="What went wrong", wrap=True)
        self._error.hide()
        self._save = _plain("Save slider", "teachSaveButton", "Keep what was learned as a slider", "primary")
        self._close = _plain("Close", "teachCloseButton", "Close; your answers are kept")
        self._lay_out()
        for button, yes in ((self._yes, True), (self._no, False), (self._skip, None)):
            button.clicked.connect(lambda _=False, said=yes: self.answered.emit(said))
        self._back.clicked.connect(self.back)
        self._save.clicked.connect(self.saved)
        self._close.clicked.connect(self.closed)
        self.face.resized.connect(self.resized)

    def _lay_out(self) -> None:
        answers = QHBoxLayout()
        answers.setSpacing(8)
        for button in (self._yes, self._no):
            answers.addWidget(button, 1)
        others = QHBoxLayout()
        others.setSpacing(8)
        for button in (self._skip, self._back):
            others.addWidget(button, 1)
        known = QHBoxLayout()
        known.setSpacing(8)
        known.addWidget(label("Learned so far", "section"))
        known.addWidget(self._chip)
        known.addWidget(
            HelpDot(
                "teachHelp",
                "this percentage",
                "The program learns from four fifths of your answers and guesses the rest, five times over, "
                "so that every face is guessed once. Yes and no count alike: guessing blindly gives 50 %.",
            )
        )
        known.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(self._close)
        foot.addWidget(self._save)
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self._question)
        side.addSpacing(4)
        side.addLayout(answers)
        side.addLayout(others)
        side.addWidget(self._counts)
        side.addSpacing(12)
        side.addLayout(known)
        side.addWidget(self._sentence)
        side.addWidget(self._error)
        side.addStretch(1)
        side.addWidget(label("Every answer is kept: go on whenever you like.", "caption", wrap=True))
        side.addLayout(foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        card = Card(margin=12)  # the face draws a card's surface around itself
        card.body.addWidget(self.face)
        row.addWidget(card, 3)
        row.addLayout(side, 2)

    def begin(self, name: str) -> None:
        self._question.setText(f"{name[:1].upper()}{name[1:]}?")
        self._question.setAccessibleName(f"Does this face have: {name}?")
        self.face.setFocus()

    def show_face(self, picture: NDArray[np.uint8] | None) -> None:
        self.face.show_picture(picture)
        self.asking = picture is not None

    def show_counts(self, yes: int, no: int, skipped: int) -> None:
        self._counts.setText(f"{yes:,} yes · {no:,} no · {skipped:,} skipped")
        self._counts.setAccessibleDescription(count(yes + no + skipped, "answer"))
        self._back.setEnabled(yes + no + skipped > 0)

    def show_certainty(self, percent: str, sentence: str, tone: str) -> None:
        self._chip.setVisible(bool(percent))
        self._chip.setText(percent)
        restyle(self._chip, tone=tone)
        self._sentence.setText(sentence)

    def allow_save(self, allowed: bool) -> None:
        self._save.setEnabled(allowed)

    def complain(self, sentence: str) -> None:
        """Say what went wrong; nothing did if it is empty."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))


def _plain(text: str, name: str, tip: str, kind: str = "") -> Button:
    """A button that Enter does not press from elsewhere."""
    button = Button(text, name, kind=kind, accessible=tip)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button

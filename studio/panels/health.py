"""How the run is doing: one light with words, and behind it the evidence and what usually helps."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.watchdog.verdict import Advice, Verdict
from studio.parts import Button, label, named
from studio.theme import color, theme

DOT_PX = 10
CARD_PX = 400
NOT_WATCHED = Verdict("learning", "Not watched", "The watchdog is switched off for this run.")
BEGINNING = Verdict("learning", "Learning", "It is too early to say how the run is doing.")
TOKENS = {
    "learning": "line_strong",
    "healthy": "good",
    "generator_collapsing": "danger",
    "not_finite": "danger",
}  # all others: warn


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of a run's condition, and what can be done about it."""

    verdict: Verdict
    since: int | None = None  # the step from which it has been so
    last: int | None = None  # the step at which the run stands
    best: int | None = None  # the step of the best checkpoint
    best_words: str = ""  # how good it is
    why_not: str = ""  # why going back is not possible; empty if it is

    def way_back(self, advice: Advice | None) -> str:
        """What a button says that goes back with a change."""
        if self.best is None:
            where = "Go back to the last checkpoint"
        elif self.last is not None and self.best >= self.last:
            where = f"Go on from step {self.best:,}"
        else:
            where = f"Go back to step {self.best:,}"
        if advice is None:
            return where
        return f"{where} and {advice.title[:1].lower()}{advice.title[1:]}"

    @property
    def doubt(self) -> str:
        """What speaks against the best checkpoint, in a sentence; empty if nothing does."""
        if not self.verdict.alarming or self.best is None or self.since is None or self.best < self.since:
            return ""
        return f"The run was already in this trouble at step {self.best:,}, the best so far."


class HealthDot(QLabel):
    """A disc in the colour of a verdict."""

    def __init__(self) -> None:
        super().__init__()
        self._token = "line_strong"
        self.setFixedSize(DOT_PX, DOT_PX)
        theme().changed.connect(self._paint)
        self._paint()

    def show_kind(self, kind: str) -> None:
        self._token = TOKENS.get(kind, "warn")
        self._paint()

    @Slot()
    def _paint(self) -> None:
        self.setPixmap(disc(self._token, self.devicePixelRatioF()))


class Light(Button):
    """The light in the strip; a click opens the card."""

    def __init__(self) -> None:
        super().__init__("", "healthLight", kind="light", accessible="How the run is doing")
        self.setIconSize(QSize(DOT_PX, DOT_PX))
        self._health: Health | None = None
        self._card = HealthCard(self)
        self.returned = self._card.returned
        self.clicked.connect(self._open)
        theme().changed.connect(self._paint)
        self.hide()

    def show_health(self, health: Health | None) -> None:
        """None: there is no run."""
        self._health = health
        self.setVisible(health is not None)
        if health is not None:
            self.setText(health.verdict.title)
            self.setAccessibleName(f"How the run is doing: {health.verdict.title}")
            self.setToolTip(health.verdict.evidence)
            self._card.show_health(health)
            self._paint()

    @Slot()
    def _open(self) -> None:
        self._card.adjustSize()
        self._card.move(self.mapToGlobal(QPoint(0, self.height() + 6)))
        self._card.show()

    @Slot()
    def _paint(self) -> None:
        if self._health is not None:
            token = TOKENS.get(self._health.verdict.kind, "warn")
            self.setIcon(disc(token, self.devicePixelRatioF()))


class HealthCard(QWidget):
    """Evidence, advice and the best checkpoint; `returned(Advice)` when one is to be gone back with."""

    returned = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        named(self, "healthCard", "How the run is doing")
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)  # outside the round corners
        self.setFixedWidth(CARD_PX)
        self._dot = HealthDot()
        self._title = label("", "dialog", name="healthTitle", accessible="Verdict")
        self._since = label("", "caption", name="healthSince", accessible="Since when")
        self._evidence = label("", name="healthEvidence", accessible="Evidence", wrap=True)
        self._helps = label("What usually helps", "section")
        self._best = label("", "caption", name="healthBest", accessible="The best checkpoint", wrap=True)
        self._rule = QFrame()
        self._rule.setProperty("rule", True)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._dot)
        head.addWidget(self._title, 1)
        head.addWidget(self._since)
        self._rows: list[QWidget] = []
        self._shown: tuple[tuple[Advice, ...], str, str] | None = None
        self._advice = QVBoxLayout()
        self._advice.setSpacing(12)
        surface = QFrame()
        surface.setProperty("card", True)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(surface)
        column = QVBoxLayout(surface)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._evidence)
        column.addWidget(self._helps)
        column.addLayout(self._advice)
        column.addWidget(self._rule)
        column.addWidget(self._best)

    def show_health(self, health: Health) -> None:
        verdict = health.verdict
        self._dot.show_kind(verdict.kind)
        self._title.setText(verdict.title)
        self._since.setText("" if health.since is None else f"since step {health.since:,}")
        self._evidence.setText(verdict.evidence)
        self._helps.setVisible(bool(verdict.advice))
        self._rule.setVisible(bool(health.best_words))
        self._best.setVisible(bool(health.best_words))
        self._best.setText(f"{health.best_words} {health.doubt}".strip())
        shown = verdict.advice, health.way_back(None), health.why_not
        if shown != self._shown:  # else a button would vanish under the mouse
            self._shown = shown
            self._show_advice(health)
        if self.isVisible():
            self.adjustSize()

    def _show_advice(self, health: Health) -> None:
        for row in self._rows:
            self._advice.removeWidget(row)
            row.hide()
            row.deleteLater()
        advice = health.verdict.advice
        self._rows = [self._row(health, each, number) for number, each in enumerate(advice)]
        for row in self._rows:
            self._advice.addWidget(row)

    def _row(self, health: Health, advice: Advice, number: int) -> QWidget:
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(label(advice.title, "heading"))
        column.addWidget(label(advice.about, "muted", wrap=True))
        back = Button(
            f"{health.way_back(None)} with this",
            f"adviceButton{number}",
            kind="link",
            accessible=health.way_back(advice),
        )
        back.setEnabled(not health.why_not)
        back.setToolTip(health.why_not)
        back.clicked.connect(lambda: self._choose(advice))
        column.addWidget(back)
        return row

    def _choose(self, advice: Advice) -> None:
        self.hide()
        self.returned.emit(advice)


def disc(token: str, scale: float) -> QPixmap:
    """A filled circle of DOT_PX logical pixels in a token's colour."""
    drawn = QPixmap(QSize(round(DOT_PX * scale), round(DOT_PX * scale)))
    drawn.setDevicePixelRatio(scale)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(token))
    painter.drawEllipse(QRectF(0.5, 0.5, DOT_PX - 1, DOT_PX - 1))
    painter.end()
    return drawn

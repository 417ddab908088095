"""The card beside the list while several runs are chosen."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from studio.panels.listing import ListedRun
from studio.panels.run_list import progress_text
from studio.panels.side_by_side import MOST
from studio.parts import Button, Card, ElidedLabel, label
from studio.words import count

ABOUT = "Their curves are laid over each other, their faces stand side by side, and what differs is listed."


class CompareChoice(Card):
    """`compare_clicked` when the person has chosen enough, `cancelled` when not after all."""

    compare_clicked = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__("Compare runs", spacing=12)
        self.setObjectName("compareChoice")
        self.setAccessibleName("The runs to compare")
        self.setMinimumWidth(336)
        self.setMaximumWidth(520)
        self._names: list[tuple[ElidedLabel, ElidedLabel]] = []
        names = QVBoxLayout()
        names.setSpacing(10)
        for at in range(MOST):
            name = ElidedLabel("heading", name=f"chosenRun{at}", accessible=f"Run {at + 1} to compare")
            about = ElidedLabel("caption", name=f"chosenRunAbout{at}", accessible="How far it came")
            pair = QVBoxLayout()
            pair.setSpacing(2)
            pair.addWidget(name)
            pair.addWidget(about)
            names.addLayout(pair)
            self._names.append((name, about))
        self._say = label("", "muted", name="compareChoiceLabel", wrap=True)
        self.compare = Button("Compare", "compareButton", kind="primary", icon_name="compare")
        self.compare.clicked.connect(self.compare_clicked)
        cancel = Button("Cancel", "compareCancelButton")
        cancel.clicked.connect(self.cancelled)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(cancel, 1)
        buttons.addWidget(self.compare, 2)
        self.body.addWidget(self._say)
        self.body.addLayout(names)
        self.body.addStretch(1)
        self.body.addLayout(buttons)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_chosen(self, chosen: Sequence[ListedRun]) -> None:
        for at, (name, about) in enumerate(self._names):
            there = at < min(len(chosen), MOST)
            name.setVisible(there)
            about.setVisible(there)
            if there:
                name.setText(chosen[at].summary.run.name)
                about.setText(progress_text(chosen[at].summary))
        enough = 2 <= len(chosen) <= MOST
        self.compare.setEnabled(enough)
        self.compare.setText(f"Compare {count(len(chosen), 'run')}" if enough else "Compare")
        if len(chosen) > MOST:
            self._say.setText(f"At most {MOST} runs fit beside each other. Leave out {len(chosen) - MOST}.")
        elif len(chosen) < 2:
            self._say.setText("Click two or more runs in the list. A second click leaves one out again.")
        else:
            self._say.setText(ABOUT)

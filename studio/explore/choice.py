"""Which run or imported generator is explored, and at which moment of its training."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from studio.explore.subjects import Moment, Subject
from studio.parts import Combo, HelpDot, label, named

TOOLTIP = Qt.ItemDataRole.ToolTipRole
HELP = (
    "Each position of this slider is a moment of the training whose generator was kept; the latent vector "
    "stays, so you see what the same numbers were drawn as. At the right end of the run that is training now "
    "it is Live: the face follows the training."
)


class Choice(QWidget):
    """A combo and a slider. `chosen()` when either has come to stand for something else."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._subjects: list[Subject] = []
        self._subject: Subject | None = None
        self._moment: Moment | None = None
        self._training: Path | None = None  # folder of the run in training
        self._live: Moment | None = None  # its newest weights
        self._stands_live = False
        self._was_live = False  # the training has ended since; what it saves last is wanted
        self._combo = Combo("exploreRunCombo", "Run or generator")
        self._combo.setMinimumContentsLength(16)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        named(self._slider, "exploreMomentSlider", "Moment of the training")
        self._slider.setMinimumWidth(90)
        self._words = label("", "muted", name="exploreMomentLabel", accessible="Moment that is shown")
        self._words.setMinimumWidth(self._words.fontMetrics().horizontalAdvance("step 100,000, live") + 4)
        self._help = HelpDot("momentHelp", "a moment", HELP)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._combo.setMaximumWidth(300)
        row.addWidget(self._combo, 3)
        row.addSpacing(4)
        row.addWidget(self._slider, 4)
        row.addWidget(self._help)
        row.addWidget(self._words)
        row.addStretch(1)
        self._combo.currentIndexChanged.connect(self._take_subject)
        self._slider.valueChanged.connect(self._take_moment)

    @property
    def subject(self) -> Subject | None:
        return self._subject

    @property
    def moment(self) -> Moment | None:
        """None while the subject has nothing that could be shown."""
        return self._moment

    @property
    def subjects(self) -> list[Subject]:
        return self._subjects

    @property
    def wants_live(self) -> bool:
        """Whether the weights of the run in training shall be shown as they change."""
        return self._is_training() and self._stands_live

    def newer(self) -> list[Moment]:
        """The subject's kept moments after the chosen one."""
        if self._subject is None or self._moment not in self._subject.moments:
            return []
        return list(self._subject.moments[self._subject.moments.index(self._moment) + 1 :])

    def go_older(self) -> bool:
        """Choose the kept moment before this one; False if there is none."""
        if self._subject is None or self._moment not in self._subject.moments:
            return False
        index = self._subject.moments.index(self._moment) - 1
        if index < 0:
            return False
        self._stands_live = self._was_live = False
        self._moment = self._subject.moments[index]
        self._show()
        self.chosen.emit()
        return True

    def offer(self, subjects: Sequence[Subject], wanted: Path | None = None) -> bool:
        """Fill the combo; whether `wanted` is there.

        wanted: folder of a run or file of a generator that shall be chosen; else what was chosen stays, or
        what training follows, or the first that has anything to show.
        """
        self._subjects = list(subjects)
        found, there = None, False
        if wanted is not None:
            found = next((each for each in subjects if _is_at(each, wanted)), None)
            there = found is not None
            self._stands_live = found is not None and self._is_training(found)
        before = self._subject
        if found is None and before is not None:
            found = next((each for each in subjects if each.key == before.key), None)
        if found is None:
            with_any = (each for each in subjects if each.moments or self._is_training(each))
            found = next(with_any, subjects[0] if subjects else None)
        self._combo.blockSignals(True)
        self._combo.clear()
        for each in subjects:
            self._add_item(each)
        self._combo.setCurrentIndex(-1 if found is None else self._subjects.index(found))
        self._combo.blockSignals(False)
        self._settle_on(found)
        return there

    def set_training(self, folder: Path | None) -> None:
        """Which run is in training now, if any."""
        self._was_live = folder is None and self.wants_live
        self._training = folder
        self._live = None
        self._stands_live = self._is_training() and self._stands_at_end()
        self._show()

    def show_live(self, moment: Moment) -> None:
        """The newest weights of the run in training."""
        self._live = moment
        if self.wants_live:
            self._moment = moment
            self._show()
            self.chosen.emit()

    def follow(self, subject: Subject, moment: Moment) -> None:
        """Stand for what is explored already; nothing is emitted."""
        index = next((at for at, each in enumerate(self._subjects) if each.key == subject.key), None)
        if index is None:
            index = len(self._subjects)
            self._subjects.append(subject)
            self._add_item(subject)
        self._combo.blockSignals(True)
        self._combo.setCurrentIndex(index)
        self._combo.blockSignals(False)
        self._subject, self._moment = subject, moment
        self._was_live = False
        self._stands_live = self._is_training() and moment.live is not None
        self._show()

    @Slot(int)
    def _take_subject(self, index: int) -> None:
        if 0 <= index < len(self._subjects):
            self._settle_on(self._subjects[index])

    @Slot(int)
    def _take_moment(self, position: int) -> None:
        assert self._subject is not None
        moments = self._subject.moments
        self._was_live = False
        self._stands_live = position >= len(moments)
        self._moment = moments[position] if not self._stands_live else self._live or self._moment
        self._show()
        self.chosen.emit()

    def _add_item(self, subject: Subject) -> None:
        run = subject.run
        self._combo.addItem(subject.name if run is not None else f"{subject.name} (imported)")
        place = str(subject.moments[0].path if run is None else run.folder)
        self._combo.setItemData(self._combo.count() - 1, place, TOOLTIP)

    def _settle_on(self, subject: Subject | None) -> None:
        """Another subject, or the same with other moments: stay near the moment that was chosen."""
        before, self._subject = self._subject, subject
        same = before is not None and subject is not None and before.key == subject.key
        if not same:
            self._stands_live, self._was_live = self._is_training(), False
        if subject is None:
            self._moment = None
        elif self._stands_live:
            self._moment = self._live or (subject.moments[-1] if subject.moments else None)
        elif not same or self._moment is None or self._was_live:
            self._moment = subject.moments[-1] if subject.moments else None
        elif self._moment not in subject.moments:
            self._moment = _nearest(self._moment, subject.moments)
        self._show()
        self.chosen.emit()

    def _is_training(self, subject: Subject | None = None) -> bool:
        subject = subject or self._subject
        return (
            subject is not None
            and subject.run is not None
            and self._training is not None
            and subject.run.folder == self._training
        )

    def _stands_at_end(self) -> bool:
        """Nothing newer was saved than what is shown, if anything was saved at all."""
        return self._subject is not None and self._moment == (self._subject.moments or (None,))[-1]

    def _show(self) -> None:
        """Put slider and words where the moment is; nothing is emitted."""
        moments = self._subject.moments if self._subject is not None else ()
        last = len(moments) - 1 + self._is_training()
        self._slider.blockSignals(True)
        self._slider.setRange(0, max(0, last))
        if self._stands_live:
            self._slider.setValue(last)
        elif self._moment in moments:
            self._slider.setValue(moments.index(self._moment))
        self._slider.blockSignals(False)
        several = last > 0
        for each in (self._slider, self._help):
            each.setVisible(several)
        waits = self._stands_live and (self._moment is None or self._moment.live is None)
        words = "Live, from the next step" if waits else self._moment.title if self._moment else ""
        self._words.setText(words)
        self._slider.setToolTip(f"{words} ({self._slider.value() + 1} of {last + 1})" if several else "")


def _is_at(subject: Subject, place: Path) -> bool:
    if subject.run is not None:
        return subject.run.folder == place
    return any(moment.path == place for moment in subject.moments)


def _nearest(moment: Moment, moments: Sequence[Moment]) -> Moment | None:
    """The moment whose step is nearest, the later one of two."""
    if not moments:
        return None
    step = moment.step
    if step is None:
        return moments[-1]
    return min(reversed(moments), key=lambda each: abs((each.step or 0) - step))

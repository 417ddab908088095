"""How far all faces are drawn towards the average one."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from studio.explore.exploration import Exploration
from studio.explore.sliders.slider_row import NumberEdit
from studio.parts import HelpDot, label, named

MOST = 1.5
TICKS = 100
HELP = (
    "Below 1 every face moves towards the average one: plainer, with fewer oddities. At 0 all are that "
    "average face. Above 1 they become bolder, and break more often. A double click goes back to 1."
)


class TruncationRow(QWidget):
    """Name, slider, typed value."""

    def __init__(self, exploration: Exploration) -> None:
        super().__init__()
        self._exploration = exploration
        self._slider = _ResettingSlider(TICKS)
        named(self._slider, "truncationSlider", "Truncation")
        self._slider.setRange(0, round(MOST * TICKS))
        self._slider.setSingleStep(5)
        self._slider.setPageStep(10)
        self._value = NumberEdit(0, MOST)
        named(self._value, "truncationValue", "Value of the truncation")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(label("Truncation", "muted"))
        row.addWidget(HelpDot("truncationHelp", "truncation", HELP))
        row.addWidget(self._slider, 1)
        row.addWidget(self._value)
        self._slider.valueChanged.connect(self._slid)
        self._slider.sliderPressed.connect(exploration.settle)
        self._slider.sliderReleased.connect(exploration.settle)
        self._value.typed.connect(self._typed)
        exploration.moved.connect(self._show)

    @Slot()
    def _show(self) -> None:
        amount = self._exploration.state.truncation
        if self._value.text() == f"{amount:.2f}":
            return
        self._slider.blockSignals(True)
        self._slider.setValue(round(amount * TICKS))
        self._slider.blockSignals(False)
        self._value.show_number(amount)

    @Slot(int)
    def _slid(self, position: int) -> None:
        self._exploration.set_truncation(position / TICKS)

    @Slot(float)
    def _typed(self, amount: float) -> None:
        self._exploration.settle()
        self._exploration.set_truncation(amount)
        self._exploration.settle()


class _ResettingSlider(QSlider):
    """A double click puts it at its usual place."""

    def __init__(self, usual: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._usual = usual
        self.setMinimumWidth(40)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.setValue(self._usual)

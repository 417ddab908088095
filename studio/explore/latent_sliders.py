"""Sliders over the numbers of a latent vector, as many at a time as the height holds."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLocale, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QDoubleValidator, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QVBoxLayout,
    QWidget,
)

from studio.parts import Button, Card, HelpDot, IconButton, label, named
from studio.theme import color, theme

REACH = 4.0  # sliders end here; one normal number in 16,000 lies beyond
TICKS = 100  # slider positions for one unit
ROW_HEIGHT = 32
ROW_GAP = 4
FEWEST, MOST = 6, 28


class BipolarSlider(QSlider):
    """A slider whose fill starts at zero, in its middle. A double click asks for a reset."""

    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setProperty("bipolar", True)
        self.setRange(round(-REACH * TICKS), round(REACH * TICKS))
        self.setSingleStep(TICKS // 10)
        self.setPageStep(TICKS // 2)
        theme().changed.connect(self.update)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.double_clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.isEnabled():
            return
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        )
        middle = self.width() / 2
        if self.value() < 0:
            left, right = handle.right() + 1.0, middle
        else:
            left, right = middle, float(handle.left())
        if right > left:
            painter = QPainter(self)
            painter.fillRect(QRectF(left, handle.center().y() - 1.5, right - left, 4), color("accent"))


class NumberEdit(QLineEdit):
    """A number to type over; the up and down keys change it by a tenth."""

    typed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        limits = QDoubleValidator(-99.99, 99.99, 2, self)
        limits.setNotation(QDoubleValidator.Notation.StandardNotation)
        limits.setLocale(QLocale.c())
        self.setValidator(limits)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(60)
        self.editingFinished.connect(self._finish)

    def show_number(self, value: float) -> None:
        self.setText(f"{value:.2f}")
        self.setModified(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 0.1, Qt.Key.Key_Down: -0.1}
        if Qt.Key(event.key()) in steps and self.hasAcceptableInput():
            self.typed.emit(round(float(self.text()) + steps[Qt.Key(event.key())], 2))
        else:
            super().keyPressEvent(event)

    @Slot()
    def _finish(self) -> None:
        if self.isModified():
            self.setModified(False)
            self.typed.emit(float(self.text()))


class SliderRow(QWidget):
    """One number of z: its index, a slider, its value to type over, a reset. `moved(dimension, value)`."""

    moved = Signal(int, float)
    reset = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.dimension = 0
        self._index = label("", "caption")
        self._index.setFixedWidth(26)
        self._index.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._slider = BipolarSlider()
        self._value = NumberEdit()
        self._undo = IconButton("refresh", "", "Reset")
        policy = self._undo.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._undo.setSizePolicy(policy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._index)
        row.addWidget(self._slider, 1)
        row.addWidget(self._undo)
        row.addWidget(self._value)
        self.setFixedHeight(ROW_HEIGHT)
        self._slider.valueChanged.connect(self._slid)
        self._slider.double_clicked.connect(self._ask_reset)
        self._value.typed.connect(self._typed)
        self._undo.clicked.connect(self._ask_reset)

    def show_number(self, dimension: int, value: float, origin: float) -> None:
        """Stand for one dimension of z; nothing is emitted."""
        if dimension != self.dimension or not self.objectName():
            self._rename(dimension)
        self._slider.blockSignals(True)
        self._slider.setValue(round(max(-REACH, min(REACH, value)) * TICKS))
        self._slider.blockSignals(False)
        self._value.show_number(value)
        self._undo.setVisible(value != origin)

    def _rename(self, dimension: int) -> None:
        self.dimension = dimension
        self._index.setText(str(dimension))
        self.setObjectName(f"latentRow{dimension}")
        named(self._slider, f"latentSlider{dimension}", f"Latent number {dimension}")
        named(self._value, f"latentValue{dimension}", f"Value of latent number {dimension}")
        named(self._undo, f"latentReset{dimension}", f"Reset latent number {dimension}")
        self._index.setObjectName(f"latentIndex{dimension}")

    @Slot(int)
    def _slid(self, position: int) -> None:
        self.moved.emit(self.dimension, position / TICKS)

    @Slot(float)
    def _typed(self, value: float) -> None:
        self.moved.emit(self.dimension, value)

    @Slot()
    def _ask_reset(self) -> None:
        self.reset.emit(self.dimension)


class LatentSliders(Card):
    """The latent vector, paged. `changed(z)` when the person moves a slider; z is (latent_dim,) float32."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__("Latent vector", spacing=ROW_GAP)
        named(self, "latentSliders", "Latent vector")
        self._z = np.zeros(0, np.float32)
        self._origin = self._z
        self._first = 0
        self._rows: list[SliderRow] = []
        self._reset_all = Button(
            "Reset all", "resetLatentButton", kind="quiet", accessible="Reset all numbers"
        )
        self.head.addWidget(
            HelpDot(
                "latentHelp",
                "a latent vector",
                "The generator turns this list of numbers into a face. Move one number and see what changes: "
                "what each does is learned, so one slider often changes several things at once. "
                "A double click puts a number back.",
            )
        )
        self.head.addWidget(self._reset_all)
        self._place = QWidget()
        self._stack = QVBoxLayout(self._place)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.setSpacing(ROW_GAP)
        self._stack.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._place.setMinimumHeight(FEWEST * (ROW_HEIGHT + ROW_GAP))
        self.body.addWidget(self._place, 1)
        self._before = IconButton("chevron-left", "latentPreviousButton", "Previous numbers")
        self._after = IconButton("chevron-right", "latentNextButton", "Next numbers")
        self._range = label("", "caption", name="latentRangeLabel", accessible="Numbers shown")
        foot = QHBoxLayout()
        foot.addWidget(self._range)
        foot.addStretch(1)
        foot.addWidget(self._before)
        foot.addWidget(self._after)
        self.body.addLayout(foot)
        self._reset_all.clicked.connect(self._reset_everything)
        self._before.clicked.connect(self._page_back)
        self._after.clicked.connect(self._page_on)

    def show_vector(self, z: NDArray[np.float32], origin: NDArray[np.float32] | None = None) -> None:
        """Show z without emitting; `origin` is what resets go back to, z itself unless given."""
        if len(z) != len(self._z):
            self._first = 0
        self._z = z
        self._origin = z if origin is None else origin
        self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fill()

    def _page(self) -> int:
        spare = self.height() - 28 - 34 - 3 * ROW_GAP - 28  # heading, foot, gaps, margins
        return max(FEWEST, min(MOST, spare // (ROW_HEIGHT + ROW_GAP)))

    def _fill(self) -> None:
        page, count = self._page(), len(self._z)
        self._first = max(0, min(self._first, count - page))
        shown = min(page, count)
        while len(self._rows) < shown:
            row = SliderRow()
            row.moved.connect(self._move)
            row.reset.connect(self._reset_one)
            self._stack.addWidget(row)
            self._rows.append(row)
        for offset, row in enumerate(self._rows):
            row.setVisible(offset < shown)
            if offset < shown:
                at = self._first + offset
                row.show_number(at, float(self._z[at]), float(self._origin[at]))
            else:
                row.setObjectName("")
        last = self._first + shown
        self._range.setText(f"{self._first} to {last - 1} of {count} numbers" if count else "")
        self._before.setEnabled(self._first > 0)
        self._after.setEnabled(last < count)
        self._reset_all.setEnabled(not np.array_equal(self._z, self._origin))

    @Slot(int, float)
    def _move(self, dimension: int, value: float) -> None:
        z = self._z.copy()
        z[dimension] = value
        self._take(z)

    @Slot(int)
    def _reset_one(self, dimension: int) -> None:
        self._move(dimension, float(self._origin[dimension]))

    @Slot()
    def _reset_everything(self) -> None:
        self._take(self._origin.copy())

    @Slot()
    def _page_back(self) -> None:
        self._first -= self._page()
        self._fill()

    @Slot()
    def _page_on(self) -> None:
        self._first += self._page()
        self._fill()

    def _take(self, z: NDArray[np.float32]) -> None:
        self._z = z
        self._fill()
        self.changed.emit(z)

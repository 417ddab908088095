"""One slider with name, typed value, reset and lock."""

from PySide6.QtCore import QLocale, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QDoubleValidator, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QVBoxLayout,
    QWidget,
)

from studio.explore.history import UndoPasses
from studio.explore.sliders.axes import Axis, explained
from studio.explore.teaching.certainty import percent
from studio.parts import ElidedLabel, IconButton, label, named, restyle
from studio.theme import color, theme

REACH = 4.0  # sliders end here; one normal number in 16,000 lies beyond
TICKS = 100  # slider positions for one unit
LOW_HEIGHT, TALL_HEIGHT = 30, 58


class BipolarSlider(QSlider):
    """A slider whose fill starts at zero, in its middle. A double click asks for a reset."""

    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setProperty("bipolar", True)
        self.setRange(round(-REACH * TICKS), round(REACH * TICKS))
        self.setSingleStep(TICKS // 10)
        self.setPageStep(TICKS // 2)
        self.setMinimumWidth(48)
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
    left = Signal()  # without a number

    def __init__(self, least: float = -99.99, most: float = 99.99) -> None:
        super().__init__()
        limits = QDoubleValidator(least, most, 2, self)
        limits.setNotation(QDoubleValidator.Notation.StandardNotation)
        limits.setLocale(QLocale.c())
        self.setValidator(limits)
        self._least, self._most = least, most
        self._number = 0.0
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(54)
        self.setProperty("compact", True)
        UndoPasses(self)
        self.editingFinished.connect(self._finish)

    def show_number(self, value: float) -> None:
        """Show it, unless another one is being typed."""
        self._number = value
        if not self.isModified():
            self._write()

    def forget_typing(self) -> None:
        """Show the number that holds."""
        if self.isModified():
            self.setModified(False)
            self._write()

    def _write(self) -> None:
        text = f"{self._number:.2f}"
        self.setText("0.00" if text == "-0.00" else text)
        self.setModified(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 0.1, Qt.Key.Key_Down: -0.1}
        if Qt.Key(event.key()) in steps and self.hasAcceptableInput():
            value = float(self.text()) + steps[Qt.Key(event.key())]
            self.setModified(False)
            self.typed.emit(round(min(self._most, max(self._least, value)), 2))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.isModified() and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.forget_typing()  # it was no number
            self.left.emit()

    @Slot()
    def _finish(self) -> None:
        if self.isModified():
            self.setModified(False)
            self.typed.emit(float(self.text()))


class SliderRow(QWidget):
    """The controls of one axis. It emits what the person wants, and shows what it is told."""

    moved = Signal(object, float)  # Axis, value
    settled = Signal()  # the slider was taken or let go
    reset = Signal(object)  # Axis
    lock_wanted = Signal(object, bool)  # Axis
    menu_wanted = Signal(object, QWidget)  # Axis, the button to open it at

    def __init__(self) -> None:
        super().__init__()
        self.axis: Axis | None = None
        self._shown: tuple[float, float, bool] | None = None
        self._name = ElidedLabel("", name="", accessible="")
        self._note = label("", "chip")
        self._short = label("", "caption")
        self.slider = BipolarSlider()
        self.value = NumberEdit()
        self._reset = _small("refresh", "Reset")
        self._lock = _small("unlock", "Lock")
        self._menu = _small("more", "More")
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(6)
        head.addWidget(self._name, 1)
        head.addWidget(self._note)
        controls = QHBoxLayout()
        controls.setSpacing(2)
        controls.addWidget(self._short)
        controls.addSpacing(4)
        controls.addWidget(self.slider, 1)
        controls.addSpacing(4)
        for button in (self._reset, self._lock):
            controls.addWidget(button)
        controls.addSpacing(2)
        controls.addWidget(self.value)
        controls.addWidget(self._menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addLayout(controls)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderPressed.connect(self.settled)
        self.slider.sliderReleased.connect(self.settled)
        self.slider.double_clicked.connect(self._ask_reset)
        self.value.typed.connect(self._typed)
        self.value.left.connect(self.settled)
        self._reset.clicked.connect(self._ask_reset)
        self._lock.clicked.connect(self._ask_lock)
        self._menu.clicked.connect(self._ask_menu)

    def stand_for(self, axis: Axis, *, tall: bool, short_width: int) -> None:
        """Be the controls of this axis; `show_value` follows.

        tall: its name and accuracy stand above the slider; else only `short` stands before it.
        """
        if axis is self.axis:
            return
        self.value.setModified(False)  # what is being typed is for another axis
        self.axis = axis
        self._shown = None
        self._head.setVisible(tall)
        self._short.setVisible(not tall)
        self._short.setFixedWidth(short_width)
        self._short.setText(axis.short)
        self._menu.setVisible(axis.direction is not None)
        self.setFixedHeight(TALL_HEIGHT if tall else LOW_HEIGHT)
        stem, at, name = axis.stem, axis.index, axis.name
        self.setObjectName(f"{stem}Row{at}")
        named(self.slider, f"{stem}Slider{at}", name.capitalize())
        named(self.value, f"{stem}Value{at}", f"Value of {name}")
        named(self._reset, f"{stem}Reset{at}", f"Reset {name}")
        named(self._menu, f"{stem}Menu{at}", f"More for {name}")
        named(self._name, f"{stem}Name{at}", name)
        named(self._short, f"{stem}Index{at}", name)
        named(self._note, f"{stem}Note{at}", f"How sure {name} is")
        self._menu.setToolTip("Name, rename or remove")
        if tall:
            self._describe(axis)
        else:
            self._short.setToolTip(explained(axis))

    def stand_for_nothing(self) -> None:
        """Give the names back: another row may bear them."""
        self.axis = None
        for each in (self, *self.findChildren(QWidget)):
            each.setObjectName("")

    def show_value(self, value: float, origin: float, locked: bool) -> None:
        """Show where z is; nothing is emitted."""
        shown = value, origin, locked
        if shown == self._shown:
            return
        before, self._shown = self._shown, shown
        self.slider.blockSignals(True)
        self.slider.setValue(round(max(-REACH, min(REACH, value)) * TICKS))
        self.slider.blockSignals(False)
        self.value.show_number(value)
        moved = abs(value - origin) > 5e-4 and not locked
        if self._reset.isHidden() == moved:
            self._reset.setVisible(moved)
        if before is None or before[2] != locked:
            self._show_lock(locked)

    def _show_lock(self, locked: bool) -> None:
        assert self.axis is not None
        self.slider.setEnabled(not locked)
        self.value.setEnabled(not locked)
        tip = f"Unlock {self.axis.name}" if locked else f"Lock {self.axis.name}: nothing else changes it"
        self._lock.set_icon("lock" if locked else "unlock", tip)
        self._lock.setObjectName(f"{self.axis.stem}Lock{self.axis.index}")
        restyle(self._lock, on=locked)

    def _describe(self, axis: Axis) -> None:
        """Name and measured accuracy of a direction that was learned or saved."""
        direction = axis.direction
        assert direction is not None
        self._name.setText(direction.name)
        self._name.setToolTip(explained(axis))
        self._note.setVisible(direction.accuracy is not None)
        if direction.accuracy is not None:
            chance = direction.better_than_chance is False
            self._note.setText(
                f"{percent(direction.accuracy)}, no better than chance"
                if chance
                else f"{percent(direction.accuracy)} right"
            )
            self._note.setToolTip(explained(axis))
            restyle(self._note, tone="warn" if chance else "good")

    @Slot(int)
    def _slid(self, position: int) -> None:
        self.value.forget_typing()
        self.moved.emit(self.axis, position / TICKS)

    @Slot(float)
    def _typed(self, value: float) -> None:
        axis = self.axis  # what waited for the typing may give this row another one
        self.settled.emit()
        self.moved.emit(axis, value)

    @Slot()
    def _ask_reset(self) -> None:
        if self.slider.isEnabled():
            self.value.forget_typing()
            self.reset.emit(self.axis)

    @Slot()
    def _ask_lock(self) -> None:
        self.lock_wanted.emit(self.axis, self.slider.isEnabled())

    @Slot()
    def _ask_menu(self) -> None:
        self.menu_wanted.emit(self.axis, self._menu)


def _small(icon_name: str, tip: str) -> IconButton:
    button = IconButton(icon_name, "", tip)
    button.setProperty("kind", "small")
    return button

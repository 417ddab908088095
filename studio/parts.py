"""Small pieces that every workspace is built from, so that they look and behave alike."""

from collections.abc import Callable, Sequence
from html import escape

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from studio.theme import color, icon, pixmap, theme


def named(widget: QWidget, name: str, accessible: str) -> None:
    """Give a control the name that scripts use and the name that screen readers say."""
    widget.setObjectName(name)
    widget.setAccessibleName(accessible)


def add_action(menu: QMenu, text: str, name: str, act: Callable[[], object]) -> QAction:
    """An entry of a menu, with the name that scripts use."""
    action = QAction(text, menu)
    action.setObjectName(name)
    action.triggered.connect(lambda: act())
    menu.addAction(action)
    return action


def label(text: str, role: str = "", *, name: str = "", accessible: str = "", wrap: bool = False) -> QLabel:
    """A text; `role`: title, heading, section, muted, caption, value, error or chip."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    if role == "chip":
        made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    if name:
        named(made, name, accessible or text)
    made.setWordWrap(wrap)
    return made


class ElidedLabel(QLabel):
    """One line with an ellipsis at its end, or in its middle, where it does not fit; the tooltip has it all.

    A tooltip of its own, set as of any widget, comes first.
    """

    def __init__(self, role: str, *, name: str, accessible: str, middle: bool = False) -> None:
        super().__init__()
        self._own_tip = ""
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        named(self, name, accessible)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setToolTip(self, text: str) -> None:
        self._own_tip = text
        super().setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        super().setToolTip(self._own_tip or (self.text() if shown != self.text() else ""))
        painter = QPainter(self)
        self.style().drawItemText(
            painter,
            self.rect(),
            self.alignment(),
            self.palette(),
            True,
            shown,
            self.foregroundRole(),
        )


class Combo(QComboBox):
    """A list to choose from that gives way in width and shows what does not fit with an ellipsis."""

    def __init__(self, name: str, accessible: str) -> None:
        super().__init__()
        named(self, name, accessible)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideMiddle, field.width() - 4
        )
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


def restyle(widget: QWidget, **properties: object) -> None:
    """Set style properties and let the style sheet look at the widget again, if any of them changed."""
    if all(widget.property(key) == value for key, value in properties.items()):
        return
    for key, value in properties.items():
        widget.setProperty(key, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


class Button(QPushButton):
    """A button whose icon follows the theme. kind: "", primary, quiet, danger, link, fold or segment."""

    def __init__(
        self, text: str, name: str, *, kind: str = "", icon_name: str = "", accessible: str = ""
    ) -> None:
        super().__init__(text)
        named(self, name, accessible or text)
        self.setProperty("kind", kind)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icon_name = icon_name
        self._token = {
            "primary": "on_accent",
            "danger": "danger_text",
            "fold": "muted",
            "link": "accent_text",
        }.get(kind, "text")
        if icon_name:
            self.setIconSize(QSize(16, 16))
            self._redraw()
            theme().changed.connect(self._redraw)

    def set_icon(self, icon_name: str) -> None:
        self._icon_name = icon_name
        self._redraw()

    @Slot()
    def _redraw(self) -> None:
        self.setIcon(icon(self._icon_name, self._token))


class IconButton(QToolButton):
    """A small button that is only an icon, explained by its tooltip."""

    def __init__(self, icon_name: str, name: str, tip: str) -> None:
        super().__init__()
        named(self, name, tip)
        self.setProperty("kind", "quiet")
        self.setToolTip(tip)
        self.setIconSize(QSize(18, 18))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icon_name = icon_name
        self._redraw()
        theme().changed.connect(self._redraw)

    def set_icon(self, icon_name: str, tip: str) -> None:
        self._icon_name = icon_name
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self._redraw()

    @Slot()
    def _redraw(self) -> None:
        self.setIcon(icon(self._icon_name))


class HelpDot(QToolButton):
    """A question mark that explains what it stands beside, on hover, on click and from the keyboard."""

    def __init__(self, name: str, about: str, text: str) -> None:
        super().__init__()
        named(self, name, f"About: {about}")
        self.setProperty("kind", "dot")
        self.say(text)
        self.setIconSize(QSize(14, 14))
        self._redraw()
        theme().changed.connect(self._redraw)
        self.clicked.connect(self._show)

    def say(self, text: str) -> None:
        """Explain with these words; each line becomes a paragraph."""
        lines = "".join(f"<p style='white-space:normal'>{escape(line)}</p>" for line in text.split("\n"))
        self.setToolTip(lines)
        self.setAccessibleDescription(text)

    @Slot()
    def _redraw(self) -> None:
        self.setIcon(icon("help", "muted"))

    @Slot()
    def _show(self) -> None:
        QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), self.toolTip(), self)


class Card(QFrame):
    """A surface with a heading row; add to `body`, put what belongs to the heading into `head`."""

    def __init__(self, heading: str = "", *, margin: int = 16, spacing: int = 8) -> None:
        super().__init__()
        self.setProperty("card", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(margin, margin - 4 if heading else margin, margin, margin)
        column.setSpacing(spacing)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        if heading:
            self.heading = label(heading, "heading")
            self.heading.setMinimumHeight(28)
            self.head.addWidget(self.heading)
            self.head.addStretch(1)
            column.addLayout(self.head)
        self.body = QVBoxLayout()
        self.body.setSpacing(spacing)
        column.addLayout(self.body, 1)


class EmptyState(QWidget):
    """What will be seen here, and what to do for it."""

    def __init__(
        self, icon_name: str, title: str, text: str, *, name: str, action: QPushButton | None = None
    ) -> None:
        super().__init__()
        named(self, name, f"{title}. {text}")
        self._icon_name = icon_name
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = label(title, "heading")
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text = label(text, "muted", wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.text.setMaximumWidth(400)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(self._picture)
        column.addSpacing(4)
        column.addWidget(self.title)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.text, 8)
        row.addStretch(1)
        column.addLayout(row)
        if action is not None:
            column.addSpacing(8)
            column.addWidget(action, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._redraw()
        theme().changed.connect(self._redraw)

    def say(self, title: str, text: str) -> None:
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(f"{title}. {text}")

    @Slot()
    def _redraw(self) -> None:
        self._picture.setPixmap(pixmap(self._icon_name, "line_strong", 40))


class Segmented(QFrame):
    """A switch between a few views; `chosen(index)` when the person changes it."""

    chosen = Signal(int)

    def __init__(self, options: Sequence[tuple[str, str]], accessible: str) -> None:
        """options: (object name, text) of each."""
        super().__init__()
        first, *rest = "".join(each if each.isalnum() else " " for each in accessible).split()
        named(self, first.lower() + "".join(each.capitalize() for each in rest), accessible)
        self.setProperty("segmented", True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        self._group = QButtonGroup(self)
        for index, (name, text) in enumerate(options):
            button = Button(text, name, kind="segment")
            button.setCheckable(True)
            button.setChecked(index == 0)
            self._group.addButton(button, index)
            row.addWidget(button)
        self._group.idClicked.connect(self.chosen)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Polish, QEvent.Type.StyleChange):
            for button in self._group.buttons():
                button.ensurePolished()  # else it would not know its style's padding
                button.setMinimumWidth(button.sizeHint().width())
        return super().event(event)

    def current(self) -> int:
        return self._group.checkedId()

    def choose(self, index: int) -> None:
        self._group.button(index).setChecked(True)


class Switch(QCheckBox):
    """An on/off switch, drawn as one."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        width = 34 + (8 + self.fontMetrics().horizontalAdvance(self.text()) if self.text() else 0)
        return QSize(width, 24)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, enabled = self.isChecked(), self.isEnabled()
        track = QRectF(1, (self.height() - 18) / 2, 32, 18)
        painter.setPen(Qt.PenStyle.NoPen if not self.hasFocus() else QPen(color("text"), 1))
        painter.setBrush(color(("accent" if on else "line_strong") if enabled else "track"))
        painter.drawRoundedRect(track, 9, 9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("on_accent" if enabled else "disabled"))
        painter.drawEllipse(QRectF(track.right() - 16 if on else track.left() + 2, track.top() + 2, 14, 14))
        if self.text():
            painter.setPen(color("text" if enabled else "disabled"))
            painter.drawText(self.rect().adjusted(42, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())


class Toast(QFrame):
    """A short note at the bottom of a window that leaves by itself."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setProperty("toast", True)
        self._text = label("", name="toastLabel", accessible="Note")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.addWidget(self._text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    def say(self, text: str) -> None:
        self._text.setText(text)
        self._text.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(4000 + 40 * len(text))

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        parent = self._over
        self.setMaximumWidth(parent.width() - 48)
        self.adjustSize()
        self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - 88)

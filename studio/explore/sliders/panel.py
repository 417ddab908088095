"""All sliders: the numbers of z, and directions across them, as many at a time as the height holds."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from core.directions.direction import Direction
from studio.explore.exploration import Exploration
from studio.explore.sliders.axes import Axis, direction_axes, number_axes
from studio.explore.sliders.direction_shelf import DirectionShelf, Found
from studio.explore.sliders.naming import NameDialog
from studio.explore.sliders.slider_row import LOW_HEIGHT, TALL_HEIGHT, SliderRow
from studio.parts import Button, Card, HelpDot, IconButton, Segmented, add_action, label, named

NUMBERS, PRINCIPAL, CLOSED_FORM, ATTRIBUTES = range(4)
TABS = (
    ("numbersTab", "Numbers"),
    ("principalTab", "Principal"),
    ("closedFormTab", "Closed form"),
    ("attributesTab", "Attributes"),
)
KINDS: dict[int, Found] = {PRINCIPAL: "principal", CLOSED_FORM: "closed-form"}
STEMS = {PRINCIPAL: "principal", CLOSED_FORM: "closedForm", ATTRIBUTES: "attribute"}
SHORT_WIDTH = {NUMBERS: 24, PRINCIPAL: 58, CLOSED_FORM: 58, ATTRIBUTES: 0}
GAP = 4
MOST = 28
HELP = (
    "Numbers: the list of numbers that the generator turns into this face. What each does is learned, "
    "so one often changes several things. Principal: the directions along which the generator's "
    "first layer varies most over many random faces, the strongest first (GANSpace). Closed form: "
    "much the same, worked out from the first layer's weights alone (SeFa). Attributes: directions "
    "that you taught, such as smile, and any that you saved. A lock keeps a number or direction as it is "
    "whatever else you do; a double click on a slider puts it back."
)


class _Place(QWidget):
    """Where the rows are."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class SlidersCard(Card):
    """Four kinds of sliders. It changes nothing but the exploration; `teach_wanted` and `labels_wanted` ask
    for the windows in which attributes are learned."""

    teach_wanted = Signal()
    labels_wanted = Signal()

    def __init__(self, exploration: Exploration) -> None:
        super().__init__("Sliders", margin=14, spacing=GAP + 2)
        named(self, "latentSliders", "Sliders")
        self._exploration = exploration
        self.shelf = DirectionShelf(exploration)
        self._axes: list[Axis] = []
        self._first = 0
        self._rows: list[SliderRow] = []
        self._due = False  # a refill that waits for the end of a drag, or of what is typed
        self._listed: tuple[int, Sequence[Direction] | None, str] | None = None  # tab, directions, search
        self._build()
        self._wire()

    def _build(self) -> None:
        self._reset = Button(
            "Reset all", "resetLatentButton", kind="quiet", accessible="Back to the face without edits"
        )
        self._unlock = Button("Unlock all", "unlockAllButton", kind="quiet")
        self.head.addWidget(HelpDot("latentHelp", "a slider", HELP))
        self.head.addWidget(self._unlock)
        self.head.addWidget(self._reset)
        self._tabs = Segmented(TABS, "What the sliders move")
        self.body.addWidget(self._tabs)
        self._learn = QWidget()
        learn = QHBoxLayout(self._learn)
        learn.setContentsMargins(0, 0, 0, 0)
        learn.setSpacing(8)
        self._teach = Button("Teach…", "teachButton")
        self._teach.setToolTip("Answer yes or no for some faces, and get a slider for what you had in mind")
        self._labels = Button("From labels…", "labelsButton")
        for button in (self._teach, self._labels):
            learn.addWidget(button, 1)
        self.body.addWidget(self._learn)
        self._nothing = label("", "muted", name="slidersNote", accessible="Why there is no slider", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self._nothing)
        self._place = _Place()
        self._place.setMinimumHeight(1)  # else the rows in it would keep it from becoming lower
        self._stack = QVBoxLayout(self._place)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.setSpacing(GAP)
        self._stack.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self._place, 1)
        self._search = QLineEdit()
        named(self._search, "latentSearch", "Find a slider by number or name")
        self._search.setClearButtonEnabled(True)
        self._range = label("", "caption", name="latentRangeLabel", accessible="Sliders shown")
        self._before = IconButton("chevron-left", "latentPreviousButton", "Previous sliders")
        self._after = IconButton("chevron-right", "latentNextButton", "Next sliders")
        foot = QHBoxLayout()
        foot.setSpacing(6)
        foot.addWidget(self._search, 1)
        for each in (self._range, self._before, self._after):
            foot.addWidget(each)
        self.body.addLayout(foot)

    def _wire(self) -> None:
        exploration = self._exploration
        exploration.opened.connect(self._reopen)
        exploration.moved.connect(self._show)
        self.shelf.changed.connect(self._take)
        self._tabs.chosen.connect(self._turn)
        self._place.resized.connect(lambda: self._page_to(self._first))
        self._search.textChanged.connect(self._find)
        self._search.returnPressed.connect(self._go)
        self._before.clicked.connect(lambda: self._page_to(self._first - self._page()))
        self._after.clicked.connect(lambda: self._page_to(self._first + self._page()))
        self._reset.clicked.connect(self._reset_everything)
        self._unlock.clicked.connect(exploration.unlock)
        self._teach.clicked.connect(self.teach_wanted)
        self._labels.clicked.connect(self.labels_wanted)
        self._turn(NUMBERS)

    @Slot()
    def read_kept(self) -> None:
        """Look again for directions that were kept; a new one is shown."""
        self.shelf.read()
        self._tabs.choose(ATTRIBUTES)
        self._turn(ATTRIBUTES)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shelf.want(KINDS.get(self._tabs.current()))

    # Which axes

    @Slot(int)
    def _turn(self, tab: int) -> None:
        """Another kind of sliders."""
        self._first = 0
        self._search.blockSignals(True)
        self._search.clear()
        self._search.blockSignals(False)
        self._search.setPlaceholderText("Go to number" if tab == NUMBERS else "Find")
        self._learn.setVisible(tab == ATTRIBUTES)
        self._listed = None
        self._refill()
        if self.isVisible():
            self.shelf.want(KINDS.get(tab))

    @Slot()
    def _reopen(self) -> None:
        """Sliders of another run or generator."""
        subject = self._exploration.subject
        labelled = subject is not None and subject.run is not None
        self._labels.setEnabled(labelled)
        self._labels.setToolTip(
            "Get sliders for what is written beside the training pictures: CelebA's attributes, for example"
            if labelled
            else "An imported generator comes without training pictures, and so without labels. Use Teach."
        )
        self._first = 0
        self._listed = None
        self._refill()

    @Slot(str)
    def _take(self, kind: str) -> None:
        """The run in training tells every second that its directions are the same ones."""
        if kind != KINDS.get(self._tabs.current(), "kept"):
            return
        if self._in_hand():
            self._due = True
        else:
            self._refill()

    def _in_hand(self) -> bool:
        """Whether a slider is dragged or a value is being typed; what is under the hand stays."""
        return any(row.slider.isSliderDown() or row.value.isModified() for row in self._rows)

    @Slot()
    def _refill(self) -> None:
        self._due = False
        tab = self._tabs.current()
        directions: Sequence[Direction] | None
        if tab == NUMBERS:
            self._listed = None
            self._axes = number_axes(self._exploration.latent_dim)
            self._fill()
            return
        directions = self.shelf.kept if tab == ATTRIBUTES else self.shelf.found(KINDS[tab])
        text = self._search.text().strip().casefold()
        before, self._listed = self._listed, (tab, directions, text)
        if before is not None and before[0] == tab and before[1] is directions and before[2] == text:
            return
        axes = direction_axes(directions or [], STEMS[tab])
        self._axes = [each for each in axes if text in each.name.casefold() or text == str(each.index + 1)]
        self._fill(_why_none(tab, directions, bool(text)))

    @Slot(str)
    def _find(self, text: str) -> None:
        if self._tabs.current() != NUMBERS:
            self._refill()
        elif text.strip().isdecimal() and int(text) < len(self._axes):
            self._page_to(int(text))

    @Slot()
    def _go(self) -> None:
        """Enter in the search leads to the slider that was found."""
        text = self._search.text().strip()
        wanted = int(text) if self._tabs.current() == NUMBERS and text.isdecimal() else None
        for row in self._rows:
            if row.isVisible() and (wanted is None or (row.axis is not None and row.axis.index == wanted)):
                row.slider.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    # Rows

    def _page(self) -> int:
        height = TALL_HEIGHT if self._tabs.current() == ATTRIBUTES else LOW_HEIGHT
        return max(1, min(MOST, (self._place.height() + GAP) // (height + GAP)))

    def _page_to(self, first: int) -> None:
        self._first = first
        self._fill(self._nothing.text())

    def _fill(self, nothing: str = "") -> None:
        """Give every row its axis."""
        tab, page, count = self._tabs.current(), self._page(), len(self._axes)
        self._first = max(0, min(self._first, count - page))
        shown = min(page, count)
        while len(self._rows) < shown:
            self._rows.append(self._new_row())
        for offset, row in enumerate(self._rows):
            if offset < shown:
                axis = self._axes[self._first + offset]
                row.stand_for(axis, tall=tab == ATTRIBUTES, short_width=SHORT_WIDTH[tab])
            else:
                row.stand_for_nothing()
            row.setVisible(offset < shown)
        self._nothing.setText(nothing if count == 0 else "")
        self._nothing.setVisible(count == 0 and bool(nothing))
        first = self._first + (tab != NUMBERS)  # z counts from 0, people do not
        self._range.setText(f"{first}–{first + shown - 1} of {count}" if count > page else "")
        for button in (self._before, self._after):
            button.setVisible(count > page)
        self._before.setEnabled(self._first > 0)
        self._after.setEnabled(self._first + shown < count)
        self._show()

    def _new_row(self) -> SliderRow:
        row = SliderRow()
        row.moved.connect(self._move)
        row.settled.connect(self._settle)
        row.reset.connect(self._reset_one)
        row.lock_wanted.connect(self._set_lock)
        row.menu_wanted.connect(self._open_menu)
        self._stack.addWidget(row)
        return row

    @Slot()
    def _show(self) -> None:
        """Show where z is. Called for every event of a drag: rows that show it already do nothing."""
        state = self._exploration.state
        if not len(state.z):
            return
        for row in self._rows:
            axis = row.axis
            if axis is not None and (axis.number is None or axis.number < len(state.z)):
                row.show_value(axis.value(state.z), axis.value(state.origin), axis.key in state.locks)
        edited = state.z is not state.origin and not (state.z == state.origin).all()
        if self._reset.isEnabled() != edited:
            self._reset.setEnabled(edited)
        if self._unlock.isVisibleTo(self) != bool(state.locks):
            self._unlock.setVisible(bool(state.locks))

    # What the person wants

    @Slot(object, float)
    def _move(self, axis: Axis, value: float) -> None:
        exploration = self._exploration
        text = f"move {axis.name}"
        if axis.number is None or exploration.state.locks:
            exploration.move_along(axis.vector(exploration.latent_dim), value, text, axis.key)
            return
        z = exploration.z.copy()
        z[axis.number] = value
        exploration.edit(z, text, axis.key)

    @Slot()
    def _settle(self) -> None:
        self._exploration.settle()
        if self._due and not self._in_hand():
            self._refill()

    @Slot(object)
    def _reset_one(self, axis: Axis) -> None:
        self._exploration.settle()
        self._move(axis, axis.value(self._exploration.state.origin))
        self._exploration.settle()

    @Slot()
    def _reset_everything(self) -> None:
        self._exploration.edit(self._exploration.state.origin, "reset all")

    @Slot(object, bool)
    def _set_lock(self, axis: Axis, lock: bool) -> None:
        vector = axis.vector(self._exploration.latent_dim)
        self._exploration.set_lock(axis.key, vector if lock else None)

    @Slot(object, QWidget)
    def _open_menu(self, axis: Axis, button: QWidget) -> None:
        direction = axis.direction
        assert direction is not None
        menu = QMenu(self)
        named(menu, "directionMenu", f"What to do with {axis.name}")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._tabs.current() == ATTRIBUTES:
            add_action(menu, "Rename…", "directionRenameAction", lambda: self._ask_name(direction, kept=True))
            add_action(menu, "Remove", "directionRemoveAction", lambda: self.shelf.remove(direction))
        else:
            add_action(
                menu,
                "Save under a name…",
                "directionSaveAction",
                lambda: self._ask_name(direction, kept=False),
            )
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def _ask_name(self, direction: Direction, *, kept: bool) -> None:
        if kept:
            dialog = NameDialog(self, "Rename this direction", "What does it change?", direction.name)
            dialog.given.connect(lambda name: self.shelf.rename(direction, name))
        else:
            dialog = NameDialog(
                self,
                "Save this direction",
                "It is kept with the run and offered under Attributes for all its checkpoints.",
            )
            dialog.given.connect(lambda name: self.shelf.keep(direction, name))
        dialog.open()


def _why_none(tab: int, directions: Sequence[Direction] | None, searched: bool) -> str:
    if directions is None:
        return "Looking at the generator's first layer…"
    if searched and directions:
        return "None of that name."
    if tab == ATTRIBUTES:
        return (
            "Nothing taught yet. Press Teach, name something that only some faces have, such as a smile, and "
            "answer for a few faces. You can also save any direction here under a name of yours."
        )
    return "This generator draws the same face whatever the numbers are, so it has no directions."

"""Leafing through a sheet that has more faces than can be told apart at once."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.explore.exploration import Vector
from studio.parts import IconButton, label, named


class SheetPager(QWidget):
    """Two buttons and where one is; `turned` when a page has been. Hidden while it has no use."""

    turned = Signal()

    def __init__(self) -> None:
        super().__init__()
        named(self, "sheetPager", "Part of the sheet that is shown")
        self.first = 0  # of the faces that are shown
        self._size = 1
        self._sheet: Vector | None = None
        self._back = IconButton("chevron-left", "sheetBackButton", "Faces before these")
        self._on = IconButton("chevron-right", "sheetOnButton", "Faces after these")
        self._words = label("", "muted", name="sheetPagerLabel", accessible="Faces that are shown")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self._back)
        row.addWidget(self._words, 1)
        row.addWidget(self._on)
        self._back.clicked.connect(lambda: self._turn(-1))
        self._on.clicked.connect(lambda: self._turn(1))
        self.hide()

    def offer(self, sheet: Vector | None, most: int) -> None:
        """What can be leafed through: a sheet of more faces than `most`; another one from its beginning."""
        if sheet is not None and len(sheet) <= most:
            sheet = None
        if sheet is not self._sheet:
            self._sheet, self.first = sheet, 0
            self.setVisible(sheet is not None)

    def page(self, size: int) -> Vector:
        """The `size` faces from `first` on, or as many as are left."""
        assert self._sheet is not None
        self._size, total = size, len(self._sheet)
        last = min(self.first + size, total)
        self._words.setText(f"{self.first + 1:,} to {last:,} of {total:,}")
        self._back.setEnabled(self.first > 0)
        self._on.setEnabled(last < total)
        return self._sheet[self.first : last]

    @Slot(int)
    def _turn(self, by: int) -> None:
        self.first = max(0, self.first + by * self._size)
        self.turned.emit()

"""What a sheet of faces shall be like: a form with a preview and what it will come to."""

from collections.abc import Callable
from math import ceil

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from core import export
from core.sheets import Sheet, extent
from studio.explore.decoder import Faces
from studio.explore.exploration import Exploration, Vector
from studio.explore.exports.export_dialog import ExportDialog, show_row, spin
from studio.explore.exports.sheet_preview import SheetPreview
from studio.explore.subjects import Moment, Subject, title_of
from studio.parts import Segmented, Switch, named

MOST_ACROSS = 50
PREVIEWED = 256  # 0.8 s of a 64-feature generator on two cores
PNG, ARRAY, FOLDER = range(3)
KIND_HELP = (
    "A sheet is one PNG picture of all faces. An array (.npy) is for calculating with NumPy: (faces, 3, "
    "height, width), 0 to 255. A folder has one PNG for each face."
)
SCALE_HELP = "Every pixel of the generator becomes a square of so many pixels. Nothing is blurred."
REMEMBERS = "A PNG remembers its faces: drop it on this window and they are back, bit for bit."
LIVE = (
    "This moment of the training is in no file, so the sheet could not be opened again. Choose a saved step "
    "for that."
)


class SheetDialog(ExportDialog):
    """What the sheet shall be like."""

    def __init__(
        self,
        exploration: Exploration,
        over: QWidget,
        subject: Subject,
        moment: Moment,
        vectors: Callable[[int], Vector],
        count: int | None,
        rows: int,
        columns: int,
        truncation: float,
    ) -> None:
        """vectors: the first faces, as many as asked for. count: how many there are; None: any number."""
        self._preview = SheetPreview()
        single = count == 1
        super().__init__(
            over,
            "sheetDialog",
            "Export this face" if single else "Export a sheet of faces",
            title_of(subject, moment),
            self._preview,
        )
        self._vectors, self._count, self._truncation = vectors, count, truncation
        self._moment, self._size_px = moment, subject.size_px
        self._decoded = 0
        self._line = exploration.line(2, truncated=False)
        self._line.ready.connect(self._show)
        self.finished.connect(self._close_line)

        self._kind = Segmented(
            (("sheetAsPng", "Sheet"), ("sheetAsArray", "Array"), ("sheetAsFolder", "Folder")), "Write as"
        )
        self._columns = spin("exportColumns", "Columns", 1, min(count or MOST_ACROSS, MOST_ACROSS), columns)
        self._rows_spin = spin("exportRows", "Rows", 1, MOST_ACROSS if count is None else count, rows)
        self._rows_spin.setEnabled(count is None)  # else they follow from the columns
        self._scale = spin("exportScale", "Scale", 1, 32, 4 if single else 1, " ×")
        self._spacing = spin("exportSpacing", "Spacing", 0, 64, 0 if single else 2, " px")
        self._labels = Switch()
        named(self._labels, "exportLabels", "Number below each face")
        kind = self.add_row(
            "Write",
            [self._kind],
            help_name="exportKindHelp",
            help_text=KIND_HELP,
        )
        across = self.add_row("Columns", [self._columns])
        down = self.add_row("Rows", [self._rows_spin])
        self._scale_row = self.add_row(
            "Scale",
            [self._scale],
            help_name="exportScaleHelp",
            help_text=SCALE_HELP,
        )
        self._paper_rows = [self.add_row("Spacing", [self._spacing]), self.add_row("Numbers", [self._labels])]
        for row in (kind, across, down, *self._paper_rows) if single else ():
            show_row(row, False)
        self._kind.chosen.connect(self._describe)
        self._labels.toggled.connect(self._describe)
        for each in (self._columns, self._rows_spin, self._scale, self._spacing):
            each.valueChanged.connect(self._describe)
        self._describe()

    def kind(self) -> int:
        return self._kind.current()

    def sheet(self) -> Sheet:
        """As the form stands, without what the generator says of itself."""
        columns = self._columns.value()
        count = columns * self._rows_spin.value() if self._count is None else self._count
        plain = self.kind() != PNG
        return Sheet(
            np.ascontiguousarray(self._vectors(count), np.float32),
            rows=ceil(count / columns),
            columns=columns,
            spacing=self._spacing.value(),
            scale=1 if self.kind() == ARRAY else self._scale.value(),
            labels=self._labels.isChecked() and not plain,
            truncation=self._truncation,
        )

    @Slot()
    def _describe(self) -> None:
        if self._count is not None:
            self._rows_spin.setValue(ceil(self._count / self._columns.value()))
        sheet, kind = self.sheet(), self.kind()
        count, side = len(sheet.z), self._size_px * sheet.scale
        if self._count != 1:
            show_row(self._scale_row, kind != ARRAY)
            for row in self._paper_rows:
                show_row(row, kind == PNG)
        width, height, _ = extent(self._size_px, sheet)
        faces = f"{count:,} faces" if count > 1 else "1 face"
        size = f"{width:,} × {height:,} px" if kind == PNG else f"{side} × {side} px each"
        notes = [LIVE if self._moment.live is not None else REMEMBERS] if kind != ARRAY else []
        if sheet.truncation != 1:
            notes.insert(0, f"Truncation {sheet.truncation:.2f}, as in the window.")
        if count > PREVIEWED:
            notes.append(f"The preview shows the first {PREVIEWED}.")
        trouble = ""
        if kind == PNG and width * height > export.MOST_PIXELS:
            trouble = (
                f"A sheet has {export.MOST_PIXELS // 1_000_000} megapixels at most. Lower the scale or take "
                "fewer faces."
            )
        self.say(f"{faces} · {size}", " ".join(notes), trouble=trouble)
        self._preview.show_layout(sheet, self._size_px)
        seen = min(count, PREVIEWED)
        if seen > self._decoded:
            self._decoded = seen
            self._line.ask(sheet.vectors[:seen], moments=(self._moment,))

    @Slot(object)
    def _show(self, faces: Faces) -> None:
        self._preview.show_pictures(faces.pictures)

    @Slot()
    def _close_line(self) -> None:
        self._line.close()

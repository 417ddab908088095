"""Things dragged over the window: what may be let go, and what would come of it."""

from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from core.likeness.photos import SUFFIXES as PICTURES
from studio.explore.arrivals.suffixes import GENERATORS
from studio.parts import label, named

Kind = Literal["generator", "picture", "run", "source"]
# What letting go of it would do, in a few words and in a sentence.
MEANINGS: dict[Kind, tuple[str, str]] = {
    "generator": ("Drop to open this generator", "It is read safely and explored"),
    "picture": (
        "Drop to open this picture",
        "A sheet brings its faces back; a photo can be looked for",
    ),
    "run": ("Drop to look at this run", "Its faces and curves are shown"),
    "source": ("Drop to choose these pictures", "A folder or a zip file"),
}


class DropOverlay(QFrame):
    """Says what will happen if one lets go."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, "dropOverlay", "Drop pictures here")
        self._over = parent
        self.setProperty("drop", True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self)
        self._title, self._about = label("", "title"), label("", "muted")
        for line in (self._title, self._about):
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(line)
        column.insertStretch(0, 1)
        column.addStretch(1)
        self.hide()

    def cover(self, kind: Kind) -> None:
        title, about = MEANINGS[kind]
        self._title.setText(title)
        self._about.setText(about)
        self.setGeometry(self._over.rect().adjusted(24, 24, -24, -24))
        self.show()
        self.raise_()


def kind_of(path: Path) -> Kind:
    """What a dropped folder or file is taken for. A run's grids are no pictures to train on."""
    suffix = path.suffix.lower() if path.is_file() else ""
    if suffix in GENERATORS:
        return "generator"
    if suffix in PICTURES:
        return "picture"
    return "run" if (path / "run.json").is_file() else "source"


def dropped(event: QDropEvent | QDragEnterEvent) -> Path | None:
    """The one local folder or file that is being dragged, if it is of a kind that can be opened."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    known = path.suffix.lower() in (".zip", *GENERATORS, *PICTURES)
    return path if path.is_dir() or known else None

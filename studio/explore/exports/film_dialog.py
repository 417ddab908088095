"""What a film shall be like: format, pace and size, with the film itself playing beside."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from core.errors import StudioError
from core.films.writing import FORMATS, MOST_FPS, MOST_SIDE, check_film
from studio.explore.decoder import Faces
from studio.explore.exports.export_dialog import ExportDialog, show_row, spin
from studio.explore.exports.film_preview import FilmPreview
from studio.parts import Segmented, Switch, named

KINDS = {".mp4": "MP4 film", ".webp": "WebP animation", ".gif": "GIF animation"}
FORMAT_HELP = (
    "MP4 is small and plays everywhere that films do. WebP keeps every pixel and plays in web pages. GIF "
    "plays wherever pictures are shown, with 256 colours a frame."
)
SCALE_HELP = "Every pixel of the generator becomes a square of so many pixels. Nothing is blurred."
GOOD_SIDE = 384  # px that a film has at least, unless told otherwise


class FilmDialog(ExportDialog):
    """A form for frames that are known in size and number; `set_frames` when either changes."""

    def __init__(
        self, over: QWidget, heading: str, about: str, *, fps: float, loop: bool, side_px: int
    ) -> None:
        """side_px: the shorter side of a frame, for a good scale to begin with."""
        self.preview = FilmPreview()
        super().__init__(over, "filmDialog", heading, about, self.preview)
        self._count, self._width, self._height = 1, 1, 1
        self._format = Segmented(
            tuple((f"filmAs{kind[1:].capitalize()}", KINDS[kind].split()[0]) for kind in FORMATS),
            "Format of the film",
        )
        self._fps = spin("exportFps", "Frames a second", 1, int(MOST_FPS), round(fps))
        self._scale = spin("exportScale", "Scale", 1, 32, 1, " ×")
        self.set_good_scale(side_px)
        self._loop = Switch()
        self._loop.setChecked(loop)
        named(self._loop, "exportLoop", "Play again and again")
        self.add_row("Format", [self._format], help_name="exportFormatHelp", help_text=FORMAT_HELP)
        self.add_row("Frames a second", [self._fps])
        self.add_row("Scale", [self._scale], help_name="exportScaleHelp", help_text=SCALE_HELP)
        self._loop_row = self.add_row("Repeat", [self._loop])
        self._format.chosen.connect(self.describe)
        self._fps.valueChanged.connect(self.describe)
        self._scale.valueChanged.connect(self.describe)

    def set_frames(self, count: int, width: int, height: int) -> None:
        """How many frames there are, and their size in px before scaling."""
        self._count, self._width, self._height = count, width, height
        self.describe()

    def set_good_scale(self, side_px: int) -> None:
        """As much as frames of this side need to be seen well."""
        self._scale.setValue(-(-GOOD_SIDE // side_px))

    def suffix(self) -> str:
        return FORMATS[self._format.current()]

    def fps(self) -> int:
        return self._fps.value()

    def scale(self) -> int:
        return self._scale.value()

    def loop(self) -> bool:
        return self._loop.isChecked()

    @Slot(object)
    def show_faces(self, faces: Faces) -> None:
        """Play these, all of the film's or some of them evenly chosen."""
        self.preview.show_frames(faces.pictures)

    @Slot()
    def describe(self) -> None:
        show_row(self._loop_row, self.suffix() != ".mp4")  # of an MP4 the player decides
        seconds = self._count / self.fps()
        self.preview.set_length(seconds)
        width, height = self._width * self.scale(), self._height * self.scale()
        trouble = ""
        try:
            check_film(self.suffix(), self.fps(), self.scale())
        except StudioError as error:
            trouble = str(error)
        if max(width, height) > MOST_SIDE:
            trouble = f"A film is {MOST_SIDE:,} px wide and high at most. Lower the scale."
        frames = f"{self._count:,} frame{'s' if self._count != 1 else ''}"
        self.say(f"{frames} · {seconds:.1f} s", f"{width:,} × {height:,} px", trouble=trouble)

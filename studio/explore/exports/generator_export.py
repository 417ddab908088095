"""The generator alone as a file: for this program and PyTorch, or as ONNX for anything else."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from core.errors import Cancelled
from studio.explore.exploration import Exploration
from studio.explore.exports.destination import ask_file, exports_of, file_name
from studio.explore.exports.export_dialog import ExportDialog
from studio.explore.loading import generator_of
from studio.explore.subjects import Moment, Subject, title_of
from studio.parts import Segmented
from studio.task import Progress, run_task

SUFFIXES = (".safetensors", ".onnx")
KINDS = {".safetensors": "Generator", ".onnx": "ONNX model"}
WORDS = {
    ".safetensors": (
        "For this program and PyTorch",
        "Weights as plain numbers, no code. Drop the file on this window, here or elsewhere, to explore it. "
        "Beside it goes a small card in Markdown that says what it is and how it is used.",
    ),
    ".onnx": (
        "For other programs and languages",
        "Takes any number of faces at once. Before it is kept, its pictures of random vectors are compared "
        "with this program's own.",
    ),
}
HELP = (
    "Safetensors holds the weights and is what this program opens. ONNX holds weights and layers, for "
    "programs that know nothing of PyTorch: browsers, phones, game engines."
)


class GeneratorExport(QObject):
    """Asks for the kind of file and where it goes, writes it, and tells how it went."""

    def __init__(self, exploration: Exploration, over: QWidget) -> None:
        super().__init__(over)
        self._exploration = exploration
        self._over = over

    @Slot()
    def ask(self) -> None:
        """Of the moment that is explored."""
        subject, moment = self._exploration.subject, self._exploration.moment
        if subject is None or moment is None:
            return
        form = GeneratorDialog(self._over, subject, moment)
        form.wanted.connect(lambda: self._ask_where(form, subject, moment))
        form.open()

    def _ask_where(self, form: "GeneratorDialog", subject: Subject, moment: Moment) -> None:
        suffix = form.suffix()
        step = "" if moment.step is None else f" step {moment.step}"

        def write(path: Path) -> None:
            form.accept()
            run_task(
                self._over,
                "Writing the generator",
                lambda progress, cancelled: write_generator(path, subject, moment, progress, cancelled),
                self._exploration.message.emit,
                self._exploration.message.emit,
            )

        proposed = f"{file_name(subject.name + step)}{suffix}"
        ask_file(form, exports_of(subject), proposed, {suffix: KINDS[suffix]}, write)


def write_generator(
    path: Path, subject: Subject, moment: Moment, progress: Progress, cancelled: Callable[[], bool]
) -> str:
    """Write what the suffix says; what to tell the person comes back. Takes a while.

    Raises StudioError; Cancelled, with nothing written.
    """
    generator = generator_of(moment)
    if cancelled():
        raise Cancelled("Cancelled.")
    if path.suffix.lower() == ".onnx":
        from core.onnx_export import save_onnx

        check = save_onnx(path, generator, name=title_of(subject, moment))
        return (
            f"Saved {path.name} in {path.parent}. Checked: {check.checked} pictures differ from PyTorch's by "
            f"{check.max_difference:.1g} at most, of a range of 2."
        )
    from core import generators
    from core.model_card import about_run, save_with_card

    if subject.run is not None:
        about = about_run(subject.run)
    else:
        about = generators.read_facts(moment.path).about if moment.path is not None else {}
    if cancelled():
        raise Cancelled("Cancelled.")
    card = save_with_card(path, generator, name=subject.name, step=moment.step, about=about)
    return f"Saved {path.name} and its card {card.name} in {path.parent}."


class GeneratorDialog(ExportDialog):
    """For whom the file is."""

    def __init__(self, over: QWidget, subject: Subject, moment: Moment) -> None:
        super().__init__(over, "generatorDialog", "Export the generator", title_of(subject, moment), None)
        self._kind = Segmented((("asSafetensors", "Safetensors"), ("asOnnx", "ONNX")), "Kind of file")
        self.add_row("Write", [self._kind], help_name="generatorKindHelp", help_text=HELP)
        self._kind.chosen.connect(self._describe)
        self._describe()

    def suffix(self) -> str:
        return SUFFIXES[self._kind.current()]

    @Slot()
    def _describe(self) -> None:
        self.say(*WORDS[self.suffix()])

"""What can be explored: runs with their moments, and generators that were imported."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import StudioError
from core.runs import Run, default_runs_folder, list_runs, open_run

if TYPE_CHECKING:
    from core.models import Generator


@dataclass(frozen=True, eq=False, slots=True)
class Moment:
    """A generator as it was at one step. Two are equal if they lie in one file or are one object."""

    step: int | None  # None: not known
    path: Path | None = None  # a checkpoint or generator file
    live: "Generator | None" = field(default=None, repr=False)  # of the run in training, not in any file

    @property
    def key(self) -> object:
        return self.path if self.live is None else id(self.live)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moment) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def title(self) -> str:
        words = "one moment" if self.step is None else f"step {self.step:,}"
        return words if self.live is None else f"{words}, live"


@dataclass(frozen=True, slots=True)
class Subject:
    """A run or an imported generator."""

    name: str
    latent_dim: int
    size_px: int
    home: Path  # where favourites and directions are kept
    moments: tuple[Moment, ...]  # by step
    run: Run | None = None

    @property
    def key(self) -> Path:
        return self.home


def title_of(subject: Subject, moment: Moment) -> str:
    """For people: the name, and the step where it is known."""
    return subject.name if moment.step is None else f"{subject.name}, {moment.title}"


def imported_folder() -> Path:
    """Where imported generators go: beside the runs."""
    return default_runs_folder() / "Generators"


def subject_of_run(run: Run) -> Subject:
    moments = tuple(Moment(step, path) for step, path in run.generators())
    return Subject(run.name, run.config.latent_dim, run.config.size, run.latent_folder, moments, run)


def subject_of_file(path: Path) -> Subject:
    """A generator file of ours; its favourites lie in a folder beside it. Raises RunError."""
    from core.generators import read_facts  # imports torch

    facts = read_facts(path)
    moment = Moment(facts.step, path)
    home = path.with_suffix("")
    return Subject(facts.name or path.stem, facts.shape.latent_dim, facts.shape.size, home, (moment,))


def find_subjects(also: Path | None = None) -> list[Subject]:
    """Runs, last written first, then imported generators by name.

    also: a run folder that lies elsewhere, put first. Raises RunError if that cannot be read; a generator
    file that cannot is left out.
    """
    found = [subject_of_run(summary.run) for summary in list_runs(default_runs_folder())]
    if also is not None and all(each.run is None or each.run.folder != also for each in found):
        found.insert(0, subject_of_run(open_run(also)))
    for path in sorted(imported_folder().glob("*.safetensors")):
        try:
            found.append(subject_of_file(path))
        except StudioError:
            continue
    return found

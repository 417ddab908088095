"""The course of a run as its journal tells it, row by row: the training under way, its segment, its knobs."""

from collections.abc import Sequence

from core import knobs
from core.journal import Row
from core.knobs import Turn
from core.runs import AT_REST, LIFE


class Course:
    """What the rows that were noted say; its numbers are those of the newest training."""

    def __init__(self, turning: Sequence[Row] = ()) -> None:
        """turning: the rows from before that knobs follow from."""
        self.turning = list(turning)
        self.turns: list[Turn] = knobs.history(self.turning)
        self.session: int | None = None  # the segment that the training under way began with
        self.segment = 0  # of the metrics
        self.step = 0  # that this segment goes on from
        self.began: Row = {}  # what "started" or "resumed" said
        self.life = "new"
        self.end: Row | None = None  # "stopped", "finished" or "failed", if nothing has begun since

    def note(self, row: Row) -> None:
        name, segment = row.get("event"), row.get("segment")
        if name in ("knob", "returned"):
            self.turning.append(row)
            self.turns = knobs.history(self.turning)
        if isinstance(segment, int):  # "started", "resumed", "returned" and "memory"
            self.segment = segment
            self.step = row["step"] - (name == "memory")  # it names the step that is taken again
            if name in ("started", "resumed"):
                self.began, self.session = row, segment
        if name in LIFE:
            self.life = str(name)
            self.end = row if name in AT_REST else None

    @property
    def images(self) -> int:
        """How many pictures it learns from; very many if that is not said, as few are a case of their own."""
        images = self.began.get("images")
        return images if isinstance(images, int) and images > 0 else 10**9

    def turns_after(self, step: int) -> list[Turn]:
        """The knobs of steps to come."""
        return [turn for turn in self.turns if turn[0] > step]

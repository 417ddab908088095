"""What a source is, and what a look at it finds."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.data.labels import Labels
from core.data.watch import Watch

# A larger file is not read: no picture of up to 50 megapixels needs that much, and a video or a disk image
# would fill the memory of every worker.
LARGEST_FILE = 256 * 1024 * 1024


class BadPicture(Exception):  # noqa: N818  it is kept as the reason of a skipped file, never shown as an error
    """One file cannot be used; `str(error)` is the reason, fit to stand after "name: "."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is left out, and why. `path` is for reading: bytes that are no UTF-8 show as \\xNN."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class RawPicture:
    """The bytes of one picture file and, if the source knows them only now, its attributes (0 and 1)."""

    data: bytes
    attributes: bytes = b""


class Batch(ABC):
    """Consecutive pictures of a source. It is pickled and read in another process."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def name(self, index: int) -> str:
        """The picture's path in its source, for reading."""

    @abstractmethod
    def read(self, index: int, side: int) -> RawPicture:
        """One picture's file; a source that draws makes it `side` pixels high. Raises BadPicture, OSError."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a source that may be pictures, in the order in which they are prepared."""

    count: int
    batch: Callable[[int, int], Batch]  # start, stop -> those pictures
    skipped: Sequence[Skipped] = ()
    labels: Labels | None = None  # one row per file
    attribute_names: Sequence[str] = ()  # of RawPicture.attributes
    total_bytes: int = 0


class Source(ABC):
    """Where pictures come from. Looking at it never changes it."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What a person reads: "faces", "celeba.zip", "Built-in cartoons (4,096)"."""

    @property
    @abstractmethod
    def text(self) -> str:
        """What `open_source` takes again, on another day and from another folder."""

    @abstractmethod
    def identity(self, watch: Watch) -> str:
        """A text that changes whenever the pictures may have changed; cheap, as nothing is decoded.

        Raises SourceError, Cancelled.
        """

    @abstractmethod
    def scan(self, watch: Watch) -> Listing:
        """The files that may be pictures. Raises SourceError, Cancelled."""

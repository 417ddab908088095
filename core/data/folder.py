"""Pictures in a folder, flat or nested."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.data.celeba import Attributes
from core.data.labels import label_by_folder
from core.data.listing import LARGEST_FILE, BadPicture, Batch, Listing, RawPicture, Skipped, Source
from core.data.names import readable
from core.data.walk import Visit, walk
from core.data.watch import Progress, Watch
from core.errors import SourceError


@dataclass(frozen=True, slots=True)
class Folder(Source):
    """The pictures below `path`, `chosen` being the folder that the person named."""

    chosen: Path
    path: Path
    attributes: Attributes | None = None

    @property
    def name(self) -> str:
        return readable(self.chosen.name or str(self.chosen))

    @property
    def text(self) -> str:
        return str(self.chosen)

    def identity(self, watch: Watch) -> str:
        digest = hashlib.blake2b(digest_size=16)
        for visit in self._visits(watch):
            digest.update(os.fsencode("\n".join([visit.path, *visit.files, ""])))
            digest.update(f"{visit.inodes} {visit.asked} {visit.skipped}".encode())
        listed = self.attributes.identity() if self.attributes else "none"
        return f"folder {os.fsencode(self.path)!r} {digest.hexdigest()} attributes {listed}"

    def scan(self, watch: Watch) -> Listing:
        names: list[str] = []
        skipped: list[Skipped] = []
        total_bytes = 0
        for visit in self._visits(watch):
            skipped += visit.skipped
            prefix = f"{visit.path}/" if visit.path else ""
            names += [prefix + name for name in visit.files]
            total_bytes += sum(size for size, _ in visit.asked)
        if self.attributes:
            labels, problems = self.attributes.labels(names)
            skipped += problems
        else:
            labels = label_by_folder(names)
        root = str(self.path)
        return Listing(
            count=len(names),
            batch=lambda start, stop: FolderBatch(root, names[start:stop]),
            skipped=skipped,
            labels=labels,
            total_bytes=total_bytes,
        )

    def _visits(self, watch: Watch) -> Iterator[Visit]:
        found = 0
        try:
            for visit in walk(str(self.path)):
                found += len(visit.files)
                watch.report(Progress("Looking for pictures", found, None))
                yield visit
        except OSError as error:
            raise SourceError(
                f"The folder {readable(str(self.path))} cannot be read ({error.strerror}). "
                "Allow reading it, or choose another folder."
            ) from error


@dataclass(frozen=True, slots=True)
class FolderBatch(Batch):
    root: str
    names: list[str]

    def __len__(self) -> int:
        return len(self.names)

    def name(self, index: int) -> str:
        return readable(self.names[index])

    def read(self, index: int, side: int) -> RawPicture:
        with Path(self.root, self.names[index]).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > LARGEST_FILE:
                raise BadPicture(f"it is larger than {LARGEST_FILE >> 20} MiB")
            return RawPicture(file.read(size))

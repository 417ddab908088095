"""A walk through a folder of any depth, once through every folder, whatever its links lead to."""

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from core.data.listing import Skipped
from core.data.names import readable

# Asking a file for its size and time takes 5 us, its name and inode a fifth of that. So the first files are
# all asked and of the others a sample, and 200,000 files are recognised in half a second. A picture that was
# added, removed, renamed or replaced is always noticed; one that was overwritten in place may not be, if it
# comes after the first. On Windows size and time come with the name, and the inode does not.
_ASKED_FIRST = 10_000
_ASKED_THEN = 1 if os.name == "nt" else 64

# fmt: off
# Files that lie beside pictures and are none, passed over in silence. Anything else is at least named.
_COMPANIONS = frozenset(
    {
        ".txt", ".csv", ".tsv", ".json", ".jsonl", ".md", ".xml", ".yaml", ".yml", ".toml", ".ini", ".cfg",
        ".log", ".html", ".htm", ".css", ".js", ".py", ".ipynb", ".sh", ".bat", ".pdf", ".doc", ".docx",
        ".xls", ".xlsx", ".npy", ".npz", ".mat", ".pkl", ".h5", ".lnk", ".url", ".db", ".lock", ".md5",
        ".sha1", ".sha256", ".xmp", ".aae", ".thm",
    }
)
# fmt: on
_SIDE_FOLDERS = ("__MACOSX", "@eaDir")  # macOS's and Synology's copies and thumbnails
_PICTURES = (".jpg", ".png", ".jpeg")


@dataclass(frozen=True, slots=True)
class Visit:
    """One folder: its "/"-separated path below the root ("" for the root), and the files in it."""

    path: str
    files: list[str] = field(default_factory=list)  # names, sorted
    asked: list[tuple[int, int]] = field(default_factory=list)  # of some: bytes, modification time in ns
    inodes: list[int] = field(default_factory=list)  # of the files that were not all asked
    skipped: list[Skipped] = field(default_factory=list)


def walk(root: str) -> Iterator[Visit]:
    """Every folder below `root`, in an order that depends on names alone.

    Symbolic links to files count as files. Those to folders are followed after all real folders were visited;
    one that leads to a folder already visited, a loop above all, is skipped. What is hidden is passed over.
    Raises OSError if `root` itself cannot be read.
    """
    return _Walk(root).visits()


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is passed over in silence."""
    return name[0] == "." or name in _SIDE_FOLDERS


def is_companion(name: str) -> bool:
    """Whether a file of this name lies beside pictures, known to be none; a folder may have any name."""
    if name.endswith(_PICTURES):  # most of them, at a third of the cost
        return False
    return name[name.rfind(".") :].lower() in _COMPANIONS


class _Walk:
    def __init__(self, root: str) -> None:
        self._root = root
        self._seen: set[tuple[int, int]] = set()  # device and inode of each folder visited
        self._links: list[str] = []  # to folders, not followed yet
        self._found = 0

    def visits(self) -> Iterator[Visit]:
        yield from self._below("")
        for link in self._links:  # it grows while what was linked is visited
            if reason := self._why_not_follow(link):
                yield Visit(link, skipped=[Skipped(readable(link), reason)])
            else:
                yield from self._below(link)

    def _below(self, top: str) -> Iterator[Visit]:
        """Visit `top` and the real folders in it."""
        waiting = [top]
        while waiting:
            visit = Visit(waiting.pop())
            try:
                with os.scandir(self._place(visit.path)) as entries:
                    if self._is_seen(visit.path):
                        visit.skipped.append(
                            Skipped(readable(visit.path), "the folder was already looked at")
                        )
                    else:
                        waiting.extend(sorted(self._sort_out(list(entries), visit), reverse=True))
            except OSError as error:
                if not visit.path:
                    raise
                reason = f"the folder cannot be read ({error.strerror})"
                visit.skipped.append(Skipped(readable(visit.path), reason))
            yield visit

    def _is_seen(self, path: str) -> bool:
        status = os.stat(self._place(path))  # noqa: PTH116  a Path for each folder would take longer than the rest
        key = (status.st_dev, status.st_ino)
        known = key in self._seen
        self._seen.add(key)
        return known

    def _sort_out(self, entries: list[os.DirEntry[str]], visit: Visit) -> list[str]:
        """Fill in the visit; the paths of the folders in it come back."""
        prefix = f"{visit.path}/" if visit.path else ""
        entries = [
            entry
            for entry in entries
            if not is_hidden(entry.name)
            and (not is_companion(entry.name) or entry.is_dir(follow_symlinks=False))
        ]
        files = [entry for entry in entries if entry.is_file(follow_symlinks=False)]
        others = [entry for entry in entries if not entry.is_file(follow_symlinks=False)]
        folders = []
        for entry in sorted(others, key=attrgetter("name")):
            path = prefix + entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                elif entry.is_dir():
                    self._links.append(path)
                elif entry.is_file():
                    files.append(entry)
                else:
                    dead = entry.is_symlink()
                    reason = "a symbolic link that leads nowhere" if dead else "it is a device or a pipe"
                    visit.skipped.append(Skipped(readable(path), reason))
            except OSError as error:
                loop = error.errno == errno.ELOOP
                reason = "a symbolic-link loop" if loop else f"it cannot be read ({error.strerror})"
                visit.skipped.append(Skipped(readable(path), reason))
        self._list(sorted(files, key=attrgetter("name")), visit)
        return folders

    def _list(self, files: list[os.DirEntry[str]], visit: Visit) -> None:
        visit.files.extend([entry.name for entry in files])
        asked = max(0, _ASKED_FIRST - self._found)
        if _ASKED_THEN > 1:
            visit.inodes.extend([entry.inode() for entry in files[asked:]])
        for entry in files[:asked] + files[asked::_ASKED_THEN]:
            try:
                status = entry.stat()
            except OSError:  # it will be found unreadable, and named, when it is decoded
                continue
            visit.asked.append((status.st_size, status.st_mtime_ns))
        self._found += len(files)

    def _why_not_follow(self, link: str) -> str | None:
        """The reason to leave out a link to a folder: it leads to one that holds it, or to one known."""
        place = Path(self._place(link))
        try:
            target = place.stat()
            holder = place.parent.resolve()
            holders = [up.stat() for up in (holder, *holder.parents)]
        except (OSError, RuntimeError) as error:
            return f"a symbolic link that cannot be followed ({error})"
        key = (target.st_dev, target.st_ino)
        if key in [(up.st_dev, up.st_ino) for up in holders]:
            return "a symbolic-link loop: it leads to a folder that it lies in"
        return "a symbolic link to a folder that was already looked at" if key in self._seen else None

    def _place(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

"""A walk through a folder of any depth, once through every folder, whatever its links lead to."""

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.data.listing import Skipped, readable

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


@dataclass(frozen=True, slots=True)
class Visit:
    """One folder: its "/"-separated path below the root ("" for the root), and its files by name.

    files: (name, bytes, modification time in ns)
    """

    path: str
    files: list[tuple[str, int, int]]
    skipped: list[Skipped]


def walk(root: str) -> Iterator[Visit]:
    """Every folder below `root`, in an order that depends on names alone.

    Symbolic links to files count as files. Those to folders are followed after all real folders were visited;
    one that leads to a folder already visited, a loop above all, is skipped. What is hidden is passed over.
    Raises OSError if `root` itself cannot be read.
    """
    seen: set[tuple[int, int]] = set()
    links: list[str] = []
    yield from _visit_below(root, "", seen, links)
    for link in links:  # it grows while what was linked is visited
        reason = _why_not_follow(_place(root, link), seen)
        if reason is None:
            yield from _visit_below(root, link, seen, links)
        else:
            yield Visit(link, [], [Skipped(readable(link), reason)])


def _visit_below(root: str, top: str, seen: set[tuple[int, int]], links: list[str]) -> Iterator[Visit]:
    """Visit `top` and the real folders in it; append its links to folders to `links`."""
    waiting = [top]
    while waiting:
        path = waiting.pop()
        visit = Visit(path, [], [])
        try:
            with os.scandir(_place(root, path)) as entries:
                status = os.stat(_place(root, path))  # noqa: PTH116  no Path is built per folder
                if (status.st_dev, status.st_ino) in seen:
                    visit.skipped.append(Skipped(readable(path), "the folder was already looked at"))
                else:
                    seen.add((status.st_dev, status.st_ino))
                    folders = _sort_out(list(entries), visit, links)
                    waiting.extend(sorted(folders, reverse=True))
        except OSError as error:
            if not path:
                raise
            visit.skipped.append(Skipped(readable(path), f"the folder cannot be read ({error.strerror})"))
        yield visit


def _sort_out(entries: list[os.DirEntry[str]], visit: Visit, links: list[str]) -> list[str]:
    """Fill in the visit's files; the paths of the folders in it come back. Costs one lstat a file."""
    prefix = f"{visit.path}/" if visit.path else ""
    folders, linked = [], []
    for entry in entries:
        name = entry.name
        if name[0] == "." or name == "__MACOSX" or name == "@eaDir":
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                folders.append(prefix + name)
            elif is_companion(name):
                continue
            elif entry.is_dir():
                linked.append(prefix + name)
            elif entry.is_file():
                status = entry.stat()
                visit.files.append((name, status.st_size, status.st_mtime_ns))
            elif entry.is_symlink():
                visit.skipped.append(Skipped(readable(prefix + name), "a symbolic link that leads nowhere"))
            else:
                visit.skipped.append(Skipped(readable(prefix + name), "it is a device or a pipe, not a file"))
        except OSError as error:
            loop = error.errno == errno.ELOOP
            reason = "a symbolic-link loop" if loop else f"it cannot be read ({error.strerror})"
            visit.skipped.append(Skipped(readable(prefix + name), reason))
    visit.files.sort()
    visit.skipped.sort(key=lambda skipped: skipped.path)
    links.extend(sorted(linked))
    return folders


def _why_not_follow(link: str, seen: set[tuple[int, int]]) -> str | None:
    """The reason to leave out a link to a folder: it leads to one that holds the link, or to one known."""
    try:
        target = os.stat(link)  # noqa: PTH116
        key = (target.st_dev, target.st_ino)
        holder = Path(os.path.realpath(link.rpartition("/")[0]))
        if any((up.stat().st_dev, up.stat().st_ino) == key for up in (holder, *holder.parents)):
            return "a symbolic-link loop: it leads to a folder that it lies in"
    except OSError as error:
        return f"a symbolic link that cannot be followed ({error.strerror})"
    return "a symbolic link to a folder that was already looked at" if key in seen else None


def is_companion(name: str) -> bool:
    """Whether a file of this name is passed over in silence."""
    return name[name.rfind(".") :].lower() in _COMPANIONS


def _place(root: str, path: str) -> str:
    return f"{root}/{path}" if path else root

"""What is known about each picture: its sub-folder, or yes/no attributes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.names import readable


@dataclass(frozen=True, slots=True)
class Labels:
    """Names, and which of them hold for which picture.

    stored: (n, len(names)) uint8 of 0 and 1 where several may hold (attributes); or (n,) int32 class numbers
    where at most one holds (sub-folders), -1 for none. The second form keeps ten thousand sub-folders small.
    """

    names: list[str]
    stored: NDArray[np.uint8] | NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.stored)

    @property
    def values(self) -> NDArray[np.uint8]:
        """(n, len(names)) uint8, 1 where the name holds for the picture."""
        if self.stored.ndim == 2:
            return self.stored.astype(np.uint8, copy=False)
        return np.asarray(self.stored[:, None] == np.arange(len(self.names)), np.uint8)

    def column(self, name: str) -> NDArray[np.uint8]:
        """(n,) uint8, 1 where `name` holds. Raises ValueError if there is no such label."""
        number = self.names.index(name)
        if self.stored.ndim == 2:
            return self.stored[:, number].astype(np.uint8, copy=False)
        return np.asarray(self.stored == number, np.uint8)

    def take(self, rows: NDArray[np.int64]) -> "Labels":
        """The labels of some pictures, in the order of `rows`."""
        return Labels(self.names, self.stored[rows])


def label_by_folder(names: Sequence[str]) -> Labels | None:
    """Labels from the sub-folders of pictures named by "/"-separated paths; None unless there are two.

    Folders that all pictures share come off first, then the first folder that is left is the label.
    """
    # Folders are few and pictures many: only the folders are taken apart.
    folders = {name.rpartition("/")[0] for name in names}
    parts = {
        folder: [part for part in folder.split("/") if part not in ("", ".", "..")] for folder in folders
    }
    shared = _shared_depth(list(parts.values()))
    kind = {folder: own[shared] for folder, own in parts.items() if len(own) > shared}
    labels = sorted(set(kind.values()))
    if len(labels) < 2:
        return None
    number = {label: i for i, label in enumerate(labels)}
    number_of = {folder: number[kind[folder]] if folder in kind else -1 for folder in folders}
    stored = np.fromiter((number_of[name.rpartition("/")[0]] for name in names), np.int32, len(names))
    return Labels([readable(label) for label in labels], stored)


def _shared_depth(folders: list[list[str]]) -> int:
    first, last = (
        min(folders, default=[]),
        max(folders, default=[]),
    )  # whatever these two share, all in between share too
    depth = 0
    for a, b in zip(first, last, strict=False):
        if a != b:
            break
        depth += 1
    return depth

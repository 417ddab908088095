"""Writing a cache: in a temporary folder beside its place, committed by one rename."""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
import psutil
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.data.cache import FORMAT, open_cache
from core.data.labels import Labels
from core.data.listing import Skipped
from core.errors import SourceError

_DRAFT = ".building-"
_SPARE_BYTES = 64 << 20  # left for labels, the list of skipped files and everybody else


class CacheWriter:
    """A cache under construction, a context manager. Left without `commit`, nothing of it stays."""

    def __init__(self, folder: Path, *, size: int, channels: int, most: int) -> None:
        """Begin the cache that will be `folder`, of at most `most` pictures.

        Raises SourceError if the disk has no room for them or cannot be written.
        """
        self.count = 0
        self._folder = folder
        self._shape = (size, size, channels)
        self._digest = hashlib.blake2b(f"{self._shape}".encode(), digest_size=16)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            _clean_up(folder.parent)
            _check_space(folder.parent, most * size * size * channels)
            self._draft = folder.parent / f"{_DRAFT}{_own_mark()}-{secrets.token_hex(4)}"
            self._draft.mkdir()
            self._file: BinaryIO = (self._draft / "pictures.npy").open("wb")
            self._write_header()
        except OSError as error:
            raise self._unwritable(error) from error

    def add(self, pictures: NDArray[np.uint8]) -> None:
        """Append pictures, (m, size, size, channels). Raises SourceError if the disk is full."""
        packed = np.ascontiguousarray(pictures)
        try:
            self._file.write(packed.data)
        except OSError as error:
            raise self._unwritable(error) from error
        self._digest.update(packed.data)
        self.count += len(packed)

    def commit(
        self, about: dict[str, Any], labels: Labels | None, skipped: Sequence[Skipped], duplicates: int
    ) -> None:
        """Make the cache appear in its place, whole. If another process was faster, its equal one stays."""
        try:
            self._file.seek(0)
            self._write_header()
            os.fsync(self._file.fileno())
            self._file.close()
            if labels is not None:
                np.save(self._draft / "labels.npy", labels.stored)
                self._write_json("labels.json", labels.names)
            self._write_json("skipped.json", [(each.path, each.reason) for each in skipped])
            self._write_json(
                "cache.json",
                {
                    "format": FORMAT,
                    "digest": self._digest.hexdigest(),
                    "shape": [self.count, *self._shape],
                    "duplicates": duplicates,
                    **about,
                },
            )
            self._rename()
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # closing flushes, which fails again on a full disk
            self._file.close()
        shutil.rmtree(self._draft, ignore_errors=True)

    def _write_header(self) -> None:
        """The .npy header. numpy pads it so that a later count fits in the same bytes."""
        header = {"descr": "|u1", "fortran_order": False, "shape": (self.count, *self._shape)}
        npy.write_array_header_1_0(self._file, header)

    def _write_json(self, name: str, value: object) -> None:
        (self._draft / name).write_text(json.dumps(value), "utf-8")

    def _rename(self) -> None:
        try:
            self._draft.replace(self._folder)
        except OSError:  # a folder that is not empty cannot be replaced: another process was faster
            try:
                open_cache(self._folder)
            except SourceError:
                pass
            else:
                return
            raise

    def _unwritable(self, error: OSError) -> SourceError:
        return SourceError(
            f"The prepared pictures cannot be written to {self._folder.parent} ({error.strerror or error}). "
            "Free some space there, or set DCGAN_STUDIO_CACHE to another folder."
        )


def _check_space(root: Path, needed: int) -> None:
    free = shutil.disk_usage(root).free
    needed += _SPARE_BYTES
    if needed > free:
        raise SourceError(
            f"The prepared pictures need {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free in {root}. "
            "Free some space there, choose a smaller size or fewer pictures, or set DCGAN_STUDIO_CACHE to a "
            "folder on another disk."
        )


def _own_mark() -> str:
    """The process by number and start time, as numbers are used again."""
    return f"{os.getpid()}-{int(psutil.Process().create_time())}"


def _clean_up(root: Path) -> None:
    """Delete what processes that were killed left behind."""
    for draft in root.glob(f"{_DRAFT}*"):
        if not _is_alive(draft.name.removeprefix(_DRAFT)):
            shutil.rmtree(draft, ignore_errors=True)


def _is_alive(mark: str) -> bool:
    number, started, *_ = [*mark.split("-"), ""]
    try:
        # Start times are computed from the clock, which may have been set since.
        return bool(abs(psutil.Process(int(number)).create_time() - int(started)) < 5)
    except (psutil.NoSuchProcess, ValueError):
        return False
    except psutil.Error:  # it exists but does not let itself be asked
        return True

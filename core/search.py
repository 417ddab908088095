"""A generator among many files, found by the digest of its weights."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from core import generators
from core.errors import Cancelled, StudioError


def find_by_digest(
    digest: str,
    paths: Sequence[Path],
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path | None:
    """The first of these checkpoints and generator files whose weights have this digest, if there is one.

    First their headers are read; then the weights of those whose header does not say, as of checkpoints of
    older versions. Files that are gone or damaged are passed over. `progress` is told how many of how many
    were looked at, in each of the two rounds. Raises Cancelled.
    """
    silent: list[Path] = []

    def is_stated(path: Path) -> bool:
        stated = generators.read_facts(path).digest
        if not stated:
            silent.append(path)
        return stated == digest

    def is_computed(path: Path) -> bool:
        return generators.digest(generators.load(path)) == digest

    for fits, some in ((is_stated, paths), (is_computed, silent)) if digest else ():
        for index, path in enumerate(some):
            if cancelled is not None and cancelled():
                raise Cancelled("Cancelled.")
            if progress is not None:
                progress(index + 1, len(some))
            with suppress(StudioError):
                if fits(path):
                    return path
    return None

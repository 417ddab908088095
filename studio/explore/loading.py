"""Generators from files, kept for whoever wants them next; shared by all threads of the workspace."""

import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import RunError
from studio.explore.cores import CORES
from studio.explore.subjects import Moment, imported_folder

if TYPE_CHECKING:
    from core.models import Generator

KEPT_BYTES = 512 * 2**20  # of loaded generators: 36 of 64 features, so that a film strip loads each one once

_lock = threading.Lock()
_loaded: "OrderedDict[Path, tuple[int, Generator]]" = OrderedDict()  # each with when its file was written


def generator_of(moment: Moment) -> "Generator":
    """The generator of a moment, for a thread that computes with it next; its weights stay as they are.

    Raises RunError if its file is damaged, or gone before it was ever loaded.
    """
    CORES.take()
    if moment.live is not None:
        return moment.live
    assert moment.path is not None
    from core.generators import load  # torch takes 1.7 s, which the GUI thread must not pay

    path = moment.path
    with _lock:
        written, generator = _loaded.get(path, (0, None))
        try:
            now = path.stat().st_mtime_ns
        except FileNotFoundError as error:
            if generator is None:
                raise RunError(_gone(path)) from error
            now = written
        if generator is None or now != written:
            _loaded.pop(path, None)
            generator = load(path)
            _loaded[path] = now, generator
            while len(_loaded) > 1 and sum(_size(each) for _, each in _loaded.values()) > KEPT_BYTES:
                _loaded.popitem(last=False)
        _loaded.move_to_end(path)
        return generator


def _gone(path: Path) -> str:
    if path.parent == imported_folder():
        return f"{path.name} has been deleted. Import this generator again, or choose another one."
    return "This checkpoint has been replaced by newer ones. Choose another one."


def _size(generator: "Generator") -> int:
    return sum(weight.nbytes for weight in generator.parameters())

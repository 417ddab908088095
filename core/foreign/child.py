"""The process that reads a foreign file: the file on standard input, answers as lines of JSON on standard
output.

    {"at": "read"}                       Python is there, the file is checked next
    {"at": "torch"}                      its checks are passed, torch is imported next
    {"at": "load", "memory": BYTES}      torch is there, the file is read next, from this resident memory on
    {"refused": PREDICATE, "details": [...]}   or   {"found": PREFIX}

On "found" the generator is in the file OUT as safetensors, float32, under this program's own names.
"""

import json
import os
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from core.foreign.contents import Contents, read_contents
from core.foreign.layout import Plan, find_generator
from core.foreign.limits import lift_growth, limit_growth, limit_work
from core.foreign.misfits import Keys
from core.foreign.refusal import Refusal, quoted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Read = Callable[[Keys], NDArray[np.float32]]


def main(out: str) -> None:
    """Answer once, whatever the file does."""
    try:
        with open(0, "rb", closefd=False) as file:  # so that no path is opened twice
            size = os.fstat(0).st_size
            limit_work(size)
            import core.foreign.numbers  # noqa: F401  numpy, which takes a while and knows nothing of the file

            _tell({"at": "read"})
            limit_growth(size)
            answer: dict[str, Any] = {"found": _read(file, size, Path(out))}
    except Refusal as refusal:
        answer = {"refused": str(refusal), "details": refusal.details}
    except (MemoryError, RecursionError):
        answer = {"refused": "would take more memory than a file of its size may.", "details": []}
    except Exception as error:
        answer = {
            "refused": f"could not be read ({type(error).__name__}); copy or download it again.",
            "details": [quoted(error, 400)],
        }
    _tell(answer)


def _read(file: IO[bytes], size: int, out: Path) -> str:
    """Check everything, then write the generator; the result is the prefix it was found under."""
    from core.foreign.numbers import all_finite, read_numbers

    contents = read_contents(file, size)
    plan = find_generator(contents.tensors, sort=contents.form == "safetensors")

    def stored(keys: Keys) -> "NDArray[np.float32]":
        claim = contents.tensors[keys]
        return read_numbers(file, contents.spans[claim.storage.key], claim)

    for ours, keys in plan.sources.items():
        numbers = stored(keys)
        if not all_finite(numbers):
            raise Refusal(
                f"holds numbers in {quoted('.'.join(keys))} that are not finite: take an earlier checkpoint."
            )
        if ours.endswith("running_var") and (numbers < 0).any():
            raise Refusal(
                f"holds a negative variance in {quoted('.'.join(keys))}, which cannot be: it is damaged."
            )
    read = stored if contents.form == "safetensors" else _load(file, size, contents, plan)
    _write(out, plan, contents, read)
    return plan.prefix


def _load(file: IO[bytes], size: int, contents: Contents, plan: Plan) -> "Read":
    """The generator's tensors by torch's safe reader, each the shape and kind that was found before."""
    _tell({"at": "torch"})
    lift_growth()
    import psutil
    import torch

    _tell({"at": "load", "memory": psutil.Process().memory_info().rss})
    limit_growth(size)
    file.seek(0)
    loaded: Any = torch.load(file, map_location="cpu", weights_only=True)
    tensors: dict[Keys, torch.Tensor] = {}
    for keys in plan.sources.values():
        found = loaded
        for key in keys:
            found = _item(found, key)
        tensors[keys] = found
        claim = contents.tensors[keys]
        kind = str(found.dtype).removeprefix("torch.")
        if (kind, tuple(found.shape), found.stride()) != (claim.kind, claim.shape, claim.strides):
            raise Refusal("reads differently the second time: it is damaged.")
    del loaded  # and with it the optimisers' numbers
    return lambda keys: tensors.pop(keys).detach().float().contiguous().numpy()


def _item(container: Any, key: str) -> Any:
    """What is under a key that may have been a number."""
    if isinstance(container, dict):
        return next(value for name, value in container.items() if str(name) == key)
    return container[int(key)]


def _write(out: Path, plan: Plan, contents: Contents, read: "Read") -> None:
    """The generator as safetensors, one tensor in memory at a time."""
    import numpy as np

    shapes = {name: contents.tensors[keys].shape for name, keys in plan.sources.items()}
    shapes |= {name: (length,) for name, length in (plan.ones | plan.zeros).items()}
    header: dict[str, Any] = {}
    place = 0
    for name, shape in shapes.items():
        end = place + 4 * int(np.prod(shape))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": (place, end)}
        place = end

    def arrays() -> "Iterator[NDArray[np.float32]]":
        for name, shape in shapes.items():
            if name in plan.sources:
                yield read(plan.sources[name])
            else:
                yield np.full(shape, float(name in plan.ones), np.float32)

    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with out.open("xb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays():
            file.write(array.astype("<f4", copy=False).data)


def _tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()

"""Files put together by hand, byte by byte where they lie, and the corpus that they are collected in."""

import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

Make = Callable[
    [Path, Path], Path | None
]  # (where to write, the canary of code that ran) -> where else it is

CORPUS: dict[str, tuple[Make, str]] = {}  # id -> how it is made, a part of the sentence that refuses it


def hostile(name: str, refusal: str) -> Callable[[Make], Make]:
    """Put the maker of a hostile file into the corpus."""

    def add(make: Make) -> Make:
        assert name not in CORPUS
        CORPUS[name] = (make, refusal)
        return make

    return add


# Pickles, in the opcodes of protocol 2.


def text(value: str) -> bytes:
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    data = pickle.encode_long(value)
    return b"\x8a" + bytes([len(data)]) + data


def named(module: str, name: str) -> bytes:
    return b"c" + module.encode() + b"\n" + name.encode() + b"\n"


def row(*items: bytes) -> bytes:
    """A tuple."""
    return b"(" + b"".join(items) + b"t"


def call(module: str, name: str, *arguments: bytes) -> bytes:
    return named(module, name) + row(*arguments) + b"R"


def mapping(items: dict[str, bytes]) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


def stored(key: str, count: int, kind: str = "FloatStorage") -> bytes:
    return row(text("storage"), named("torch", kind), text(key), text("cpu"), number(count)) + b"Q"


def tensor(storage: bytes, shape: tuple[int, ...], strides: tuple[int, ...], offset: int = 0) -> bytes:
    return call(
        "torch._utils", "_rebuild_tensor_v2", storage, number(offset), row(*map(number, shape)),
        row(*map(number, strides)), b"\x89", call("collections", "OrderedDict"),
    )  # fmt: skip


def pickled(body: bytes) -> bytes:
    return b"\x80\x02" + body + b"."


# An honest generator of 16 px, which the hostile ones differ from in one thing.

SHAPES: dict[str, tuple[int, ...]] = {
    "main.0.weight": (4, 6, 4, 4),
    **{f"main.1.{name}": (6,) for name in ("weight", "bias", "running_mean", "running_var")},
    "main.3.weight": (6, 5, 4, 4),
    **{f"main.4.{name}": (5,) for name in ("weight", "bias", "running_mean", "running_var")},
    "main.6.weight": (5, 3, 4, 4),
}


def contiguous(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(np.prod(shape[axis + 1 :])) for axis in range(len(shape)))


def numbers() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {name: np.abs(random.normal(0, 0.3, shape)).astype(np.float32) for name, shape in SHAPES.items()}


def entries(
    bodies: dict[str, bytes] | None = None,
    arrays: dict[str, np.ndarray] | None = None,
    kind: str = "FloatStorage",
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The honest generator: pickled tensors by name, with `bodies` in place, and the storages by key."""
    tensors, storages = {}, {}
    for key, (name, array) in enumerate((numbers() | (arrays or {})).items()):
        tensors[name] = tensor(stored(str(key), array.size, kind), array.shape, contiguous(array.shape))
        storages[str(key)] = array.tobytes()
    return tensors | (bodies or {}), storages


def archive(
    path: Path,
    data: bytes,
    storages: dict[str, bytes],
    *,
    extra: dict[str, bytes] | None = None,
    compression: int = zipfile.ZIP_STORED,
    byteorder: bytes = b"little",
) -> None:
    """A zip of the form that torch.save writes."""
    with zipfile.ZipFile(path, "w", compression) as file:
        file.writestr("archive/data.pkl", data)
        file.writestr("archive/byteorder", byteorder)
        for key, each in storages.items():
            file.writestr(f"archive/data/{key}", each)
        file.writestr("archive/version", b"3\n")
        for name, each in (extra or {}).items():
            file.writestr(name, each)


def honest(path: Path) -> bytes:
    """Write the honest generator; the result is its bytes."""
    tensors, storages = entries()
    archive(path, pickled(mapping(tensors)), storages)
    return path.read_bytes()

"""Well-formed files without a generator's finite floats, and headers of safetensors that lie."""

import json
import struct
import warnings
from pathlib import Path

import numpy as np
import safetensors.torch
import torch

from tests.core.foreign.assembly import (
    archive,
    contiguous,
    entries,
    hostile,
    mapping,
    numbers,
    pickled,
    stored,
    tensor,
)
from tests.core.foreign.networks import Discriminator, MainGenerator


def with_number(path: Path, name: str, value: float) -> None:
    arrays = numbers()
    arrays[name].flat[-1] = value
    tensors, storages = entries(arrays=arrays)
    archive(path, pickled(mapping(tensors)), storages)


def with_tensor(path: Path, replaced: torch.Tensor) -> None:
    weights = MainGenerator(4, (8, 8)).state_dict()
    weights["main.3.weight"] = replaced
    torch.save(weights, path)


@hostile("a NaN", "not finite")
def _(path: Path, canary: Path) -> None:
    with_number(path, "main.3.weight", float("nan"))


@hostile("an infinite bias", "not finite")
def _(path: Path, canary: Path) -> None:
    with_number(path, "main.4.bias", float("-inf"))


@hostile("a negative variance", "negative variance")
def _(path: Path, canary: Path) -> None:
    with_number(path, "main.1.running_var", -1.0)


@hostile("doubles beyond float32", "not finite")
def _(path: Path, canary: Path) -> None:
    arrays = {name: each.astype(np.float64) for name, each in numbers().items()}
    arrays["main.0.weight"].flat[0] = 1e300
    tensors, storages = entries(arrays=arrays, kind="DoubleStorage")
    archive(path, pickled(mapping(tensors)), storages)


@hostile("a NaN in bfloat16", "not finite")
def _(path: Path, canary: Path) -> None:
    weights = MainGenerator(4, (8, 8)).bfloat16().state_dict()
    weights["main.3.weight"][0, 0, 0, 0] = float("nan")
    safetensors.torch.save_file(weights, path)


@hostile("a sparse tensor", "holds a sparse tensor")
def _(path: Path, canary: Path) -> None:
    with_tensor(path, torch.zeros(8, 8).to_sparse())


@hostile("a quantised tensor", "holds a quantised tensor")
def _(path: Path, canary: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated
        with_tensor(path, torch.quantize_per_tensor(torch.zeros(8, 8, 4, 4), 0.1, 0, torch.qint8))


@hostile("a tensor on the meta device", "without numbers")
def _(path: Path, canary: Path) -> None:
    with_tensor(path, torch.zeros(8, 8, 4, 4, device="meta"))


@hostile("complex numbers", "complex64 numbers where floats are needed")
def _(path: Path, canary: Path) -> None:
    with_tensor(path, torch.zeros(8, 8, 4, 4, dtype=torch.complex64))


@hostile("whole numbers", "int8 numbers where floats are needed")
def _(path: Path, canary: Path) -> None:
    with_tensor(path, torch.zeros(8, 8, 4, 4, dtype=torch.int8))


@hostile("float8 numbers", "more than weights")
def _(path: Path, canary: Path) -> None:
    with_tensor(path, torch.zeros(8, 8, 4, 4).to(torch.float8_e4m3fn))


@hostile("one small storage as every layer", "the same stored numbers as several layers")
def _(path: Path, canary: Path) -> None:
    shapes = {"main.0.weight": (8, 8, 4, 4), "main.3.weight": (8, 8, 4, 4), "main.6.weight": (8, 3, 4, 4)}
    for norm in ("main.1", "main.4"):
        shapes |= {f"{norm}.{name}": (8,) for name in ("weight", "bias", "running_mean", "running_var")}
    one = stored("0", 1024)
    body = mapping({name: tensor(one, shape, contiguous(shape)) for name, shape in shapes.items()})
    archive(path, pickled(body), {"0": np.ones(1024, np.float32).tobytes()})


@hostile("layers that draw gigabytes", "take more memory than is drawn with")
def _(path: Path, canary: Path) -> None:
    torch.save(MainGenerator(4, (1, 1, 1, 1, 1, 1, 1024)).state_dict(), path)


@hostile("a discriminator", "holds a discriminator under netD.main")
def _(path: Path, canary: Path) -> None:
    torch.save({"netD": Discriminator().state_dict()}, path)


@hostile("weights of something else", "holds no convolutions")
def _(path: Path, canary: Path) -> None:
    torch.save(torch.nn.Linear(10, 10).state_dict(), path)


@hostile("a generator of 3x3", "transposed convolution 3x3 where 4x4 is needed")
def _(path: Path, canary: Path) -> None:
    with_tensor(path, torch.zeros(8, 8, 3, 3))


def safe(path: Path, header: dict[str, object] | bytes, data: bytes = b"", length: int | None = None) -> None:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)


def floats(shape: list[int], first: int, end: int, kind: str = "F32") -> dict[str, object]:
    return {"dtype": kind, "shape": shape, "data_offsets": [first, end]}


@hostile("safetensors: a header of 2**60 bytes", "claims a header of")
def _(path: Path, canary: Path) -> None:
    safe(path, {}, length=2**60)


@hostile("safetensors: a header of 50 MiB", "claims a header of")
def _(path: Path, canary: Path) -> None:
    safe(path, b"{" + b" " * (50 * 2**20) + b"}")


@hostile("safetensors: cut off", "cut off")
def _(path: Path, canary: Path) -> None:
    safetensors.torch.save_file(MainGenerator(4, (8, 8)).state_dict(), path)
    path.write_bytes(path.read_bytes()[:-1])


@hostile("safetensors: tensors that overlap", "overlap or leave gaps")
def _(path: Path, canary: Path) -> None:
    safe(path, {"a.weight": floats([4], 0, 16), "b.weight": floats([4], 8, 24)}, bytes(24))


@hostile("safetensors: a gap", "overlap or leave gaps")
def _(path: Path, canary: Path) -> None:
    safe(path, {"a.weight": floats([4], 0, 16), "b.weight": floats([4], 24, 40)}, bytes(40))


@hostile("safetensors: offsets past the end", "cut off")
def _(path: Path, canary: Path) -> None:
    safe(path, {"a.weight": floats([2**20, 2**20], 0, 2**42)}, bytes(16))


@hostile("safetensors: 2**40 numbers in 16 bytes", "larger or smaller than its bytes")
def _(path: Path, canary: Path) -> None:
    safe(path, {"a.weight": floats([2**20, 2**20], 0, 16)}, bytes(16))


@hostile("safetensors: a key twice", "twice")
def _(path: Path, canary: Path) -> None:
    entry = json.dumps(floats([4], 0, 16)).encode()
    safe(path, b'{"a.weight": ' + entry + b', "a.weight": ' + entry + b"}", bytes(16))


@hostile("safetensors: 100,000 brackets", "makes no sense")
def _(path: Path, canary: Path) -> None:
    safe(path, b'{"a":' + b"[" * 100_000)


@hostile("safetensors: no JSON", "makes no sense")
def _(path: Path, canary: Path) -> None:
    safe(path, b"{weights}")


@hostile("safetensors: a number of 10,000 digits", "makes no sense")
def _(path: Path, canary: Path) -> None:
    safe(
        path, b'{"a": {"dtype": "F32", "shape": [' + b"9" * 10_000 + b'], "data_offsets": [0, 4]}}', bytes(4)
    )


@hostile("safetensors: an unknown kind of number", "holds F8_E4M3 numbers")
def _(path: Path, canary: Path) -> None:
    safe(path, {"a.weight": floats([4], 0, 4, "F8_E4M3")}, bytes(4))


@hostile("safetensors: 30,000 tensors", "at most 20,000 are read")
def _(path: Path, canary: Path) -> None:
    safe(path, {f"k{index}": floats([0], 0, 0) for index in range(30_000)})


@hostile("a picture", "is no file of weights")
def _(path: Path, canary: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))


@hostile("a text", "is no file of weights")
def _(path: Path, canary: Path) -> None:
    path.write_text("404: Not Found")

"""Pickles that run code, lie about tensors, or never end."""

import functools
import os
import pickle
import struct
import warnings
from pathlib import Path

import torch
from torch import nn

from tests.core.foreign.assembly import (
    archive,
    call,
    entries,
    hostile,
    mapping,
    named,
    number,
    pickled,
    row,
    stored,
    tensor,
    text,
)  # fmt: skip
from tests.core.foreign.networks import MainGenerator

DANGEROUS = "do not trust where it came from"
MODULE = "whole pickled module"
MAGIC = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2)
MACHINE = pickle.dumps({"protocol_version": 1001, "little_endian": True, "type_sizes": {}}, 2)


class Reduced:
    """Pickles as a call."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.reduced = function, arguments

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.reduced


def touch(canary: Path) -> str:
    return f"open({str(canary)!r}, 'w').close()"


def payloads(canary: Path) -> list[bytes]:
    """Three of the pickles below as they are, without weights around them."""
    command = text(f"touch {canary}")
    system = call("builtins", "getattr", call("builtins", "__import__", text("os")), text("system"))
    return [
        pickle.dumps(Reduced(eval, touch(canary)), 2),
        pickled(system + row(command) + b"R"),
        pickled(b"(" + command + b"ios\nsystem\n"),
    ]


def beside_weights(path: Path, body: bytes) -> None:
    """The honest generator with one more entry in its dict."""
    tensors, storages = entries({"extra": body})
    archive(path, pickled(mapping(tensors)), storages)


@hostile("os.system", DANGEROUS)
def _(path: Path, canary: Path) -> None:
    torch.save({"netG": {"main.0.weight": Reduced(os.system, f"touch {canary}")}}, path)


@hostile("builtins.eval", DANGEROUS)
def _(path: Path, canary: Path) -> None:
    torch.save(Reduced(eval, touch(canary)), path)


@hostile("builtins.exec before torch 1.6", DANGEROUS)
def _(path: Path, canary: Path) -> None:
    torch.save(Reduced(exec, touch(canary)), path, _use_new_zipfile_serialization=False)


@hostile("functools.partial of exec", DANGEROUS)
def _(path: Path, canary: Path) -> None:
    torch.save(Reduced(functools.partial(exec, touch(canary))), path)


@hostile("getattr chain to system", DANGEROUS)
def _(path: Path, canary: Path) -> None:
    importer = call("builtins", "__import__", text("os"))
    system = call("builtins", "getattr", importer, text("system"))
    beside_weights(path, system + row(text(f"touch {canary}")) + b"R")


@hostile("code as a dict key", DANGEROUS)
def _(path: Path, canary: Path) -> None:
    archive(path, pickled(b"}" + call("posix", "system", text(f"touch {canary}")) + b"Ns"), {})


@hostile("code in the older form's fifth pickle", DANGEROUS)
def _(path: Path, canary: Path) -> None:
    last = pickled(call("subprocess", "call", row(text("touch"), text(str(canary)))))
    path.write_bytes(MAGIC + MACHINE + pickle.dumps({}, 2) + last)


@hostile("code in a bare pickle", DANGEROUS)
def _(path: Path, canary: Path) -> None:
    path.write_bytes(pickle.dumps(Reduced(os.system, f"touch {canary}"), 2))


@hostile("code in a protocol 0 pickle", "is no file of weights")
def _(path: Path, canary: Path) -> None:
    path.write_bytes(b"cos\nsystem\n(S'touch " + str(canary).encode() + b"'\ntR.")


@hostile("code by STACK_GLOBAL", "pickle protocol 4")
def _(path: Path, canary: Path) -> None:
    torch.save(Reduced(os.system, f"touch {canary}"), path, pickle_protocol=4)


@hostile("code by INST", "pickle step INST")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, b"(" + text(f"touch {canary}") + b"ios\nsystem\n")


@hostile("code by OBJ", DANGEROUS)
def _(path: Path, canary: Path) -> None:
    beside_weights(path, b"(" + named("os", "system") + text(f"touch {canary}") + b"o")


@hostile("code by extension registry", "pickle step EXT1")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, b"\x82\x01" + row(text(f"touch {canary}")) + b"R")


@hostile("code behind the end of the pickle", "hidden bytes behind its list of tensors")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries()
    hidden = pickled(call("os", "system", text(f"touch {canary}")))
    archive(path, pickled(mapping(tensors)) + hidden, storages)


@hostile("attributes of a dict set", "sets attributes of objects")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, call("collections", "OrderedDict") + mapping({"items": b"N"}) + b"b")


@hostile("torch.hub.load", "needs torch.hub.load")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, call("torch.hub", "load", text("stranger/code"), text("model")))


@hostile("a pickle in a pickle", "needs torch.storage._load_from_bytes")
def _(path: Path, canary: Path) -> None:
    inner = pickle.dumps(Reduced(os.system, f"touch {canary}"), 2)
    body = call("_codecs", "encode", text(inner.decode("latin1")), text("latin1"))
    beside_weights(path, named("torch.storage", "_load_from_bytes") + row(body) + b"R")


@hostile("numpy scalar", "more than weights")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, call("numpy._core.multiarray", "scalar", b"N"))


@hostile("whole module", MODULE)
def _(path: Path, canary: Path) -> None:
    torch.save(nn.Sequential(nn.ConvTranspose2d(4, 3, 4)), path)


@hostile("whole module of its own class", "state_dict()")
def _(path: Path, canary: Path) -> None:
    torch.save(MainGenerator(), path)


@hostile("whole module before torch 1.6", "state_dict()")
def _(path: Path, canary: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch looks for the source of each class
        torch.save(MainGenerator(), path, _use_new_zipfile_serialization=False)


@hostile("TorchScript", "is a TorchScript archive")
def _(path: Path, canary: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated, and still what people have
        traced = torch.jit.trace(MainGenerator(4, (4, 4)).eval(), torch.zeros(1, 4, 1, 1))
        torch.jit.save(traced, str(path))


@hostile("stride 0 over 2**40 numbers", "repeats the same few stored numbers")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries({"main.0.weight": tensor(stored("0", 384), (2**20, 2**20), (0, 0))})
    archive(path, pickled(mapping(tensors)), storages)


@hostile("stride 0 by torch itself", "repeats the same few stored numbers")
def _(path: Path, canary: Path) -> None:
    torch.save({"main.0.weight": torch.zeros(1).expand(2**20, 2**20)}, path)


@hostile("strides that overlap", "repeats the same few stored numbers")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries({"main.0.weight": tensor(stored("0", 384), (4, 6, 4, 4), (16, 4, 4, 1))})
    archive(path, pickled(mapping(tensors)), storages)


@hostile("2**40 numbers in a small file", "claims 1,099,511,627,776 numbers")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries({"main.0.weight": tensor(stored("0", 2**40), (2**20, 2**20), (2**20, 1))})
    archive(path, pickled(mapping(tensors)), storages)


@hostile("2**40 numbers in the older form", "is cut off")
def _(path: Path, canary: Path) -> None:
    identity = row(
        text("storage"), named("torch", "FloatStorage"), text("0"), text("cpu"), number(2**40), b"N"
    )
    body = mapping({"main.0.weight": tensor(identity + b"Q", (2**40,), (1,))})
    path.write_bytes(
        MAGIC + MACHINE + pickled(body) + pickle.dumps(["0"], 2) + struct.pack("<qf", 2**40, 1.0)
    )


@hostile("a storage that no tensor shows", "claims 1,099,511,627,776 numbers")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, stored("99", 2**40))


@hostile("a tensor past its storage", "over a storage of 384")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries({"main.0.weight": tensor(stored("0", 384), (4, 6, 4, 4), (96, 16, 4, 1), 1)})
    archive(path, pickled(mapping(tensors)), storages)


@hostile("negative sizes", "makes no sense")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries({"main.0.weight": tensor(stored("0", 384), (-4, -6, 4, 4), (96, 16, 4, 1))})
    archive(path, pickled(mapping(tensors)), storages)


@hostile("one storage described in two ways", "in two ways")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, tensor(stored("0", 192, "DoubleStorage"), (192,), (1,)))


@hostile("a key twice", "names main.0.weight twice")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries()
    twice = text("main.0.weight") + tensors["main.0.weight"]
    archive(path, pickled(mapping(tensors) + b"(" + twice + b"u"), storages)


@hostile("the same name by two ways", "names netG.main.0.weight twice")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries()
    outer = {"netG": mapping(tensors), "netG.main.0.weight": tensors["main.0.weight"]}
    archive(path, pickled(mapping(outer)), storages)


@hostile("a memo bomb", "holds more values")
def _(path: Path, canary: Path) -> None:
    """Thirty times one tuple of thirty times one tuple...: a few bytes, and 30**6 values to walk through."""
    rows = [b"h" + bytes([level]) for level in range(6)]
    body = b"".join(each * 29 + b"tq" + bytes([each[1] + 1]) for each in rows)
    beside_weights(path, b"(" * 6 + b"]q\x00" + body)


@hostile("a list that holds itself", "nests its containers")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, b"]q\x00h\x00a")


@hostile("100,000 lists in each other", "nests its containers")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, b"]" * 100_000 + b"a" * 99_999)


@hostile("100,000 tuples in each other", "nests its containers")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, b")" + b"\x85" * 100_000)


@hostile("dicts 50 deep", "nests its containers")
def _(path: Path, canary: Path) -> None:
    body = b"N"
    for _level in range(50):
        body = mapping({"netG": body})
    beside_weights(path, body)


@hostile("two million steps", "over 400,000 steps")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, b"(" + b"N" * 2_000_000 + b"t")


@hostile("a pickle of 9 MiB", "larger than a generator's ever is")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, text("x" * (9 * 2**20)))


@hostile("a text that claims 4 GiB", "cannot be followed")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, b"X\xff\xff\xff\xff")


@hostile("30,000 tensors", "holds more values")
def _(path: Path, canary: Path) -> None:
    body = tensor(stored("0", 384), (4,), (1,)) + b"q\x01"
    many = b"}(" + text("a") + body + b"".join(text(f"k{index}") + b"h\x01" for index in range(30_000)) + b"u"
    archive(path, pickled(many), {"0": bytes(1536)})


@hostile("a name of a million letters", "holds a name of 1,000,000 characters")
def _(path: Path, canary: Path) -> None:
    beside_weights(path, mapping({"x" * 1_000_000: b"N"}))


@hostile("a name of 100 parts", "a name of more than 16 parts")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries()
    archive(path, pickled(mapping({"a." * 100 + name: body for name, body in tensors.items()})), storages)


@hostile("a name with control characters", "holds no DCGAN generator that fits")
def _(path: Path, canary: Path) -> None:
    tensors, storages = entries({"main.\x1b[2J\n\r.weight": tensor(stored("0", 384), (384,), (1,))})
    archive(path, pickled(mapping(tensors)), storages)


@hostile("no tensors", "holds no tensors by name")
def _(path: Path, canary: Path) -> None:
    torch.save({"epoch": 3, "note": "hello"}, path)

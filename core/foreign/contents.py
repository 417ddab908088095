"""What a file holds: its tensors' paths and claims, from any of the three forms, with nothing loaded."""

import struct
from dataclasses import dataclass
from typing import IO, Literal

from core.foreign.archive import Span, read_archive
from core.foreign.claims import Claim
from core.foreign.headers import looks_like_safetensors, read_header
from core.foreign.misfits import Keys
from core.foreign.pickles import MAX_BYTES, Followed, Value, follow
from core.foreign.refusal import Refusal, quoted

MAX_DEPTH = 8  # containers within containers
MAX_VALUES = 200_000
MAX_TENSORS = 20_000

_MAGIC = 0x1950A86A20F9469CFC6C  # begins what torch.save wrote until 1.5, and still writes on demand
_PROTOCOL = 1001


@dataclass(frozen=True, slots=True)
class Contents:
    form: Literal["archive", "stream", "safetensors"]
    tensors: dict[Keys, Claim]  # in the order of the file
    spans: dict[str, Span]  # where the bytes of each storage lie


def read_contents(file: IO[bytes], size: int) -> Contents:
    """The tensors in a file of `size` bytes. Raises Refusal unless everything in it is as torch writes it."""
    file.seek(0)
    head = file.read(16)
    if looks_like_safetensors(head):
        claims, spans = read_header(file, size)
        return Contents("safetensors", {(name,): each for name, each in claims.items()}, spans)
    if head.startswith(b"PK"):
        spans = read_archive(file, size)
        if spans["data.pkl"].length > MAX_BYTES:
            raise Refusal("has a list of tensors that is larger than a generator's ever is.")
        file.seek(spans["data.pkl"].start)
        followed = follow(file.read(spans["data.pkl"].length))
        if followed.length != spans["data.pkl"].length:
            raise Refusal("has hidden bytes behind its list of tensors.")
        found = {key.removeprefix("data/"): span for key, span in spans.items() if key.startswith("data/")}
        for storage in followed.storages.values():
            if storage.key not in found or found[storage.key].length != storage.length:
                raise Refusal(
                    f"claims {storage.count:,} numbers where it holds more or fewer: it is damaged."
                )
        return Contents("archive", _tensors(followed.value), found)
    if head.startswith(b"\x80"):
        return _stream(file, size)
    raise Refusal(
        "is no file of weights: choose a .pth or .pt file that torch.save wrote, or a .safetensors file."
    )


def _stream(file: IO[bytes], size: int) -> Contents:
    """The form before torch 1.6: five pickles, then each storage's count and bytes.

    Generators from that time are still passed around, and it can be held to the same rules. The older tar
    form cannot, and torch itself refuses it.
    """
    file.seek(0)
    data = file.read(min(size, MAX_BYTES))
    parts: list[Followed] = []
    place = 0
    while len(parts) < 5:
        parts.append(follow(data[place:]))
        place += parts[-1].length
        if parts[0].value != _MAGIC:
            raise Refusal("is a bare pickle: save the generator's state_dict() with torch.save instead.")
    _, protocol, machine, described, keys = (part.value for part in parts)
    if protocol != _PROTOCOL or not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise Refusal("was written by an unknown version of torch or on a big-endian machine: save it again.")
    storages = parts[3].storages
    if not isinstance(keys, list) or any(part.storages for part in parts if part is not parts[3]):
        raise Refusal("is damaged: it does not say where its numbers lie; copy or download it again.")
    spans: dict[str, Span] = {}
    for key in keys:
        if not isinstance(key, str) or key not in storages or key in spans:
            raise Refusal("holds numbers that belong to no tensor.")
        file.seek(place)
        count = file.read(8)
        if len(count) < 8 or struct.unpack("<q", count)[0] != storages[key].count:
            raise Refusal("is cut off, or claims larger tensors than it holds; copy or download it again.")
        spans[key] = Span(place + 8, storages[key].length)
        place += 8 + storages[key].length
    if place != size or spans.keys() != storages.keys():
        raise Refusal("is cut off, or has bytes that belong to no tensor; copy or download it again.")
    return Contents("stream", _tensors(described), spans)


def _tensors(value: Value) -> dict[Keys, Claim]:
    """Every tensor in nested dicts, lists and tuples; other values are passed over."""
    found: dict[Keys, Claim] = {}
    seen = 0

    def walk(value: Value, path: Keys) -> None:
        nonlocal seen
        seen += 1
        if seen > MAX_VALUES or len(found) > MAX_TENSORS:
            raise Refusal(
                "holds more values than a generator's file ever does: save the generator's "
                "state_dict() alone."
            )
        if isinstance(value, Claim):
            if path in found:
                raise Refusal(f"names {quoted('.'.join(path))} twice, so it is unclear which one counts.")
            found[path] = value
        elif isinstance(value, dict | list | tuple) and value:
            if len(path) >= MAX_DEPTH:
                raise Refusal(f"nests its containers deeper than {MAX_DEPTH} levels.")
            for key, item in value.items() if isinstance(value, dict) else enumerate(value):
                walk(item, (*path, str(key)))

    walk(value, ())
    return found

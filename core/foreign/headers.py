"""The header of a safetensors file, checked before anything is read by it.

Format: 8 bytes of length, a JSON object of {name: {dtype, shape, data_offsets}}, then the data, which the
tensors must cover without gap or overlap (github.com/huggingface/safetensors, section Format).
"""

import json
import struct
from typing import IO, Any

from core.foreign.archive import Span
from core.foreign.claims import Claim, Storage, claim, in_order
from core.foreign.refusal import Refusal, quoted
from core.shapes import MAX_HEADER

MAX_TENSORS = 20_000
MAX_NAME = 300

_KINDS = {
    "F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64", "I64": "int64", "I32": "int32",
    "I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool", "C64": "complex64",
}  # fmt: skip


def looks_like_safetensors(head: bytes) -> bool:
    """Whether a file that begins with these bytes is meant to be safetensors."""
    if len(head) < 9 or head[8:9] != b"{":
        return False
    # The header's length comes first, and its low bytes may be those of a zip or of a pickle, whose own first
    # bytes make no length that any header has.
    (length,) = struct.unpack("<Q", head[:8])
    return bool(length <= MAX_HEADER) or not head.startswith((b"PK", b"\x80"))


def read_header(file: IO[bytes], size: int) -> tuple[dict[str, Claim], dict[str, Span]]:
    """The tensors by name, and where the bytes of each lie. Raises Refusal."""
    file.seek(0)
    (length,) = struct.unpack("<Q", file.read(8))
    if length > min(MAX_HEADER, size - 8):
        raise Refusal(
            f"claims a header of {length:,} bytes: it is cut off, no safetensors file, or made to "
            "fill the memory."
        )
    try:
        header = json.loads(file.read(length), object_pairs_hook=_unique, parse_constant=_no_constant)
        if not isinstance(header, dict):
            raise TypeError("no object")
        header.pop("__metadata__", None)
        if len(header) > MAX_TENSORS:
            raise Refusal(
                f"holds {len(header):,} tensors where at most {MAX_TENSORS:,} are read: save the "
                "generator alone."
            )
        claims, spans = {}, {}
        for name, entry in header.items():
            claims[name], spans[name] = _tensor(name, entry, 8 + length)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refusal("has a safetensors header that makes no sense; copy or download it again.") from error
    place = 8 + length
    for span in sorted(spans.values(), key=lambda each: (each.start, each.length)):
        if span.start != place:
            raise Refusal("has a safetensors header whose tensors overlap or leave gaps.")
        place += span.length
    if place != size:
        raise Refusal("is cut off, or has bytes that belong to no tensor; copy or download it again.")
    return claims, spans


def _tensor(name: str, entry: dict[str, Any], data: int) -> tuple[Claim, Span]:
    if len(name) > MAX_NAME:
        raise Refusal(f"holds a name of {len(name):,} characters where at most {MAX_NAME} are read.")
    kind = _KINDS.get(entry["dtype"])
    if kind is None:
        raise Refusal(
            f"holds {quoted(entry['dtype'])} numbers in {quoted(name)}: save the generator as "
            "float32, float16, bfloat16 "
            "or float64."
        )
    first, end = entry["data_offsets"]
    shape = entry["shape"]
    if not all(type(each) is int and 0 <= each < 2**62 for each in (first, end, *shape)) or end < first:
        raise ValueError("offsets")
    count = 1
    for side in shape:
        count *= side
    storage = Storage(name, kind, count)
    if storage.length != end - first:
        raise Refusal(f"claims {quoted(name)} to be larger or smaller than its bytes.")
    return claim(storage, 0, shape, in_order(tuple(shape))), Span(data + first, end - first)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise Refusal(f"names {quoted(twice)} twice, so it is unclear which one counts.")
    return found


def _no_constant(text: str) -> None:
    raise ValueError(text)

"""A torch pickle followed without unpickling: it may only describe tensors in dicts, lists and plain values.

Nothing of Python's pickle runs, and nothing is imported that the file names. The opcodes are those of
torch's own weights_only reader less what weights never need, and the few names below are the only ones that
may be called; so what is refused here can be named, and what passes here cannot surprise torch.
"""

import io
import pickletools
from dataclasses import dataclass
from typing import Any, TypeVar

from core.foreign.claims import Claim, Storage, claim
from core.foreign.refusal import Refusal, quoted

MAX_BYTES = 8 * 2**20
MAX_OPCODES = 400_000  # a state dict takes about 25 a tensor
MAX_NAME = 300  # characters of a key

STORAGES = {
    "torch FloatStorage": "float32", "torch HalfStorage": "float16", "torch BFloat16Storage": "bfloat16",
    "torch DoubleStorage": "float64", "torch LongStorage": "int64", "torch IntStorage": "int32",
    "torch ShortStorage": "int16", "torch CharStorage": "int8", "torch ByteStorage": "uint8",
    "torch BoolStorage": "bool", "torch ComplexFloatStorage": "complex64",
    "torch ComplexDoubleStorage": "complex128",
}  # fmt: skip
_CALLS = {
    "collections OrderedDict", "torch Size", "torch device", "torch._utils _rebuild_tensor",
    "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter",
    "torch._utils _rebuild_parameter_with_state",
}  # fmt: skip
_VALUES = {
    f"torch {kind}"
    for kind in ("float16", "float32", "float64", "bfloat16", "int64", "int32", "uint8", "bool")
}
_DANGEROUS = {
    "os", "posix", "nt", "sys", "subprocess", "builtins", "__builtin__", "runpy", "pty", "socket", "shutil",
    "importlib", "ctypes", "code", "webbrowser", "urllib", "http", "functools", "operator", "pickle", "types",
    "marshal", "io", "pathlib", "tempfile", "multiprocessing", "asyncio", "pip", "commands", "timeit", "pdb",
    "bdb", "trace", "codeop",
}  # fmt: skip
_KINDS = {
    "torch._utils _rebuild_sparse_tensor": "a sparse tensor",
    "torch._utils _rebuild_qtensor": "a quantised tensor",
    "torch._utils _rebuild_meta_tensor_no_storage": "a tensor without numbers (device meta)",
}

Value = Any  # what a pickle describes: plain values, dicts, lists, tuples, Storage, Claim, _Name
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Name:
    """A global that the file names; nothing is imported for it."""

    text: str


@dataclass(frozen=True, slots=True)
class Followed:
    value: Value
    length: int  # bytes of the pickle
    storages: dict[str, Storage]  # all that it names, by key, used or not: torch would load each


def follow(data: bytes) -> Followed:
    """What the first pickle in `data` describes. Raises Refusal."""
    stream = io.BytesIO(data)
    machine = _Machine()
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if count > MAX_OPCODES:
                raise Refusal(
                    f"describes more than a generator's file ever does (over {MAX_OPCODES:,} steps)."
                )
            if opcode.name == "STOP":
                break
            machine.step(opcode.name, argument)
        (result,) = machine.stack
        if machine.marks:
            raise IndexError
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise Refusal(
            "is damaged: its list of tensors cannot be followed; copy or download it again."
        ) from error
    return Followed(result, stream.tell(), machine.storages)


class _Machine:
    """The stack machine of the pickle format, for the opcodes that torch writes."""

    def __init__(self) -> None:
        self.stack: list[Value] = []
        self.marks: list[list[Value]] = []
        self.memo: dict[int, Value] = {}
        self.storages: dict[str, Storage] = {}

    def step(self, name: str, argument: Value) -> None:
        stack = self.stack
        match name:
            case "PROTO":
                if argument != 2:
                    raise Refusal(
                        f"was saved with pickle protocol {argument}: save it again with torch.save as it is."
                    )
            case "GLOBAL":
                stack.append(_name(argument))
            case "BININT" | "BININT1" | "BININT2" | "LONG1" | "BINFLOAT" | "BINUNICODE" | "SHORT_BINSTRING":
                stack.append(argument)
            case "NONE":
                stack.append(None)
            case "NEWTRUE" | "NEWFALSE":
                stack.append(name == "NEWTRUE")
            case "EMPTY_DICT":
                stack.append({})
            case "EMPTY_LIST":
                stack.append([])
            case "EMPTY_TUPLE":
                stack.append(())
            case "MARK":
                self.marks.append(stack)
                self.stack = []
            case "TUPLE":
                items = self._to_mark()
                self.stack.append(tuple(items))
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                items = [stack.pop() for _ in range(int(name[-1]))]
                stack.append(tuple(reversed(items)))
            case "BINPUT" | "LONG_BINPUT":
                self.memo[argument] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(self.memo[argument])
            case "APPEND" | "APPENDS":
                items = self._to_mark() if name == "APPENDS" else [stack.pop()]
                _of(self.stack[-1], list).extend(items)
            case "SETITEM" | "SETITEMS":
                items = self._to_mark() if name == "SETITEMS" else [stack.pop(-2), stack.pop()]
                _fill(_of(self.stack[-1], dict), items)
            case "BINPERSID":
                storage = _storage(stack.pop())
                if self.storages.setdefault(storage.key, storage) != storage:
                    raise Refusal("describes the same stored numbers in two ways.")
                stack.append(storage)
            case "REDUCE":
                arguments = stack.pop()
                stack[-1] = _call(stack[-1], arguments)
            case "BUILD":
                # An ordered dict's attributes: torch keeps the versions of a state dict's layers there.
                state = _of(stack.pop(), dict)
                if state.keys() - {"_metadata"} or not isinstance(stack[-1], dict):
                    raise Refusal(
                        "sets attributes of objects, which no set of weights needs: save a state_dict() only."
                    )
            case _:
                raise Refusal(
                    f"holds the pickle step {name}, which torch never writes for weights: save the "
                    "generator's "
                    "state_dict() with torch.save."
                )

    def _to_mark(self) -> list[Value]:
        items = self.stack
        self.stack = self.marks.pop()
        return items


def _name(text: str) -> _Name:
    if text in STORAGES or text in _CALLS or text in _VALUES or text == "torch.nn.parameter Parameter":
        return _Name(text)
    module, _, name = text.partition(" ")
    dotted = quoted(f"{module}.{name}")
    if text in _KINDS:
        raise Refusal(f"holds {_KINDS[text]}: save the generator's weights as ordinary dense float tensors.")
    if text == "torch.jit._pickle" or module.startswith("torch.jit"):
        raise Refusal("is TorchScript, which is program code: save the generator's state_dict() instead.")
    if module.split(".")[0] in _DANGEROUS:
        raise Refusal(
            f"asks for {dotted} to be run when it is opened, which no set of weights needs: do not "
            "trust where it came "
            "from."
        )
    if module.startswith(("torch.nn", "__main__", "__torch__")) or "models" in module.split("."):
        raise Refusal(
            f"holds a whole pickled module ({dotted}), which is program code: in the program that "
            "made it, save the "
            "generator's state_dict() instead."
        )
    if module == "torch" and name.startswith("Q") and name.endswith("Storage"):
        raise Refusal(
            "holds a quantised tensor: save the generator's weights as ordinary dense float tensors."
        )
    raise Refusal(
        f"needs {dotted}, which is more than weights: in the program that made it, save only the generator's "
        "state_dict()."
    )


def _call(function: Value, arguments: Value) -> Value:
    given = _of(arguments, tuple)
    match _of(function, _Name).text:
        case "collections OrderedDict":
            items: dict[Any, Value] = {}
            if given:
                _fill(items, [each for pair in _of(given[0], list) for each in _pair(pair)])
            return items
        case "torch Size":
            (sides,) = given
            return _of(sides, tuple)
        case "torch device":
            return _of(given[0], str)
        case "torch._utils _rebuild_tensor" | "torch._utils _rebuild_tensor_v2":
            storage, offset, shape, strides = given[:4]
            return claim(_of(storage, Storage), offset, shape, strides)
        case "torch._utils _rebuild_parameter" | "torch._utils _rebuild_parameter_with_state":
            return _of(given[0], Claim)
    raise TypeError("this name cannot be called")


def _storage(identity: Value) -> Storage:
    word, kind, key, _, count, *view = _of(identity, tuple)
    if word == "module":
        raise Refusal(
            "holds a whole pickled module, which is program code: in the program that made it, save "
            "the generator's "
            "state_dict() instead."
        )
    if word != "storage" or any(each is not None for each in view):
        raise TypeError("no storage")
    if isinstance(count, bool) or not 0 <= _of(count, int) < 2**62 or len(_of(key, str)) > 30:
        raise ValueError("storage")
    return Storage(key, STORAGES[_of(kind, _Name).text], count)


def _fill(target: dict[Any, Value], items: list[Value]) -> None:
    """Put key, value, key, value... into a dict whose keys are names or numbers, each once."""
    for key, value in zip(items[::2], items[1::2], strict=True):
        if not isinstance(key, str | int):
            raise Refusal("names a tensor by something that is no name.")
        if isinstance(key, str) and len(key) > MAX_NAME:
            raise Refusal(f"holds a name of {len(key):,} characters where at most {MAX_NAME} are read.")
        if key in target:
            raise Refusal(f"names {quoted(key)} twice, so it is unclear which one counts.")
        target[key] = value


def _pair(value: Value) -> list[Value]:
    key, item = value
    return [key, item]


def _of(value: Value, kind: type[_T]) -> _T:
    if not isinstance(value, kind):
        raise TypeError(f"{kind.__name__} is needed")
    return value

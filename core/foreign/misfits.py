"""What keeps a row of layers from being a DCGAN generator, told layer by layer."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.foreign.claims import FLOATS, Claim
from core.foreign.refusal import quoted
from core.shapes import MAX_LATENT, MAX_LAYERS, MIN_LAYERS, side, too_wide

STATISTICS = ("running_mean", "running_var")
_COUNTER = "num_batches_tracked"
_NORM = frozenset({"weight", "bias", *STATISTICS, _COUNTER})

Keys = tuple[str, ...]  # that lead to a tensor in the file


@dataclass(frozen=True, slots=True)
class Module:
    """The tensors of one layer, by their last name."""

    name: str
    tensors: dict[str, tuple[Keys, Claim]]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of its weight; () without one."""
        return self.tensors["weight"][1].shape if "weight" in self.tensors else ()

    @property
    def is_convolution(self) -> bool:
        return len(self.shape) == 4

    @property
    def is_norm(self) -> bool:
        shapes = [each.shape for name, (_, each) in self.tensors.items() if name != _COUNTER]
        return self.tensors.keys() <= _NORM and bool(shapes) and all(len(shape) == 1 for shape in shapes)


def misfits(modules: Sequence[Module]) -> list[str]:
    """Empty if the modules, in the order of the layers, are a DCGAN generator."""
    layers = [module for module in modules if module.is_convolution]
    norms = [module for module in modules if module.is_norm]
    problems = [_stranger(module) for module in modules if not module.is_convolution and not module.is_norm]
    problems += _row(layers)
    if len(norms) != len(layers) - 1:
        problems.append(
            f"batch norms: {len(norms)} where {len(layers) - 1} are needed, behind each layer but the last"
        )
    else:
        for number, (norm, layer) in enumerate(zip(norms, layers[:-1], strict=True), 1):
            problems += _norm(number, norm, layer.shape[1])
    return problems or _excesses(layers)


def _stranger(module: Module) -> str:
    if len(module.shape) == 2:
        return f"{quoted(module.name)}: fully connected where only transposed convolutions can be"
    return f"{quoted(module.name)}: {quoted(', '.join(module.tensors))} has no place in a DCGAN generator"


def _row(layers: list[Module]) -> list[str]:
    """The transposed convolutions, each by itself and as they follow each other."""
    problems: list[str] = []
    before: int | None = None
    for number, layer in enumerate(layers, 1):
        where = _where(number, layer)
        entering, leaving, *kernel = layer.shape
        if kernel != [4, 4]:
            problems.append(f"{where}: transposed convolution {kernel[0]}x{kernel[1]} where 4x4 is needed")
        if before is not None and entering != before:
            problems.append(f"{where}: takes {entering:,} channels where the layer before gives {before:,}")
        if 0 in layer.shape:
            problems.append(f"{where}: has no weights")
        bias = layer.tensors.get("bias")
        if bias and bias[1].shape != (leaving,):
            problems.append(f"{where}: bias of {_size(bias[1])} where {leaving:,} is needed")
        if extra := layer.tensors.keys() - {"weight", "bias"}:
            problems.append(f"{where}: {quoted(', '.join(sorted(extra)))} has no place in a convolution")
        problems += _kinds(where, layer)
        before = leaving
    if before not in (1, 3):
        where = _where(len(layers), layers[-1])
        problems.append(f"{where}: gives {before:,} channels where pictures have 1 or 3")
    if not MIN_LAYERS <= len(layers) <= MAX_LAYERS:
        problems.append(
            f"{len(layers)} transposed convolutions where {MIN_LAYERS} to {MAX_LAYERS} are needed, for 16 to "
            "512 px"
        )
    return problems


def _norm(number: int, norm: Module, channels: int) -> list[str]:
    where = _where(number, norm)
    lengths = [each for name, (_, each) in norm.tensors.items() if name != _COUNTER]
    wrong = next((each for each in lengths if each.shape != (channels,)), None)
    problems = (
        [] if wrong is None else [f"{where}: batch norm of {_size(wrong)} where {channels:,} is needed"]
    )
    if not norm.tensors.keys() >= set(STATISTICS):
        problems.append(
            f"{where}: batch norm without running statistics, with which a picture depends on those beside it"
            "; train it with track_running_stats=True"
        )
    return problems + _kinds(where, norm)


def _kinds(where: str, module: Module) -> list[str]:
    return [
        f"{where}: {name} holds {each.kind} numbers where floats are needed"
        for name, (_, each) in module.tensors.items()
        if each.kind not in FLOATS and name != _COUNTER
    ]


def _excesses(layers: list[Module]) -> list[str]:
    """What is well formed and still too large to draw with: a small file may ask for gigabytes."""
    if layers[0].shape[0] > MAX_LATENT:
        return [f"a latent size of {layers[0].shape[0]:,} where at most {MAX_LATENT:,} is drawn with"]
    index = too_wide([layer.shape[1] for layer in layers])
    if index is not None:
        where, channels = _where(index + 1, layers[index]), layers[index].shape[1]
        return [f"{where}: {channels:,} channels at {side(index)} px take more memory than is drawn with"]
    return []


def _where(number: int, module: Module) -> str:
    return f"layer {number} ({quoted(module.name)})" if module.name else f"layer {number}"


def _size(claim: Claim) -> str:
    return "x".join(f"{side:,}" for side in claim.shape) or "1"

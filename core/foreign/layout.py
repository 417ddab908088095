"""Which DCGAN generator a set of names and shapes makes.

A generator is a row of 4x4 transposed convolutions, the first from 1x1 to 4x4 and each further one doubling
the side, with a batch norm behind each but the last (Radford et al. 2016). Strides and activations are not
in a file of weights; they follow from that.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise, takewhile

from core.foreign.claims import Claim
from core.foreign.misfits import STATISTICS, Keys, Module, misfits
from core.foreign.refusal import Refusal, quoted

MAX_PARTS = 16  # of a name such as netG.module.main.0.weight
MAX_PROBLEMS = 40  # that are named

_AVERAGES = {"ema", "gema", "average", "averaged", "avg", "shadow"}
_GENERATORS = {"g", "gen", "generator", "netg", "gnet"}


@dataclass(frozen=True, slots=True)
class Plan:
    """A generator that the file holds, and which of its tensors become which of ours."""

    prefix: str  # what the file names it, "" where the names begin at once
    latent_dim: int
    widths: tuple[int, ...]
    channels: int
    biases: tuple[bool, ...]
    sources: dict[str, Keys]  # our name, such as layers.0.weight -> the tensor's keys in the file
    ones: dict[str, int]  # scales that the file leaves out: name -> length
    zeros: dict[str, int]  # shifts that the file leaves out


@dataclass(frozen=True, slots=True)
class _Network:
    """A part of the file that could be a network of its own."""

    prefix: str
    modules: list[Module]  # in the order of the layers
    problems: list[str]  # none: it is a generator

    @property
    def layers(self) -> list[Module]:
        return [module for module in self.modules if module.is_convolution]


def find_generator(tensors: Mapping[Keys, Claim], *, sort: bool = False) -> Plan:
    """The generator among a file's tensors: an averaged (EMA) one first, then one named so, then the first.

    sort: the file's order means nothing, so the numbers in the names give the order of the layers.
    Raises Refusal, with what does not fit in its details.
    """
    if not tensors:
        raise Refusal("holds no tensors by name: save the generator's state_dict() with torch.save.")
    networks = _networks(tensors, sort)
    plans: list[Plan] = []
    for plan in (_plan(network) for network in networks if not network.problems):
        # The larger ones come first, and a part of a generator is none.
        if not any(set(plan.sources.values()) <= set(other.sources.values()) for other in plans):
            plans.append(plan)
    if not plans:
        raise _explained(networks)
    chosen = min(plans, key=lambda plan: _rank(plan.prefix))
    shown = sum(tensors[keys].length for keys in chosen.sources.values())
    storages = {tensors[keys].storage for keys in chosen.sources.values()}
    if shown > sum(storage.length for storage in storages):
        raise Refusal("shows the same stored numbers as several layers: save a clone() of each.")
    return chosen


def _networks(tensors: Mapping[Keys, Claim], sort: bool) -> list[_Network]:
    """The modules below each common prefix, the largest networks first."""
    modules: dict[Keys, dict[str, tuple[Keys, Claim]]] = {}
    for keys, claim in tensors.items():
        parts = [part for key in keys for part in re.split(r"[./]", key)]
        place, last, name = tuple(parts[:-1]), parts[-1], ".".join(parts)
        if len(place) >= MAX_PARTS:
            raise Refusal(f"holds a name of more than {MAX_PARTS} parts ({quoted(name)}).")
        module = modules.setdefault(place, {})
        if last in module:
            raise Refusal(f"names {quoted(name)} twice, so it is unclear which one counts.")
        module[last] = (keys, claim)
    below: dict[Keys, list[Keys]] = {}
    for place in modules:
        for depth in range(len(place) + 1):
            below.setdefault(place[:depth], []).append(place)
    networks: list[_Network] = []
    seen: set[tuple[Keys, ...]] = set()
    for places in sorted(below.values(), key=len, reverse=True):
        if tuple(places) in seen:
            continue
        seen.add(tuple(places))
        ordered = sorted(places, key=_natural) if sort else places
        row = [Module(".".join(place), modules[place]) for place in ordered]
        if any(module.is_convolution for module in row):
            networks.append(_Network(".".join(_common(places)), row, misfits(row)))
    return networks


def _plan(network: _Network) -> Plan:
    layers = network.layers
    norms = [module for module in network.modules if module.is_norm]
    sources: dict[str, Keys] = {}
    ones: dict[str, int] = {}
    zeros: dict[str, int] = {}
    for index, layer in enumerate(layers):
        for name in ("weight", "bias"):
            if name in layer.tensors:
                sources[f"layers.{3 * index}.{name}"] = layer.tensors[name][0]
    for index, norm in enumerate(norms):
        for name in ("weight", "bias", *STATISTICS):
            ours = f"layers.{3 * index + 1}.{name}"
            if name in norm.tensors:
                sources[ours] = norm.tensors[name][0]
            else:  # affine=False: scale 1, shift 0
                (ones if name == "weight" else zeros)[ours] = layers[index].shape[1]
    return Plan(
        prefix=network.prefix,
        latent_dim=layers[0].shape[0],
        widths=tuple(layer.shape[1] for layer in layers[:-1]),
        channels=layers[-1].shape[1],
        biases=tuple("bias" in layer.tensors for layer in layers),
        sources=sources,
        ones=ones,
        zeros=zeros,
    )


def _explained(networks: list[_Network]) -> Refusal:
    """Why no part of the file is a generator, told of the part that is most likely meant to be one."""
    if not networks:
        return Refusal(
            "holds no convolutions, so no DCGAN generator: choose the generator's file, often named netG."
        )
    told = min(networks, key=_unlikelihood)
    under = f" under {quoted(told.prefix)}" if told.prefix else ""
    details = told.problems[:MAX_PROBLEMS]
    if _reads_as_discriminator(told):
        return Refusal(
            f"holds a discriminator{under}, not a generator: choose the generator's file, often named netG.",
            details,
        )
    more = f" (and {len(told.problems) - 1} more)" if len(told.problems) > 1 else ""
    return Refusal(f"holds no DCGAN generator that fits{under}: {details[0]}{more}.", details)


def _unlikelihood(network: _Network) -> tuple[int, bool, bool, int]:
    """Least for the part that is most likely meant to be a generator: by its name, else by its shapes."""
    alone = len(network.layers) == 1
    return _rank(network.prefix), alone, _reads_as_discriminator(network), -_links(network)


def _links(network: _Network) -> int:
    """How many layers take what the one before gives, less those that do not."""
    return sum(1 if b.shape[0] == a.shape[1] else -1 for a, b in pairwise(network.layers))


def _reads_as_discriminator(network: _Network) -> bool:
    """Convolutions that follow each other when read as (out, in), from pictures to one number."""
    layers = network.layers
    follows = all(b.shape[1] == a.shape[0] for a, b in pairwise(layers))
    return len(layers) > 1 and follows and layers[0].shape[1] in (1, 3) and layers[-1].shape[0] == 1


def _rank(prefix: str) -> int:
    words = {word for part in prefix.lower().split(".") for word in (part, *re.split(r"[_\-]", part))}
    if words & _AVERAGES:
        return 0
    return 1 if words & _GENERATORS else 2


def _common(places: list[Keys]) -> Keys:
    """The keys that all places begin with."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(min(places), max(places), strict=False))
    return tuple(key for key, _ in pairs)


def _natural(place: Keys) -> tuple[tuple[int, int | str], ...]:
    """Sorts "main.10" behind "main.9"."""
    parts = (part for key in place for part in re.findall(r"\d+|\D+", key[:100]))
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts)

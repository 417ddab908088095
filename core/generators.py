"""A trained generator as a file: the EMA generator of a checkpoint, or a file that holds nothing else.

Either may come from a stranger: shapes are checked against the header before anything is built, and the
weights against the digest that the file states.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import safetensors.torch
import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open

from core import checkpoints
from core.commit import commit
from core.config import parse
from core.errors import ConfigError, RunError
from core.models import Generator, GeneratorShape, generator_shape, weights_digest
from core.ordinary_file import OddFileError, open_ordinary
from core.plain_text import plain
from core.runs import CHECKPOINT_NAME
from core.shapes import MAX_EXTRA, MAX_FILE, MAX_HEADER, MAX_LATENT, MAX_LAYERS, MIN_LAYERS, too_wide

_NETWORKS = 8  # of about a generator's size are in a checkpoint: two, an average, four moments
_LONGEST_NAME = 200
_LONGEST_KEY = 60
_LONGEST_FACT = 1_000  # what is longer is cut when it is written
_MOST_FACTS = 50

_ANEW = "Copy or download it again, or choose another one."
_UNREADABLE = (
    OSError, SafetensorError, KeyError, TypeError, ValueError, OverflowError, RecursionError, ValidationError,
    ConfigError,
)  # fmt: skip

_Count = Annotated[int, Field(ge=1, le=2**31)]
_Step = Annotated[int, Field(ge=0, lt=10**9)]


@dataclass(frozen=True, slots=True)
class GeneratorFacts:
    """What a file says of its generator."""

    shape: GeneratorShape
    digest: str  # of the weights, 16 hex digits
    name: str  # for people
    step: int | None  # of the training, where it is known
    about: dict[str, str] = field(default_factory=dict)  # where it comes from


class _Stated(BaseModel):
    """The metadata of a generator file, before it is believed."""

    model_config = ConfigDict(extra="ignore", strict=True)

    latent_dim: Annotated[int, Field(ge=1, le=MAX_LATENT)]
    widths: Annotated[list[_Count], Field(min_length=MIN_LAYERS - 1, max_length=MAX_LAYERS - 1)]
    channels: Literal[1, 3]
    biases: Annotated[list[bool], Field(min_length=MIN_LAYERS, max_length=MAX_LAYERS)]
    extra: Annotated[int, Field(ge=0, le=MAX_EXTRA)] = 0  # files of earlier versions do not say
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    name: Annotated[str, Field(max_length=_LONGEST_NAME)]
    step: _Step | None = None
    about: Annotated[
        dict[Annotated[str, Field(max_length=_LONGEST_KEY)], Annotated[str, Field(max_length=_LONGEST_FACT)]],
        Field(max_length=_MOST_FACTS),
    ] = Field(default_factory=dict)

    def facts(self) -> GeneratorFacts:
        """Raises ValueError if no such generator is drawn with."""
        if len(self.biases) != len(self.widths) + 1 or too_wide([*self.widths, self.channels]) is not None:
            raise ValueError("shape")
        shape = GeneratorShape(
            self.latent_dim, tuple(self.widths), self.channels, tuple(self.biases), self.extra
        )
        return GeneratorFacts(shape, self.digest, _name(self.name), self.step, _about(self.about))


class _Trained(BaseModel):
    """The metadata of a checkpoint, as far as it tells of the generator."""

    model_config = ConfigDict(extra="ignore", strict=True)

    config: Annotated[dict[str, Any], Field(max_length=200)]
    step: _Step
    digest: Annotated[str, Field(pattern=r"^([0-9a-f]{16})?$")] = ""


def _name(text: str) -> str:
    return plain(text, _LONGEST_NAME)


def _about(facts: Mapping[str, str]) -> dict[str, str]:
    some = list(facts.items())[:_MOST_FACTS]
    return {plain(key, _LONGEST_KEY): plain(fact, _LONGEST_FACT) for key, fact in some}


def digest(generator: Generator) -> str:
    """`weights_digest` of a generator: the same for a checkpoint's EMA generator and for its export."""
    return weights_digest(generator.state_dict())


def save(
    path: Path,
    generator: Generator,
    *,
    name: str,
    step: int | None = None,
    about: Mapping[str, str] | None = None,
) -> GeneratorFacts:
    """Write a generator alone, all or nothing. Raises StudioError if the place cannot be written."""
    weights = {key: tensor.detach().cpu().contiguous() for key, tensor in generator.state_dict().items()}
    facts = GeneratorFacts(generator.shape, weights_digest(weights), _name(name), step, _about(about or {}))
    stated = {"schema": 1, **asdict(facts.shape), **asdict(facts)}
    del stated["shape"]
    data = safetensors.torch.save(weights, {"generator": json.dumps(stated)})
    commit(path, lambda file: file.write(data))
    return facts


def load(path: Path) -> Generator:
    """The generator of a checkpoint (its EMA) or of a generator file, float32 on the CPU, ready to draw.

    Raises RunError if the file is damaged, is neither, or holds other weights than it says.
    """
    facts, prefix = _read(path)
    name = _name(path.name)
    if CHECKPOINT_NAME.fullmatch(path.name) and not checkpoints.verify(path):
        raise RunError(f"{name} is damaged. Choose an older checkpoint.")
    with torch.device("meta"):  # a header that promises more than the file holds must not cost memory
        generator = Generator(facts.shape)
    wanted = generator.state_dict()
    unfit = RunError(f"{name} does not hold the generator that it describes. {_ANEW}")
    try:
        with safe_open(path, "pt") as file:
            keys = {key.removeprefix(prefix): key for key in file.keys() if key.startswith(prefix)}  # noqa: SIM118
            if keys.keys() != wanted.keys():
                raise unfit
            for layer, key in keys.items():
                if file.get_slice(key).get_shape() != list(wanted[layer].shape):
                    raise unfit
            # An own copy: the mapped file may be replaced or deleted while the generator is in use.
            weights = {layer: file.get_tensor(key).clone() for layer, key in keys.items()}
    except (OSError, SafetensorError) as error:
        raise unfit from error
    if any(weights[layer].dtype != wanted[layer].dtype for layer in wanted):
        raise unfit
    if not all(torch.isfinite(tensor).all() for tensor in weights.values()):
        raise RunError(f"{name} holds numbers that are not finite. Choose another generator.")
    if any((tensor < 0).any() for layer, tensor in weights.items() if layer.endswith("running_var")):
        raise RunError(f"{name} is damaged: it holds a negative variance, which cannot be. {_ANEW}")
    if facts.digest and weights_digest(weights) != facts.digest:
        raise RunError(f"{name} is damaged: its weights are not those that it names. {_ANEW}")
    generator.load_state_dict(weights, assign=True)
    return generator.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def read_facts(path: Path) -> GeneratorFacts:
    """What the header of a checkpoint or generator file says; the weights are not read. Raises RunError."""
    return _read(path)[0]


def _read(path: Path) -> tuple[GeneratorFacts, str]:
    """The facts, and what the generator's tensors are prefixed with."""
    name = _name(path.name)
    try:
        _check_size(path)
        with safe_open(path, "pt") as file:
            metadata: dict[str, str] = file.metadata() or {}
        if "generator" in metadata:
            return _Stated.model_validate_json(metadata["generator"]).facts(), ""
        stated = _Trained.model_validate_json(metadata["studio"])
        shape = generator_shape(parse(stated.config))
        run = _name(path.absolute().parent.parent.name)
        return GeneratorFacts(shape, stated.digest, run, stated.step), "EMA/"
    except FileNotFoundError as error:
        raise RunError(f"{name} is not there any more. Choose another generator.") from error
    except _UNREADABLE as error:
        raise RunError(
            f"{name} is neither a checkpoint nor a generator of this program. Import it first if another "
            "program made it."
        ) from error


def _check_size(path: Path) -> None:
    """Raises OSError, ValueError or RunError where more would be to hang on a pipe or fill the memory."""
    try:
        with open_ordinary(path) as file:
            size, header = os.fstat(file.fileno()).st_size, int.from_bytes(file.read(8), "little")
    except OddFileError as error:
        raise RunError(
            f"{_name(path.name)} is no ordinary file. Choose a checkpoint or a .safetensors file."
        ) from error
    most = MAX_FILE * (_NETWORKS if CHECKPOINT_NAME.fullmatch(path.name) else 1)
    if size > most:
        raise RunError(
            f"{_name(path.name)} is larger than {most // 2**30} GiB, more than a generator takes. "
            "Choose another one."
        )
    if header > MAX_HEADER:
        raise ValueError("header")

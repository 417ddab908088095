"""A trained generator as a file: the EMA generator of a checkpoint, or a file that holds nothing else.

Either may come from a stranger: shapes are checked against the header before anything is built, and the
weights against the digest that the file states.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import safetensors.torch
import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open

from core import checkpoints
from core.commit import commit
from core.config import parse
from core.errors import ConfigError, RunError
from core.models import Generator, GeneratorShape, generator_shape, weights_digest
from core.runs import CHECKPOINT_NAME

Width = Annotated[int, Field(ge=1, le=16_384)]


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

    latent_dim: Width
    widths: Annotated[list[Width], Field(min_length=1, max_length=9)]  # up to 2,048 px
    channels: Annotated[int, Field(ge=1, le=3)]
    biases: Annotated[list[bool], Field(min_length=2, max_length=10)]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    name: Annotated[str, Field(max_length=200)]
    step: Annotated[int, Field(ge=0)] | None = None
    about: Annotated[dict[str, str], Field(max_length=50)] = Field(default_factory=dict)


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
    facts = GeneratorFacts(generator.shape, weights_digest(weights), name[:200], step, dict(about or {}))
    stated = {"schema": 1, **asdict(facts.shape), **asdict(facts)}
    del stated["shape"]
    data = safetensors.torch.save(weights, {"generator": json.dumps(stated)})
    commit(path, lambda file: file.write(data))
    return facts


def load(path: Path) -> Generator:
    """The generator of a checkpoint (its EMA) or of a generator file, float32 on the CPU, ready to draw.

    Raises RunError if the file is damaged, is neither, or holds other weights than it says.
    """
    if CHECKPOINT_NAME.fullmatch(path.name) and not checkpoints.verify(path):
        raise RunError(f"{path.name} is damaged. Choose an older checkpoint.")
    facts, prefix = _read(path)
    with torch.device("meta"):  # a header that promises more than the file holds must not cost memory
        generator = Generator(facts.shape)
    wanted = generator.state_dict()
    unfit = RunError(f"{path.name} does not hold the generator that it describes.")
    try:
        with safe_open(path, "pt") as file:
            names = {name.removeprefix(prefix): name for name in file.keys() if name.startswith(prefix)}  # noqa: SIM118
            if names.keys() != wanted.keys():
                raise unfit
            for name, key in names.items():
                if file.get_slice(key).get_shape() != list(wanted[name].shape):
                    raise unfit
            # An own copy: the mapped file may be replaced or deleted while the generator is in use.
            weights = {name: file.get_tensor(key).clone() for name, key in names.items()}
    except (OSError, SafetensorError) as error:
        raise unfit from error
    if any(weights[name].dtype != wanted[name].dtype for name in wanted):
        raise unfit
    if not all(torch.isfinite(tensor).all() for tensor in weights.values()):
        raise RunError(f"{path.name} holds numbers that are not finite. Choose another generator.")
    if facts.digest and weights_digest(weights) != facts.digest:
        raise RunError(f"{path.name} is damaged: its weights are not those that it names. Get it anew.")
    generator.load_state_dict(weights, assign=True)
    return generator.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def read_facts(path: Path) -> GeneratorFacts:
    """What the header of a checkpoint or generator file says; the weights are not read. Raises RunError."""
    return _read(path)[0]


def _read(path: Path) -> tuple[GeneratorFacts, str]:
    """The facts, and what the generator's tensors are prefixed with."""
    try:
        with safe_open(path, "pt") as file:
            metadata: dict[str, Any] = file.metadata() or {}
        if "generator" in metadata:
            stated = _Stated.model_validate_json(metadata["generator"])
            if len(stated.biases) != len(stated.widths) + 1 or stated.channels == 2:
                raise ValueError("shape")
            shape = GeneratorShape(
                stated.latent_dim, tuple(stated.widths), stated.channels, tuple(stated.biases)
            )
            return GeneratorFacts(shape, stated.digest, stated.name, stated.step, stated.about), ""
        facts = json.loads(metadata["studio"])
        shape = generator_shape(parse(facts["config"]))
        run = path.absolute().parent.parent.name
        return GeneratorFacts(shape, str(facts.get("digest", "")), run, int(facts["step"])), "EMA/"
    except FileNotFoundError as error:
        raise RunError(f"{path} is not there any more. Choose another generator.") from error
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, ValidationError, ConfigError) as error:
        raise RunError(
            f"{path} is neither a checkpoint nor a generator of this program. Import it first if another "
            "program made it."
        ) from error

"""Every knob once: default, label, help, unit, bounds. Flags, form and run.json come from here."""

import math
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from core.errors import ConfigError

Group = Literal[
    "Pictures", "Augmentation", "Networks", "Loss", "Stabilisers", "Training", "Reporting", "Monitoring"
]


def _knob(
    default: Any,
    label: str,
    about: str,
    group: Group,
    *,
    unit: str = "",
    advanced: bool = False,
    **bounds: Any,
) -> Any:
    return Field(
        default,
        title=label,
        description=about,
        json_schema_extra={"group": group, "unit": unit, "advanced": advanced},
        **bounds,
    )


class Config(BaseModel):
    """What a run computes, besides its pictures. Immutable; `replace` gives a changed copy."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    size: Literal[32, 64, 128, 256] = _knob(
        64,
        "Picture size",
        "Side of the square pictures. Doubling it makes a step about four times as long.",
        "Pictures",
        unit="px",
    )
    color: Literal["rgb", "grey"] = _knob(
        "rgb",
        "Colour",
        "Train on colour or on grey pictures.",
        "Pictures",
        advanced=True,
    )
    crop: Literal["center", "celeba", "pad", "stretch"] = _knob(
        "center",
        "Crop",
        "How a picture becomes square: its centre, the face in a CelebA picture, padded, or stretched.",
        "Pictures",
    )
    flip: bool = _knob(
        False,
        "Mirror at random",
        "Show each picture mirrored half of the time. Helps when there are few pictures.",
        "Augmentation",
    )
    jitter: float = _knob(
        0.0,
        "Colour jitter",
        "Vary the brightness and the contrast of the real pictures by up to this share; .1 is a tenth, 0 is "
        "off. The generator learns to vary them too.",
        "Augmentation",
        advanced=True,
        ge=0,
        le=1,
    )
    diffaugment: Literal["off", "auto", "on"] = _knob(
        "off",
        "Augment for few pictures",
        "Alter what the discriminator sees, real and generated alike, so that it cannot learn few pictures "
        "by heart (DiffAugment). auto does so for up to 10,000 pictures.",
        "Augmentation",
    )
    augment_color: bool = _knob(
        True,
        "Augment colour",
        "DiffAugment changes brightness, saturation and contrast.",
        "Augmentation",
        advanced=True,
    )
    augment_translation: bool = _knob(
        True,
        "Augment place",
        "DiffAugment shifts the picture by up to an eighth of its side.",
        "Augmentation",
        advanced=True,
    )
    augment_cutout: bool = _knob(
        True,
        "Augment parts",
        "DiffAugment covers a square of half the side.",
        "Augmentation",
        advanced=True,
    )
    latent_dim: int = _knob(
        100,
        "Latent size",
        "Numbers in z, the vector that the generator turns into a face.",
        "Networks",
        advanced=True,
        ge=2,
        le=1024,
    )
    g_features: int = _knob(
        64,
        "Generator width",
        "Channels of the generator's last hidden layer. Wider learns more and runs slower.",
        "Networks",
        unit="features",
        ge=4,
        le=512,
    )
    d_features: int = _knob(
        64,
        "Discriminator width",
        "Channels of the discriminator's first layer.",
        "Networks",
        unit="features",
        ge=4,
        le=512,
    )
    g_extra: int = _knob(
        0,
        "Extra layers in the generator",
        "3x3 convolutions added at every resolution of the generator. More detail, slower steps.",
        "Networks",
        unit="layers",
        advanced=True,
        ge=0,
        le=2,
    )
    g_biases: bool = _knob(
        False,
        "Biases in the generator",
        "Give the generator's transposed convolutions biases, as some recipes do.",
        "Networks",
        advanced=True,
    )
    d_spectral_norm: bool = _knob(
        False,
        "Spectral norm in the discriminator",
        "Bound how steep each layer of the discriminator is, so that it cannot run away from the generator.",
        "Networks",
        advanced=True,
    )
    d_batch_norm: bool = _knob(
        True,
        "Batch norm in the discriminator",
        "Normalise over the batch, as the DCGAN does. Best off with spectral norm or a gradient penalty.",
        "Networks",
        advanced=True,
    )
    loss: Literal["bce", "lsgan", "hinge", "wgan-gp"] = _knob(
        "bce",
        "Loss",
        "What both networks play for: bce is the DCGAN's, lsgan least squares, hinge margins, wgan-gp the "
        "Wasserstein distance with a gradient penalty.",
        "Loss",
        advanced=True,
    )
    gp: float = _knob(
        10.0,
        "Gradient penalty",
        "Weight of the gradient penalty. Acts with the loss wgan-gp only.",
        "Loss",
        advanced=True,
        ge=0,
        le=1_000,
    )
    r1: float = _knob(
        0.0,
        "R1 penalty",
        "Keeps the discriminator flat around real pictures; every 16th update. 0 is off, .1 to 10 is usual.",
        "Loss",
        advanced=True,
        ge=0,
        le=1_000,
    )
    d_dropout: float = _knob(
        0.0,
        "Dropout in the discriminator",
        "Share of the discriminator's activations that are left out at random. Slows down learning by heart.",
        "Stabilisers",
        advanced=True,
        ge=0,
        le=0.9,
    )
    real_label: float = _knob(
        1.0,
        "Label of real pictures",
        "What the discriminator is told of real pictures; .9 keeps it from being too sure. For bce and "
        "lsgan.",
        "Stabilisers",
        advanced=True,
        gt=0.5,
        le=1,
    )
    fake_label: float = _knob(
        0.0,
        "Label of generated pictures",
        "What the discriminator is told of generated pictures; 0 unless both sides are smoothed. For bce and "
        "lsgan.",
        "Stabilisers",
        advanced=True,
        ge=0,
        lt=0.5,
    )
    noise: float = _knob(
        0.0,
        "Instance noise",
        "Standard deviation of the noise laid over all that the discriminator sees, at the first step; "
        "pictures reach from -1 to 1. 0 is off.",
        "Stabilisers",
        advanced=True,
        ge=0,
        le=2,
    )
    noise_steps: int = _knob(
        0,
        "Noise fades over",
        "Steps, counted from the run's first, over which the instance noise goes down to nothing, evenly. "
        "0 keeps it.",
        "Stabilisers",
        unit="steps",
        advanced=True,
        ge=0,
        le=10_000_000,
    )
    d_updates: int = _knob(
        1,
        "Discriminator updates a step",
        "How often the discriminator learns in one step, each time from other pictures.",
        "Stabilisers",
        advanced=True,
        ge=1,
        le=16,
    )
    d_every: int = _knob(
        1,
        "Discriminator learns every",
        "2 lets the discriminator learn in every second step only, when it is winning.",
        "Stabilisers",
        unit="steps",
        advanced=True,
        ge=1,
        le=100,
    )
    batch_size: int = _knob(
        128,
        "Batch size",
        "Pictures in one step.",
        "Training",
        unit="pictures",
        ge=2,
        le=4096,
    )
    duration: float = _knob(
        5.0,
        "Train for",
        "When to stop by itself. Stop and resume work at any time.",
        "Training",
        gt=0,
    )
    duration_unit: Literal["steps", "epochs", "minutes"] = _knob(
        "epochs",
        "Counted in",
        "Steps, epochs (passes over all pictures) or minutes; over the whole run.",
        "Training",
    )
    g_lr: float = _knob(
        2e-4,
        "Generator learning rate",
        "Step length of the generator's Adam.",
        "Training",
        advanced=True,
        gt=0,
        le=0.1,
    )
    d_lr: float = _knob(
        2e-4,
        "Discriminator learning rate",
        "Step length of the discriminator's Adam.",
        "Training",
        advanced=True,
        gt=0,
        le=0.1,
    )
    beta1: float = _knob(
        0.5,
        "Adam beta 1",
        "Momentum of both optimisers; DCGANs use .5.",
        "Training",
        advanced=True,
        ge=0,
        lt=1,
    )
    beta2: float = _knob(
        0.999,
        "Adam beta 2",
        "Memory of the squared gradients.",
        "Training",
        advanced=True,
        ge=0,
        lt=1,
    )
    ema_half_life: float = _knob(
        693.0,
        "EMA half-life",
        "How slowly the averaged generator, whose faces are shown, follows: after so many steps it is half "
        "way. 0 is off.",
        "Training",
        unit="steps",
        advanced=True,
        ge=0,
        le=1_000_000,
    )
    precision: Literal["auto", "float32", "bf16"] = _knob(
        "auto",
        "Precision",
        "auto takes bf16 where the device is fast at it, else float32.",
        "Training",
        advanced=True,
    )
    seed: int = _knob(
        0,
        "Seed",
        "Same seed, same pictures and same device give the same run.",
        "Training",
        ge=0,
        le=2**31 - 1,
    )
    log_every: int = _knob(
        1,
        "Numbers every",
        "How often losses are recorded.",
        "Reporting",
        unit="steps",
        advanced=True,
        ge=1,
        le=10_000,
    )
    sample_every: int = _knob(
        100,
        "Faces every",
        "How often the fixed faces are drawn and kept.",
        "Reporting",
        unit="steps",
        ge=1,
        le=100_000,
    )
    sample_count: Literal[16, 36, 64, 100] = _knob(
        64,
        "Faces in the grid",
        "How many fixed faces are drawn.",
        "Reporting",
        advanced=True,
    )
    checkpoint_every: int = _knob(
        500,
        "Checkpoint every",
        "How often everything is saved. Stop saves too.",
        "Reporting",
        unit="steps",
        ge=1,
        le=1_000_000,
    )
    keep_checkpoints: int = _knob(
        5,
        "Checkpoints kept",
        "The newest ones stay, older ones are deleted.",
        "Reporting",
        advanced=True,
        ge=3,
        le=10_000,
    )

    keep_generators: int = _knob(
        24,
        "Earlier generators kept",
        "Of older checkpoints the generator alone stays, evenly spread over the run, so that Explore can go "
        "back in time.",
        "Reporting",
        advanced=True,
        ge=0,
        le=10_000,
    )
    watchdog: Literal["off", "warn", "return"] = _knob(
        "warn",
        "Watchdog",
        "Whether the run is judged while it trains: off, warn, or return by itself to the best checkpoint "
        "with one change.",
        "Monitoring",
    )
    measure_every: int = _knob(
        0,
        "Measure every",
        "How often quality and diversity are measured. 0: as often as three hundredths of the time allow, so "
        "at other steps on another machine. Where Watchdog is return, a fixed number repeats exactly.",
        "Monitoring",
        unit="steps",
        advanced=True,
        ge=0,
        le=1_000_000,
    )
    measure_count: int = _knob(
        1024,
        "Pictures measured",
        "How many real and generated pictures a measurement compares. More is steadier and slower.",
        "Monitoring",
        unit="pictures",
        advanced=True,
        ge=64,
        le=50_000,
    )

    @model_validator(mode="before")
    @classmethod
    def _half_life(cls, values: Any) -> Any:
        """Settings of earlier versions named the average's decay a step."""
        match values:
            case {"ema_decay": float() | int() as decay} if 0 <= decay < 1:
                kept = {name: value for name, value in values.items() if name != "ema_decay"}
                # Not rounded: a run that is resumed averages with the very decay that it began with.
                return kept | {"ema_half_life": min(math.log(0.5, decay), 1e6) if decay > 0 else 0.0}
        return values

    @model_validator(mode="after")
    def _whole_steps(self) -> Self:
        if self.duration_unit == "steps" and self.duration != int(self.duration):
            raise ValueError(
                "duration: steps are counted in whole numbers. Round it, or count in epochs or minutes."
            )
        return self

    @property
    def channels(self) -> int:
        """Colour channels of a picture: 3 or 1."""
        return 3 if self.color == "rgb" else 1

    @property
    def ema_decay(self) -> float:
        """What a step keeps of the averaged generator: half is left after `ema_half_life` steps."""
        return 0.5 ** (1 / self.ema_half_life) if self.ema_half_life else 0.0

    def replace(self, **changes: object) -> "Config":
        """A validated copy with some knobs changed. Raises ConfigError."""
        return parse(self.model_dump() | changes)


def parse(values: dict[str, object]) -> Config:
    """A Config from plain values. Raises ConfigError with one sentence that names the field."""
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_sentence(error)) from None


def field_info(name: str) -> FieldInfo:
    """Label (`title`), help (`description`), bounds and extras of one knob."""
    return Config.model_fields[name]


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    if not name:
        return str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        return f"There is no setting called {name}. The settings are: {', '.join(Config.model_fields)}."
    if first["input"] == "":
        return f"{name}: no value is given. Give one, or leave the setting out."
    bounds = first.get("ctx", {})
    match first["type"]:
        case "greater_than_equal":
            why = f"is too small. Use {bounds['ge']:g} or more."
        case "greater_than":
            why = f"is too small. Use more than {bounds['gt']:g}."
        case "less_than_equal":
            why = f"is too large. Use {bounds['le']:g} or less."
        case "less_than":
            why = f"is too large. Use less than {bounds['lt']:g}."
        case "literal_error":
            why = f"is not offered. Choose {bounds['expected']}."
        case "int_parsing" | "int_from_float" | "int_type":
            why = "is not a whole number."
        case "float_parsing" | "float_type" | "finite_number":
            why = "is not a number."
        case "bool_parsing" | "bool_type":
            why = "is neither true nor false."
        case _:
            why = f"does not fit. {first['msg']}."
    return f"{name}: {first['input']} {why}"

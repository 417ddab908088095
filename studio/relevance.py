"""Which settings act, given the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """A knob that acts only while another one has some values."""

    depends_on: str
    acts: Callable[[object], bool]
    otherwise: str  # the reason, a sentence


def _above_zero(value: object) -> bool:
    return isinstance(value, int | float) and value > 0


_SMOOTHED = Condition("loss", {"bce", "lsgan"}.__contains__, "Acts while Loss is BCE or Least squares.")
_AUGMENTED = Condition(
    "diffaugment", lambda value: value != "off", "Acts while Augment for few pictures is on."
)
CONDITIONS = {
    "gp": Condition("loss", lambda value: value == "wgan-gp", "Acts while Loss is Wasserstein."),
    "real_label": _SMOOTHED,
    "fake_label": _SMOOTHED,
    "noise_steps": Condition("noise", _above_zero, "Acts while Instance noise is above 0."),
    "augment_color": _AUGMENTED,
    "augment_translation": _AUGMENTED,
    "augment_cutout": _AUGMENTED,
}


def why_idle(name: str, values: Mapping[str, object]) -> str:
    """Why a knob changes nothing beside these values of the others; empty if it acts."""
    condition = CONDITIONS.get(name)
    if condition is None or condition.acts(values[condition.depends_on]):
        return ""
    return condition.otherwise

"""The runs that the watchdog is calibrated on: healthy ones of every preset, and ones that are made to fail.

All are small, so that each takes a minute or three on one core: 32 px, networks of 8 to 16 features, batches
of 16 to 64. What a recipe is made of (loss, rates, labels, dropout, norms, augmentation) stays as its preset
has it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.config import Config
from core.presets import presets
from core.watchdog.verdict import Kind

CARTOONS = "cartoons:2048"
PHOTOGRAPHS = "photographs"  # stands for the source that --data names

Forced = Literal[
    "",  # nothing is
    "settings",  # other settings from a step on
    "one output",  # the generator gives one picture for every z, and learns no more
    "one direction",  # the generator hears one direction of z only, and learns no more
    "few modes",  # from a step on it learns from pictures of one kind only, and is measured against all
]
SMALL: dict[str, Any] = {
    "size": 32,
    "g_features": 16,
    "d_features": 16,
    "batch_size": 32,
    "duration_unit": "steps",
    "sample_every": 100_000,
    "sample_count": 16,
    "log_every": 1,
    "measure_every": 100,
    "measure_count": 512,
    "watchdog": "off",
    "precision": "float32",
}
# The recipe of Miyato et al. 2018 for a DCGAN, with a light R1 penalty: its discriminator judges otherwise.
SPECTRAL: dict[str, Any] = {
    "loss": "hinge",
    "d_spectral_norm": True,
    "d_batch_norm": False,
    "r1": 0.1,
    "flip": True,
    "batch_size": 16,
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One run. `kinds` are the verdicts that its failure deserves; a healthy run has none."""

    name: str
    source: str
    config: Config
    images: int | None = None  # of the source's, if not all
    forced: Forced = ""
    at: int = 0  # the step that the failure is forced at
    changes: Mapping[str, object] = field(default_factory=dict)  # settings from that step on
    kinds: tuple[Kind, ...] = ()

    @property
    def healthy(self) -> bool:
        return not self.kinds


def trials() -> list[Trial]:
    """All of them, healthy and failing ones in turn, so that a table that is not finished shows both."""
    healthy, failing = list(_healthy()), list(_failing())
    pairs = [each for pair in zip(healthy, failing, strict=False) for each in pair]
    rest = healthy[len(failing) :] + failing[len(healthy) :]
    return pairs + rest


def _healthy() -> Iterator[Trial]:
    for source, letter in ((PHOTOGRAPHS, "photographs"), (CARTOONS, "cartoons")):
        for preset in presets():
            if preset.own:
                continue
            images = 500 if preset.name == "few-pictures" else None
            yield Trial(f"{preset.name}-{letter}", source, small(preset.config), images)
        for loss in ("lsgan", "hinge", "wgan-gp"):
            critic = {"d_batch_norm": False, "d_updates": 2, "d_lr": 2e-4} if loss == "wgan-gp" else {}
            yield Trial(f"{loss}-{letter}", source, _config(loss=loss, **critic))
        yield Trial(f"spectral-{letter}", source, _config(**SPECTRAL))
    # The quick preset as it is.
    yield Trial("quick-64px-photographs", PHOTOGRAPHS, _config(preset="quick", size=64, duration=1000))
    yield Trial("seed-1-photographs", PHOTOGRAPHS, _config(seed=1, duration=2500))
    yield Trial("seed-2-cartoons", CARTOONS, _config(seed=2, duration=2500))


def _failing() -> Iterator[Trial]:
    dead: tuple[Kind, ...] = ("balance_dead", "discriminator_winning", "generator_collapsing")
    lost: tuple[Kind, ...] = ("generator_collapsing", "discriminator_winning")
    heart: tuple[Kind, ...] = ("overfitting", "discriminator_winning")
    for source, letter in ((PHOTOGRAPHS, "photographs"), (CARTOONS, "cartoons")):
        yield Trial(f"g-lr-{letter}", source, _config(g_lr=4e-3, duration=1000), kinds=dead)
        yield Trial(f"d-lr-{letter}", source, _config(d_lr=1e-2, duration=1000), kinds=dead)
        yield Trial(f"100-pictures-{letter}", source, _config(duration=2500), 100, kinds=heart)
        for forced, name in (
            ("one output", "one-output"),
            ("one direction", "one-direction"),
            ("few modes", "few-modes"),
        ):
            yield Trial(f"{name}-{letter}", source, _config(duration=1500), None, forced, 800, {}, lost)
        for knob, value, name in (("g_lr", 4e-3, "g-lr"), ("d_lr", 1e-2, "d-lr")):
            yield Trial(
                f"{name}-later-{letter}",
                source,
                _config(duration=1500),
                None,
                "settings",
                800,
                {knob: value},
                dead,
            )
        yield Trial(f"g-lr-quick-{letter}", source, _config("quick", g_lr=4e-3, duration=1000), kinds=dead)
        yield Trial(
            f"g-lr-lsgan-{letter}", source, _config(loss="lsgan", g_lr=4e-3, duration=1000), kinds=dead
        )
        yield Trial(
            f"g-lr-hinge-{letter}", source, _config(loss="hinge", g_lr=4e-3, duration=1000), kinds=dead
        )
        yield Trial(
            f"one-output-spectral-{letter}",
            source,
            _config(**SPECTRAL),
            None,
            "one output",
            800,
            {},
            lost,
        )


def small(config: Config, steps: int = 1500) -> Config:
    """A preset's recipe on small networks: widths and batch in proportion, the rest as it is."""
    return config.replace(
        **SMALL
        | {
            "g_features": max(8, min(16, config.g_features // 4)),
            # Of glasses-improved, with its much dropout, 8 features are left that learn nothing.
            "d_features": 16 if config.d_every > 1 else max(8, min(16, config.d_features // 4)),
            "batch_size": max(16, min(64, config.batch_size // 4)),
            "ema_half_life": min(config.ema_half_life, 100),
            "duration": steps,
            "checkpoint_every": 100_000,
        }
    )


def _config(preset: str = "tutorial", duration: int = 1500, **changes: object) -> Config:
    found = next(each for each in presets() if each.name == preset)
    return small(found.config, duration).replace(**changes)

"""Named recipes, one TOML file each in resources/presets."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from core.config import Config, parse
from core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Preset:
    name: str
    title: str
    about: str
    config: Config


def presets() -> list[Preset]:
    """All presets, the ones for a first run first."""
    found = [
        _read(entry.name.removesuffix(".toml"), entry.read_text("utf-8"))
        for entry in files("resources").joinpath("presets").iterdir()
        if entry.name.endswith(".toml")
    ]
    return sorted(found, key=lambda preset: (preset.name != "quick", preset.name))


def preset(name: str) -> Preset:
    """The preset of that name. Raises ConfigError that lists the names."""
    available = presets()
    for each in available:
        if each.name == name:
            return each
    names = ", ".join(each.name for each in available)
    raise ConfigError(f"There is no preset called {name}. The presets are: {names}.")


def _read(name: str, text: str) -> Preset:
    data = tomllib.loads(text)
    return Preset(name, data["title"], data["about"], parse(data["settings"]))

"""List the presets."""

import argparse

from core.commands.outcome import Outcome
from core.presets import presets

NAME = "presets"
ABOUT = "List the presets."


def declare(_sub: argparse.ArgumentParser) -> None:
    """It takes no arguments of its own."""


def run(_options: argparse.Namespace) -> Outcome:
    found = presets()
    facts = [
        {"name": each.name, "title": each.title, "about": each.about, "settings": each.config.model_dump()}
        for each in found
    ]
    return Outcome({"presets": facts}, "\n".join(f"{each.name:12} {each.about}" for each in found))

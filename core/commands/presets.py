"""List the presets."""

import argparse

from core.commands.outcome import Outcome
from core.presets import own_presets, presets

NAME = "presets"
ABOUT = "List the presets."


def declare(_sub: argparse.ArgumentParser) -> None:
    """It takes no arguments of its own."""


def run(_options: argparse.Namespace) -> Outcome:
    found, skipped = presets(), own_presets()[1]
    facts = {
        "presets": [
            {
                "name": each.name,
                "title": each.title,
                "about": each.about,
                "settings": each.config.model_dump(),
            }
            for each in found
        ],
        "own": [each.name for each in found if each.own],
        "skipped": [{"path": str(each.path), "reason": each.reason} for each in skipped],
    }
    width = max(len(each.name) for each in found)
    lines = [f"{each.name:{width}}  {each.about or each.title}" for each in found]
    return Outcome(facts, "\n".join([*lines, *(each.sentence for each in skipped)]))

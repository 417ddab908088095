"""What was changed in a run and when: the settings in force, and each change as a mark on the curves."""

from collections.abc import Mapping
from typing import Any

from core import knobs
from core.config import Config
from core.errors import ConfigError
from core.events import Returned
from core.knobs import Turn
from studio.changes import in_words
from studio.marks import Mark


class Chronicle:
    """Follows a run's changes in the order in which they are told."""

    def __init__(self, config: Config) -> None:
        self.began_with = config
        self._rows: list[Mapping[str, Any]] = []  # as in events.jsonl

    def turns(self) -> list[Turn]:
        """The changes in force, each with the first step that it acts on."""
        return knobs.history(self._rows)

    def config(self, step: int) -> Config:
        """The settings that a step is computed with."""
        try:
            return knobs.config_at(self.began_with, self._rows, step)
        except ConfigError:  # of another version of this program
            return self.began_with

    def turn(self, step: int, changes: dict[str, object]) -> Mark | None:
        """None if it is so already: training repeats after a return what the return has told."""
        before = self.config(step)
        changes = {name: value for name, value in changes.items() if getattr(before, name, None) != value}
        if not changes:
            return None
        self._rows.append({"event": "knob", "step": step, "changes": changes})
        return Mark(step, "knob", f"Step {step:,}: {in_words(changes, before)}")

    def go_back(self, returned: Returned) -> Mark:
        """What was changed after the step that the run went back to is undone; the mark tells that, too."""
        step, before = returned.step, self.config(returned.left)
        self._rows.append({"event": "returned", "step": step, "changes": returned.changes})
        after = self.config(step + 1)
        changes = {
            name: getattr(after, name) for name in knobs.LIVE if getattr(after, name) != getattr(before, name)
        }
        words = "Went back by itself" if returned.automatic else "Went back"
        words += f" from step {returned.left:,} to step {step:,}"
        return Mark(step, "returned", f"{words}: {in_words(changes, before)}" if changes else words)

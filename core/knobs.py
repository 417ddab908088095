"""Settings that may change while a run trains, and from which step on each change acts."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.config import Config
from core.errors import ConfigError

LIVE = (
    "g_lr",
    "d_lr",
    "real_label",
    "fake_label",
    "noise",
    "noise_steps",
    "d_updates",
    "d_every",
    "diffaugment",
    "augment_color",
    "augment_translation",
    "augment_cutout",
    "jitter",
    "flip",
    "r1",
)

Turn = tuple[int, dict[str, object]]  # the first step that changes act on, and the changes


def turned(config: Config, changes: Mapping[str, object]) -> Config:
    """The settings with live knobs changed. Raises ConfigError if one is not live or out of its range."""
    fixed = next((name for name in changes if name in Config.model_fields and name not in LIVE), None)
    if fixed is not None:
        raise ConfigError(f"{fixed} cannot change while a run trains. These can: {', '.join(LIVE)}.")
    return config.replace(**changes)


def values(config: Config, changes: Mapping[str, object]) -> dict[str, object]:
    """Changes as Config holds them. Raises ConfigError as `turned` does."""
    new = turned(config, changes)
    return {name: getattr(new, name) for name in changes}


def history(events: Iterable[Mapping[str, Any]]) -> list[Turn]:
    """The changes in force, by step, from the rows of a run's events.jsonl.

    What lay after the checkpoint that a run went back to is void, but for what earlier returns were made
    with: else going back twice would undo the first remedy. A resume that repeats steps repeats their
    changes; but a knob that is turned then stays as it was turned, whatever had been asked of it for later.
    """
    turns: dict[int, dict[str, object]] = {}
    remedies: list[Turn] = []
    for row in events:
        match row:
            case {"event": "knob", "step": int() as step, "changes": dict() as changes}:
                pass
            case {"event": "returned", "step": int() as back, "changes": dict() as changes}:
                step = back + 1
                remedies.append((step, changes))
                changes = {
                    name: value for at, remedy in remedies if at >= step for name, value in remedy.items()
                }
                turns = {at: turn for at, turn in turns.items() if at < step}
            case _:
                continue
        for at, turn in turns.items():
            if at > step:
                turns[at] = {name: value for name, value in turn.items() if name not in changes}
        turns[step] = turns.get(step, {}) | changes
    return sorted((step, changes) for step, changes in turns.items() if changes)


def config_at(config: Config, events: Iterable[Mapping[str, Any]], step: int) -> Config:
    """The settings that a step is computed with. config: those that the run began with.

    Raises ConfigError if a change does not fit.
    """
    return settled(config, history(events), step)


def settled(config: Config, turns: Iterable[Turn], step: int) -> Config:
    """`config_at` of a history that has been read already."""
    changes: dict[str, object] = {}
    for at, turn in turns:
        if at <= step:
            changes |= turn
    return turned(config, changes) if changes else config

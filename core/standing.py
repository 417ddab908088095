"""Where a run stands: what is trained, how far, under which settings, and the file that it was saved in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from core import checkpoints, knobs, memory, retention
from core.checkpoints import Checkpoint
from core.config import Config
from core.errors import RunError
from core.knobs import Turn
from core.runs import Run
from core.trainee import Trainee


@dataclass(slots=True)
class Standing:
    """`step` is the last one taken; what is saved of it, and when, follows from `save`."""

    run: Run
    device: torch.device
    trainee: Trainee
    step: int
    seconds: float  # of training up to `step`, as the newest checkpoint says
    newest: Path | None  # the newest checkpoint
    saved_step: int  # its step, -1 without one
    parts: int  # that a batch is computed in
    turns: dict[int, dict[str, object]]  # knobs, by the first step that they act on
    cuts: dict[int, int]  # parts, by the first step that is computed in them

    @property
    def config(self) -> Config:
        """The settings in force."""
        return self.trainee.config

    @property
    def checkpoint(self) -> Path:
        """The newest checkpoint, where there is one for certain."""
        if self.newest is None:
            raise RunError(f"{self.run.name} has no checkpoint.")
        return self.newest

    def reread(self) -> None:
        """Take in what the journal says of knobs by now."""
        self.turns = dict(knobs.history(self.run.events()))

    def news(self, changes: Mapping[str, object]) -> dict[str, object]:
        """What of the changes is not so already, or would not stay so."""
        ahead = {name for step, turn in self.turns.items() if step > self.step for name in turn}
        return {
            name: value
            for name, value in changes.items()
            if value != getattr(self.config, name) or name in ahead
        }

    def turn(self) -> dict[str, object]:
        """Bring into force what acts from the present step on, and say what that is.

        Raises ConfigError if a knob in the journal does not fit.
        """
        self.parts = max(self.parts, self.cuts.get(self.step, 1))
        changes = self.turns.get(self.step, {})
        if changes:
            self.trainee.apply(knobs.turned(self.config, changes))
        return changes

    def save(self, seconds: float) -> Path:
        """Commit a checkpoint of the present step. Raises RunError if it cannot."""
        facts = Checkpoint(self.step, seconds, self.config, self.trainee.tensors())
        self.newest = checkpoints.save(self.run.checkpoint_folder, facts)
        self.saved_step = self.step
        retention.prune(self.run)
        return self.newest


def take_up(run: Run, device: torch.device, images: int) -> Standing:
    """The run as its newest good checkpoint has it, or at its beginning. images: how many it learns from.

    Raises RunError if the checkpoint does not fit, or there are some and none is good.
    """
    newest = checkpoints.set_aside_damaged(run.checkpoint_folder)
    checkpoint = checkpoints.read(newest) if newest else None
    step = checkpoint.step if checkpoint else 0
    events = run.events()
    turns: list[Turn] = knobs.history(events)
    cuts = memory.cuts(events, str(device))
    config = knobs.settled(run.config, turns, step)
    trainee = Trainee(config, device, images)
    if checkpoint:
        trainee.load(checkpoint.tensors)
    return Standing(
        run=run,
        device=device,
        trainee=trainee,
        step=step,
        seconds=checkpoint.seconds if checkpoint else 0.0,
        newest=newest,
        saved_step=step if checkpoint else -1,
        parts=max((parts for at, parts in cuts.items() if at <= step), default=1),
        turns=dict(turns),
        cuts=cuts,
    )

"""What the first of several processes orders; `core.wide.worker` obeys.

The first one trains as if it were alone, with the run folder, the person's wishes and the measuring. What
concerns all it orders: which state to go on from, each step, and the numbers of a step that somebody wants to
see. The state comes with the order, so that no disk has to be shared.
"""

from collections.abc import Mapping

from torch import Tensor

from core.devices import Precision
from core.trainee import Trainee
from core.wide.world import World, kinds


def hand_over(world: World, trainee: Trainee, images: int, precision: Precision) -> None:
    """Let all others go on from the state of the first one."""
    if world.size == 1:
        return
    tensors = trainee.tensors()
    world.order(
        "take over",
        config=trainee.config.model_dump(),
        images=images,
        precision=precision,
        tensors=kinds(tensors),
    )
    world.give(tensors)


def order_step(world: World, step: int, parts: int, turned: Mapping[str, object]) -> None:
    """Let all others take a step; the caller takes it too (`core.engine`)."""
    world.order("step", step=step, parts=parts, turned=dict(turned))


def whole(world: World, numbers: Tensor) -> Tensor:
    """A step's numbers for the whole batch, from this process's part of them and all others'."""
    world.order("numbers")
    world.add_up([numbers])
    return numbers

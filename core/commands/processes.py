"""The command under torchrun: the first process is the command, the others help it and say nothing."""

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.commands.interrupt import Interrupt, interruptible
from core.commands.outcome import Outcome, UsageError
from core.commands.prepare import prepared
from core.config import Config
from core.errors import ConfigError, RunError, StudioError

if TYPE_CHECKING:
    from core.data.cache import PictureCache
    from core.wide.world import World


@contextmanager
def joined() -> Iterator["World"]:
    """The processes that torchrun has started this one with, or this one alone; parted from at the end."""
    from core.wide.world import LostError, join

    world, orderly = join(), False
    try:
        yield world
        orderly = True
    except (StudioError, UsageError) as error:
        orderly = not isinstance(error, LostError)  # others come between two orders, when all listen
        raise
    finally:
        world.leave(orderly=orderly)


def own_device(world: "World", wished: str | None) -> str | None:
    """This process's device, once all have one of the same kind. Raises StudioError, UsageError."""
    if world.size == 1:
        if wished is not None and "," in wished:
            raise UsageError(
                f"train: --device {wished} needs a process for each: torchrun --standalone "
                f"--nproc-per-node {wished.count(',') + 1} main.py train ..."
            )
        return wished
    import torch

    from core.devices import find_device
    from core.wide.world import device_name

    name = error = ""
    try:
        name = find_device(device_name(world, wished)).name
    except ConfigError as failure:
        error = str(failure)
    kinds = set(world.answers(torch.device(name or "cpu").type, error))
    if len(kinds) > 1:
        world.answers(error=f"Processes train together on devices of one kind, not on {' and '.join(kinds)}.")
    world.use(torch.device(name))
    return name


def pictures(world: "World", source: str, config: Config, interrupt: Interrupt) -> "PictureCache":
    """The prepared pictures, for all. Raises StudioError if a machine has others, or cannot prepare them."""
    if config.batch_size < world.size:
        raise ConfigError(
            f"batch_size: {config.batch_size} pictures cannot be shared by {world.size} processes. "
            f"Raise batch_size, or start at most {config.batch_size} processes."
        )
    settings = {"source": source, "size": config.size, "color": config.color, "crop": config.crop}
    world.order("pictures", **settings)
    return _prepared(world, settings, interrupt)


def help_first(world: "World", options: argparse.Namespace) -> Outcome:
    """Do what the first process orders until it ends. Its errors and the object of --json are its own."""
    import torch

    from core.wide.worker import work
    from core.wide.world import Group, LostError, ToldError

    assert isinstance(world, Group)
    options.json = False
    failed = Outcome({}, "", status=1)
    with interruptible(patient=True, notice="") as interrupt:
        try:
            device = torch.device(own_device(world, options.device) or "cpu")
            work(world, device, lambda settings: _prepared(world, settings, interrupt))
        except ToldError:
            return failed
        except LostError:
            if world.rank > 1:  # one is enough to say it, should the first have been killed
                return failed
            raise
    return Outcome({}, "")


def _prepared(world: "World", settings: Mapping[str, object], interrupt: Interrupt) -> "PictureCache":
    """First this machine's pictures, then those of the others, whose cache may lie on the same network disk;
    the other processes of a machine open what its first one has made.
    """
    text, size, color, crop = (settings[name] for name in ("source", "size", "color", "crop"))
    assert isinstance(size, int)
    mine = 0 if world.rank == 0 else 1 if world.local_rank == 0 else 2
    for turn in range(3):
        if turn == mine:
            try:
                cache = prepared(str(text), size, str(color), str(crop), interrupt)
            except StudioError as failure:
                try:
                    world.answers(error=str(failure))
                except RunError:  # the first process says it, and what it was
                    raise failure from None
        world.answers()
    digest = world.answers(cache.digest)[0]
    other = (
        f"The pictures of {text} are not those of the first machine. Copy the same files to every machine."
    )
    world.answers(error="" if cache.digest == digest else other)
    return cache

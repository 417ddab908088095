"""A second process that has a fault, and then does not come. For `test_worker`."""

import threading
from pathlib import Path

from core.errors import RunError
from core.wide.world import Group, ToldError


def silence(world: Group, folder: Path) -> dict[str, str]:
    """What the first process says of it."""
    over, found = folder / "over", {}
    try:
        world.answers(error="" if world.rank == 0 else "It is not here.")
    except RunError as error:
        found["told"] = str(error)
    except ToldError:
        found["told"] = "elsewhere"
    if world.rank == 0:
        world.order("a long one", words="x" * 5000)
        try:
            world.check()
        except RunError as error:
            found["lost"] = str(error)
        over.touch()
    else:
        assert len(world.obey()["words"]) == 5000
        while not over.exists():
            threading.Event().wait(0.02)
    return found

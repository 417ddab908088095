"""Work that two processes do together: started here, and done there (`python -m tests.core.wide.pair`)."""

import importlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.wide.world import Group

ROOT = Path(__file__).parents[3]

Work = Callable[[Group, Path], Any]  # what the first process gives, fit for JSON


def done_by_two(work: Work, folder: Path, patience_s: float = 600) -> Any:
    """What a module's function gives when two processes run it with a folder; both have to end well."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    place = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    command = [sys.executable, "-m", "tests.core.wide.pair", work.__module__, work.__name__]
    command += [str(folder), str(patience_s)]
    both = [
        subprocess.Popen(command, cwd=ROOT, env=os.environ | place | {"RANK": rank}, stdout=subprocess.PIPE)
        for rank in "01"
    ]
    try:
        outputs = [process.communicate()[0] for process in both]
    finally:
        for process in both:
            process.kill()
    assert [process.returncode for process in both] == [0, 0]
    return json.loads(outputs[0].splitlines()[-1])


def main() -> None:
    module, name, folder, patience_s = sys.argv[1:]
    world = Group(timedelta(seconds=float(patience_s)))
    given = getattr(importlib.import_module(module), name)(world, Path(folder))
    world.leave(orderly=False)
    if world.rank == 0:
        sys.stdout.write(json.dumps(given) + "\n")


if __name__ == "__main__":
    main()

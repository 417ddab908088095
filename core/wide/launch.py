"""Training on several devices of this machine as processes of their own, started by torchrun."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_PROGRAM = Path(__file__).parents[2] / "main.py"
_OUTPUT, _ERRORS = "training.json", "training.log"
_ENDED = "The training ended without a word. The last checkpoint is intact; resume to go on."


def launch(arguments: Sequence[str], devices: Sequence[str], log_folder: Path) -> subprocess.Popen[bytes]:
    """Train with one process for each device; the child is torchrun, and `terminate` stops it after saving.

    arguments: the command's own, `train --run DIR ...`, without --device and --json. devices: of one kind,
    such as ["cuda:0", "cuda:1"] or ["cpu", "cpu"]. What it prints goes to files in `log_folder`, which
    `failure` reads. It outlives the program that starts it. Raises OSError if it cannot be started.
    """
    log_folder.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--local-addr=localhost"),
        *(f"--nproc-per-node={len(devices)}", "--", str(_PROGRAM)),
        *(*arguments, "--json", "--device", ",".join(devices)),
    ]
    cores = max(1, (os.cpu_count() or 1) // len(devices))  # torchrun would give each process one
    with (log_folder / _OUTPUT).open("wb") as output, (log_folder / _ERRORS).open("wb") as errors:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env={"OMP_NUM_THREADS": str(cores)} | os.environ,
            start_new_session=True,  # Ctrl-C in the terminal of the window is not meant for it
        )


def failure(log_folder: Path) -> str:
    """Why a training that was launched has failed, as its own sentence."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads((log_folder / _OUTPUT).read_text("utf-8"))["error"])
    return _ENDED

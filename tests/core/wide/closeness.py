"""How closely two processes follow one, as a table: `python -m tests.core.wide.closeness`."""

import sys
import tempfile
from pathlib import Path

import torch
from torch import Tensor

from core.config import Config
from core.data.batches import Batches
from core.data.prepare import prepare
from core.data.sources import open_source
from core.engine import Engine
from core.step import NUMBERS
from core.trainee import Trainee
from core.wide.world import ALONE, Group, World
from tests.core.wide.pair import Work, done_by_two

STEPS = (1, 10, 50, 200)
PLAIN = Config(size=32, latent_dim=64, g_features=16, d_features=16, batch_size=64, d_lr=2e-4, g_lr=2e-4)
BARE = PLAIN.replace(d_batch_norm=False)
CASES = {  # settings, and whether G's batch norm holds still
    "batch norm in D and G": (PLAIN, False),
    "batch norm in G alone": (BARE, False),
    "no batch norm that sees the batch": (BARE, True),
}
SHOWN = ("d_loss", "g_loss", "d_real", "d_fake_before")
CPU = torch.device("cpu")


def measure(world: Group, _folder: Path) -> dict[str, dict[str, list[list[float]]]]:
    """The numbers of every step, for each case of two processes, of one, and of one with another seed."""
    found = {}
    for name, (config, held) in CASES.items():
        found[name] = {
            "two": _numbers(config, held, world),
            "one": _numbers(config, held, ALONE),
            "other": _numbers(config.replace(seed=config.seed + 1), held, ALONE),
        }
    return found


def _numbers(config: Config, held: bool, world: World) -> list[list[float]]:
    pictures = prepare(open_source("cartoons:512"), size=config.size).pictures
    engine = Engine(Batches(pictures, config.batch_size, config.seed), CPU, "float32", world)
    trainee = Trainee(config, CPU, images=len(pictures))
    if held:
        trainee.generator.eval()
    rows: list[list[float]] = []
    for step in range(1, max(STEPS) + 1):
        numbers = engine.step(trainee, step)
        assert isinstance(numbers, Tensor)
        world.add_up([numbers])
        rows.append(numbers.tolist())
    return rows


def main(work: Work) -> None:
    with tempfile.TemporaryDirectory() as folder:
        prepare(open_source("cartoons:512"), size=PLAIN.size)
        found = done_by_two(work, Path(folder))
    for name, runs in found.items():
        sys.stdout.write(f"{name}: largest difference from one process up to a step, relative\n")
        for against in ("two", "other"):
            title = "two processes" if against == "two" else "one, another seed"
            for number in SHOWN:
                at = NUMBERS.index(number)
                apart = [abs(a[at] / b[at] - 1) for a, b in zip(runs[against], runs["one"], strict=True)]
                cells = "  ".join(f"{step}: {max(apart[:step]):8.2e}" for step in STEPS)
                mean = sum(apart) / len(apart)
                sys.stdout.write(f"  {title:18} {number:14} {cells}  mean {mean:8.2e}\n")


if __name__ == "__main__":
    from tests.core import closeness  # two processes import the measurement by this name

    main(closeness.measure)

"""What stays of a run: its newest checkpoints and its best one whole, of older ones the generator, thinned.

A checkpoint is six times its generator (discriminator, average, moments of both optimisers), so a run's
whole history can be explored for the price of a few checkpoints.
"""

from contextlib import suppress
from itertools import pairwise

from core import generators
from core.errors import StudioError
from core.runs import Run


def prune(run: Run) -> None:
    """Keep as many checkpoints and earlier generators as the config says, and the best checkpoint.

    Only to be called after `checkpoints.save`, which read the newest one back. A generator that cannot be
    written, because the disk is full, is given up rather than the training. A file that cannot be deleted,
    because Windows keeps what another program has open, stays until the next call.
    """
    best = run.best_checkpoint()
    for step, path in run.checkpoints()[: -run.config.keep_checkpoints]:
        if best is not None and path == best[1]:
            continue
        if run.config.keep_generators:
            with suppress(StudioError):
                generator = generators.load(path)
                name = f"gen-{step:09d}-{generators.digest(generator)}.safetensors"
                generators.save(run.generator_folder / name, generator, name=run.name, step=step)
        with suppress(OSError):
            path.unlink()
    earlier = run.earlier_generators()
    while len(earlier) > max(run.config.keep_generators, 0):
        _, path = earlier.pop(_most_crowded([step for step, _ in earlier]))
        with suppress(OSError):
            path.unlink()


def _most_crowded(steps: list[int]) -> int:
    """The index of the step whose neighbours are closest; the first and last stay if they can."""
    if len(steps) < 3:
        return len(steps) - 1
    gaps = [after - before for (before, _), (_, after) in pairwise(list(pairwise(steps)))]
    return 1 + gaps.index(min(gaps))

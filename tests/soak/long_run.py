"""A run folder as it is after a long training: ten thousand numbers, a thousand grids, a checkpoint."""

import shutil
from pathlib import Path

import numpy as np
import torch

from core import checkpoints, runs
from core.checkpoints import Checkpoint
from core.config import Config
from core.data.cache import PictureCache
from core.events import Step
from core.export import save_grid
from core.journal import Journal, line
from core.runs import Run
from core.scores import score_histogram
from core.steps import row_of
from core.trainee import Trainee


def make(
    folder: Path, config: Config, source: str, cache: PictureCache, *, points: int, grids: int
) -> tuple[Run, list[Step]]:
    """A run that can be gone on with, and its numbers.

    They are drawn at random but look like a run's. The grids are all the same picture, of a real size.
    """
    run = runs.create(folder, config, source=source, source_digest=cache.digest, preset="quick")
    journal = Journal(run.folder)
    journal.began("started", 0)
    steps = [_step(number, config) for number in range(1, points + 1)]
    rows = "".join(line(row_of(each)) for each in steps)
    (run.folder / "metrics" / f"{journal.segment:06d}.jsonl").write_text(rows)
    faces = np.resize(cache.pictures, (config.sample_count, config.size, config.size, 3))
    first = run.sample_folder / f"{0:09d}.png"
    save_grid(first, faces, round(config.sample_count**0.5), spacing=0)
    for number in range(1, grids):
        shutil.copyfile(first, run.sample_folder / f"{number * points // grids:09d}.png")
    tensors = Trainee(config, torch.device("cpu"), len(cache)).tensors()
    checkpoints.save(run.checkpoint_folder, Checkpoint(points, 60.0, config, tensors))
    journal.event("stopped", points, epoch=steps[-1].epoch)
    return run, steps


def _step(number: int, config: Config) -> Step:
    random = np.random.default_rng(number)
    noise = random.uniform(size=8)
    return Step(
        number,
        number // 100 + 1,
        0.01 * number,
        1000 + 100 * noise[0],
        d_loss=0.5 + noise[1],
        g_loss=1 + noise[2],
        d_real=0.5 + 0.4 * noise[3],
        d_fake_before=0.4 * noise[4],
        d_fake_after=0.3 * noise[5],
        d_real_accuracy=0.9,
        d_fake_accuracy=0.8,
        d_grad_norm=5 * noise[6],
        g_grad_norm=9 * noise[7],
        d_lr=config.d_lr,
        g_lr=config.g_lr,
        memory_mib=500.0,
        scores=score_histogram(*random.beta([[4], [2]], [[2], [4]], (2, 16))) if number % 10 == 0 else None,
    )

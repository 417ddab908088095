"""Making a real run fail at a known step: by its settings, its checkpoint or the pictures it is shown."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core import checkpoints, knobs, measures, runs
from core.checkpoints import Checkpoint
from core.data.cache import PictureCache
from core.data.feed import to_tensor
from core.journal import Journal
from core.loop import train
from core.losses import probabilities
from core.metrics.measuring import Measurer
from core.runs import Run
from core.trainee import Trainee
from tests.core.watchdog.trials import Trial

STILL = 1e-9  # a learning rate that changes nothing
EVERY = 100  # steps between checkpoints that are measured afterwards
FEW_MODES = 128  # pictures of one kind
GAP = 0.3  # between the shares of seen and of unseen pictures that D takes for real


def record(trial: Trial, folder: Path, cache: PictureCache) -> Run:
    """Train the trial's run, measured, in a new folder."""
    pictures = _part(cache, np.arange(trial.images)) if trial.images else cache
    memorising = "overfitting" in trial.kinds
    config = trial.config.replace(
        **({"checkpoint_every": EVERY, "keep_checkpoints": 10_000} if memorising else {})
    )
    whole = config.duration
    if trial.forced:
        config = config.replace(duration=trial.at)
    run = runs.create(folder, config, source=trial.source, source_digest=pictures.digest)
    _train(run, pictures)
    match trial.forced:
        case "settings":
            run = runs.change(run, config.replace(duration=whole))
            _turn(run, trial.at + 1, trial.changes)
            _train(run, pictures)
        case "one output" | "one direction":
            _deafen(run, 0 if trial.forced == "one output" else 1)
            run = runs.change(run, config.replace(duration=whole))
            _turn(run, trial.at + 1, {"g_lr": STILL})
            _train(run, pictures)
        case "few modes":
            part = _part(pictures, _alike(pictures.pictures, FEW_MODES))
            config = config.replace(
                duration=whole, measure_every=1_000_000, checkpoint_every=EVERY, keep_checkpoints=10_000
            )
            run = runs.change(run, config, source_digest=part.digest)
            _train(run, part)
            _measure(run, pictures, after=trial.at)
    if memorising:
        _examine(run, pictures, cache)
    for path in (path for _, path in run.checkpoints()):
        path.unlink()
    return run


def memorised_from(run: Run) -> int | None:
    """The first step at which D knows the pictures by heart: it takes unseen real ones for generated ones.

    That is the first of three checkpoints that GAP holds for on average; one alone varies by .1.
    """
    rows = np.loadtxt(run.folder / "memory.txt", ndmin=2)
    behind = np.convolve(rows[:, 1] - rows[:, 2], np.full(3, 1 / 3), "valid")
    late = np.flatnonzero(behind >= GAP)
    return int(rows[late[0], 0]) if len(late) else None


def _train(run: Run, cache: PictureCache) -> None:
    for _ in train(run, cache, device="cpu"):
        pass


def _turn(run: Run, step: int, changes: Mapping[str, object]) -> None:
    """Other settings from a step on, as the resumed run finds them in its journal."""
    Journal(run.folder).commit("knob", step, changes=knobs.values(run.config, changes))


def _part(cache: PictureCache, chosen: np.ndarray) -> PictureCache:
    name = f"{cache.digest}-{len(chosen)}"
    return replace(cache, pictures=np.ascontiguousarray(cache.pictures[chosen]), digest=name)


def _alike(pictures: np.ndarray, count: int) -> np.ndarray:
    """The pictures that are nearest to the first one, seen from afar: (count,) indices."""
    n, size, _, channels = pictures.shape
    coarse = pictures.reshape(n, 8, size // 8, 8, size // 8, channels).mean((2, 4)).reshape(n, -1)
    return np.sort(np.argsort(((coarse - coarse[0]) ** 2).sum(1))[:count])


def _deafen(run: Run, directions: int) -> None:
    """Let the generator and its average hear only the first so many numbers of z."""
    path = checkpoints.latest(run.checkpoint_folder)
    assert path is not None
    found = checkpoints.load(path)
    tensors = dict(found.tensors)
    for network in ("G", "EMA"):
        name = f"{network}/layers.0.weight"
        weight = tensors[name].clone()
        weight[directions:] = 0
        weight *= (len(weight) / max(directions, 1)) ** 0.5  # what it hears is as loud as all was
        tensors[name] = weight
    path.unlink()
    checkpoints.save(run.checkpoint_folder, Checkpoint(found.step, found.seconds, found.config, tensors))


def _measure(run: Run, cache: PictureCache, after: int) -> None:
    """Measure the checkpoints after a step against other pictures than the run was shown."""
    device = torch.device("cpu")
    measurer = Measurer(run.config, cache, device, count=run.config.measure_count)
    journal = Journal(run.folder)
    for step, path in run.checkpoints():
        if step > after:
            trainee = Trainee(run.config, device, len(cache))
            trainee.load(checkpoints.load(path).tensors)
            measured = measurer.measure(trainee.average, step, 1)
            journal.measures(measures.row_of(measured, run.source_digest))


def _examine(run: Run, seen: PictureCache, every: PictureCache) -> None:
    """Write which share of seen and of unseen real pictures D takes for real, by step."""
    device = torch.device("cpu")
    unseen = np.array(every.pictures[-4 * len(seen) :])
    rows = []
    for step, path in run.checkpoints():
        trainee = Trainee(run.config, device, len(seen))
        trainee.load(checkpoints.load(path).tensors)
        rows.append((step, *(_taken_for_real(trainee, each) for each in (seen.pictures, unseen))))
    np.savetxt(run.folder / "memory.txt", rows, "%g")


@torch.no_grad()
def _taken_for_real(trainee: Trainee, pictures: NDArray[np.uint8]) -> float:
    """The share of pictures that D takes for real, judged as training does: in batches, each with its own
    statistics. Dropout is left out.
    """
    discriminator = trainee.discriminator.eval()
    for layer in discriminator.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.train()
    size = min(trainee.config.batch_size, len(pictures))
    firsts = range(0, len(pictures) - size + 1, size)
    device = next(discriminator.parameters()).device
    scores = [discriminator(to_tensor(np.array(pictures[at : at + size]), device)) for at in firsts]
    return float((probabilities(trainee.config.loss, torch.cat(scores)) >= 0.5).float().mean())

"""Presets on real pictures, for equal minutes or steps: coverage, density and KID in a table.

    python -m tests.core.preset_table --data SOURCE --out FOLDER [--presets NAME ...] [--seeds N ...]
        [--minutes M | --steps N] [--against SOURCE] [--set KEY=VALUE ...] [--label TEXT]

Minutes are those of the processor, so that two tables can be made side by side: with OMP_NUM_THREADS=1 they
are minutes of one core. What is in FOLDER is not trained again. --against: the pictures to measure by, where
the run learns from few of them. --set changes settings of all presets; a --label names such lines.
"""

import argparse
import json
import math
import shutil
import statistics
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from core import runs
from core.config import Config
from core.control import Control
from core.data.cache import PictureCache
from core.data.prepare import prepare
from core.data.sources import open_source
from core.events import Finished, Step
from core.generators import load
from core.latent import decode
from core.loop import train
from core.metrics.features import Extractor
from core.metrics.measuring import COUNT, measured_z
from core.metrics.reference import Reference
from core.presets import preset

FIGURES = ("coverage", "density", "kid")


def trained(config: Config, cache: PictureCache, folder: Path, minutes: float) -> dict[str, Any]:
    """Train in a new folder, for so many minutes of processor time at most; the steps that were taken."""
    shutil.rmtree(folder, ignore_errors=True)
    run = runs.create(folder, config, source=cache.source, source_digest=cache.digest)
    facts: dict[str, Any] = {}
    control, began = Control(), time.process_time()
    for event in train(run, cache, device="cpu", control=control):
        if isinstance(event, Step) and time.process_time() - began > 60 * minutes:
            control.stop()
        if isinstance(event, Finished):
            facts = {"steps": event.step, "pictures": event.step * config.batch_size}
    return facts


def measured(folder: Path, reference: Reference) -> dict[str, float]:
    """Coverage, density and KID of the run's newest generator."""
    generator = load(runs.open_run(folder).checkpoints()[-1][1])
    faces = decode(generator, measured_z(reference.count, generator.latent_dim))
    return asdict(reference.measure(faces))


def table(lines: list[dict[str, Any]], real: dict[str, float]) -> str:
    """Median, and least to most, over the seeds of each preset, in Markdown."""
    rows = ["| preset | seeds | pictures seen | coverage | density | KID |", "|---|---|---|---|---|---|"]
    for name in dict.fromkeys(line["preset"] for line in lines):
        of = [line for line in lines if line["preset"] == name]
        cells = [name, str(len(of)), f"{statistics.median(line['pictures'] for line in of):,.0f}"]
        for figure in FIGURES:
            values = [line[figure] for line in of]
            cells.append(f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})")
        rows.append(f"| {' | '.join(cells)} |")
    rows.append(f"| other real pictures | | | {' | '.join(f'{real[figure]:.3f}' for figure in FIGURES)} |")
    return "\n".join(rows)


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--against")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--presets", nargs="+", default=["tutorial", "healthy", "few-pictures", "quick"], metavar="NAME"
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="N")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=10)
    length.add_argument("--steps", type=int)
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", dest="changes")
    parser.add_argument("--label", default="")
    options = parser.parse_args()
    changes = {name: _value(text) for name, _, text in (each.partition("=") for each in options.changes)}
    endless = {"duration": 10_000, "duration_unit": "minutes"}
    until = {"duration": options.steps, "duration_unit": "steps"} if options.steps else endless
    minutes = math.inf if options.steps else options.minutes
    lines = []
    for seed in options.seeds:
        for name in options.presets:
            label = f"{name} {options.label}".strip()
            result = options.out / f"{label.replace(' ', '-')}-{seed}.json"
            config = preset(name).config.replace(**changes, **until, seed=seed)
            if not result.exists():
                cache = prepare(open_source(options.data), size=config.size)
                facts = trained(config, cache, options.out / result.stem, minutes)
                other = prepare(open_source(options.against), size=config.size) if options.against else cache
                reference = Reference(other.pictures, Extractor(config.size, torch.device("cpu")), COUNT)
                facts |= {"preset": label, "seed": seed}
                facts |= measured(options.out / result.stem, reference)
                facts["real"] = asdict(reference.real_quality)
                result.write_text(json.dumps(facts), "utf-8")
                sys.stderr.write(f"{json.dumps(facts)}\n")
            lines.append(json.loads(result.read_text("utf-8")))
    sys.stdout.write(table(lines, lines[-1]["real"]) + "\n")


if __name__ == "__main__":
    main()

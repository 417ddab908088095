"""Measure quality and diversity of a generator against real pictures."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from core.commands.drawing import Origin, draw, open_origin
from core.commands.interrupt import Interrupt, interruptible
from core.commands.numbers import whole
from core.commands.origin import add_origin
from core.commands.outcome import Outcome, UsageError
from core.commands.prepare import SOURCE_HELP, prepared
from core.errors import Cancelled, RunError

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from core.data.cache import PictureCache
    from core.metrics.reference import Reference

NAME = "evaluate"
ABOUT = "Measure quality and diversity of a generator against real pictures."


def declare(sub: argparse.ArgumentParser) -> None:
    add_origin(sub)
    sub.add_argument(
        "--step", type=whole(0, 999_999_999), metavar="N", help="of the run, instead of its newest checkpoint"
    )
    sub.add_argument("--data", metavar="SOURCE", help=f"{SOURCE_HELP} (the run's)")
    sub.add_argument(
        "--crop", choices=("center", "celeba", "pad", "stretch"), help="(as in the run, or center)"
    )
    sub.add_argument(
        "--count",
        type=whole(6, 50_000),
        default=1024,
        metavar="N",
        help="pictures of each kind, or half of what the source has (1024)",
    )
    sub.add_argument(
        "--inception", type=Path, metavar="FILE", help="Inception's weights, for the FID (if they are found)"
    )
    sub.add_argument("--device", default="auto", metavar="D", help="auto, cpu, cuda, cuda:0, mps ... (auto)")


def run(options: argparse.Namespace) -> Outcome:
    import torch

    from core.devices import find_device
    from core.metrics.features import Extractor
    from core.metrics.reference import Reference

    began = perf_counter()
    if options.step is not None and options.run is None:
        raise UsageError("evaluate: --step needs --run")
    device = torch.device(find_device(options.device).name)
    origin = _origin(options)
    with interruptible() as interrupt:
        cache = _pictures(options, origin, interrupt)
        with tqdm(unit="picture", disable=not sys.stderr.isatty(), dynamic_ncols=True, leave=False) as bar:

            def tell(done: int) -> None:
                bar.update(done)
                if interrupt.control.stopping:
                    raise Cancelled("Stopped before it was measured.")

            extractor = Extractor(cache.size, device, tell)
            reference = Reference(cache.pictures, extractor, options.count)
            bar.total = 4 * reference.count
            faces = _faces(origin, reference.count, device, tell)
            quality = reference.measure(faces)
            real = reference.real_quality
            fid = _fid(options, reference, faces, device, bar, tell)
    facts: dict[str, Any] = {
        "generator": str(origin.path),
        "digest": origin.facts.digest,
        "step": origin.facts.step,
        "source": cache.source,
        "images": len(cache),
        "count": reference.count,
        "extractor": extractor.name,
        **asdict(quality),
        "real": asdict(real),
        "fid": fid,
        "seconds": round(perf_counter() - began, 3),
    }
    return Outcome(facts, _words(origin, facts))


def _origin(options: argparse.Namespace) -> Origin:
    if options.step is None:
        return open_origin(options)
    from core.runs import open_run

    run = open_run(options.run)
    moments = dict(run.generators())
    if options.step not in moments:
        kept = ", ".join(map(str, sorted(moments))) or "none"
        raise RunError(f"{run.name} keeps no generator of step {options.step}. Those kept are: {kept}.")
    return open_origin(argparse.Namespace(run=None, generator=moments[options.step]))


def _pictures(options: argparse.Namespace, origin: Origin, interrupt: Interrupt) -> "PictureCache":
    """The pictures to compare to, in the generator's size."""
    from core.data.prepared import find_prepared

    run = origin.run
    source = options.data or (run.source if run else None)
    if source is None:
        raise UsageError("evaluate: name the pictures with --data, since the generator is of no run")
    if run and not options.data and not options.crop:
        found = find_prepared(run.source_digest)
        if found is not None:
            return found
    crop = options.crop or (run.config.crop if run else "center")
    color = "rgb" if origin.generator.channels == 3 else "grey"
    return prepared(source, origin.generator.size, color, crop, interrupt)


def _faces(
    origin: Origin, count: int, device: "torch.device", tell: Callable[[int], None]
) -> "NDArray[np.uint8]":
    """The faces that a training measures too, (count, size, size, 3)."""
    import numpy as np

    from core.metrics.measuring import measured_z

    generator = origin.generator.to(device)
    faces = np.empty((count, generator.size, generator.size, 3), np.uint8)
    for index, face in enumerate(draw(generator, measured_z(count, generator.latent_dim))):
        faces[index] = face
        tell(1)
    return faces


def _fid(
    options: argparse.Namespace,
    reference: "Reference",
    faces: "NDArray[np.uint8]",
    device: "torch.device",
    bar: "tqdm[Any]",
    tell: Callable[[int], None],
) -> dict[str, Any] | None:
    from core.metrics.frechet import FrechetDistance, find_inception, load_inception

    path = options.inception or find_inception()
    if path is None:
        return None
    weights = load_inception(path)
    bar.total += 3 * reference.count
    frechet = FrechetDistance(weights, reference.pictures(), device, tell)
    return {
        "value": frechet.distance(faces),
        "real": frechet.distance(reference.other_pictures()),
        "weights": weights.digest,
        "published_weights": weights.published,
    }


def _words(origin: Origin, facts: dict[str, Any]) -> str:
    real, fid = facts["real"], facts["fid"]
    lines = [
        f"{origin.title} against {facts['count']:,} of {facts['images']:,} pictures of {facts['source']}:",
        f"{'':12}{'generated':>10}{'real against real':>20}",
    ]
    lines += [
        f"  {name:10}{facts[name.lower()]:10.{digits}f}{real[name.lower()]:20.{digits}f}"
        for name, digits in (("coverage", 3), ("density", 3), ("KID", 4))
    ]
    if fid:
        lines.append(f"  {'FID':10}{fid['value']:10.2f}{fid['real']:20.2f}")
    lines.append(f"Features: {facts['extractor']}; not comparable to a KID on Inception's.")
    if fid:
        which = "Inception" if fid["published_weights"] else "weights that are not the published Inception's"
        lines.append(
            f"FID: torchmetrics, {which} ({fid['weights']}); too large at {facts['count']:,} pictures, "
            "compare it at equal counts only."
        )
    return "\n".join(lines)

"""The stories that the training thread tells: a training from its pictures on, or one in another program."""

import platform
from collections.abc import Callable, Iterator
from pathlib import Path

from core import runs
from core.control import Control
from core.data.batches import check_enough
from core.data.cache import PictureCache
from core.data.prepare import Progress, prepare
from core.data.sources import Source, open_source
from core.errors import RunError, RunOverError, SourceError
from core.following.follow import follow
from core.runs import Run
from studio.letters import Letter, Opened, Order, Over, Story


def story_of(order: Order) -> Story:
    """Everything that happens from Start to the end, in order."""

    def tell(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
        config = order.config

        def pictures(text: str) -> tuple[Source, PictureCache]:
            source = open_source(text)
            return source, prepare(
                source,
                size=config.size,
                color=config.color,
                crop=config.crop,
                progress=progress,
                cancelled=lambda: control.stopping,
            )

        if order.resume is not None:
            run = runs.open_run(order.resume)
            source, cache = _find_again(run, order, pictures)
            if config != run.config or source.text != run.source:
                run = runs.change(run, config, source=source.text)
        else:
            source, cache = pictures(order.source)
            check_enough(len(cache), config.batch_size)  # before there is a folder that nothing can fill
            folder = runs.new_run_folder(runs.default_runs_folder(), source.name, order.preset)
            run = runs.create(
                folder, config, source=source.text, source_digest=cache.digest, preset=order.preset
            )
        devices = order.device.split(",")
        if len(devices) > 1:
            from studio.processes import train_in_processes

            where = f"Trained by {len(devices)} processes, one for each device"
            yield Opened(run, cache, where)
            yield from train_in_processes(run, devices, control, order.go_back, order.inception)
            return
        yield Opened(run, cache)
        # Imports torch, which takes seconds when the warm-up has not done so yet.
        from core.loop import train

        try:
            yield from train(
                run,
                cache,
                device=order.device,
                control=control,
                go_back=order.go_back,
                inception=order.inception,
            )
        except RunOverError:
            yield Over(run)

    return tell


def story_of_following(folder: Path) -> Story:
    """What another program tells in a run folder."""

    def tell(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
        run = runs.open_run(folder)
        host = next((str(row["host"]) for row in reversed(run.events()) if "host" in row), platform.node())
        yield Opened(run, None, where=f"Trained by another program on {host}", ours=False)
        yield from follow(folder, control)

    return tell


def _find_again(
    run: Run, order: Order, pictures: Callable[[str], tuple[Source, PictureCache]]
) -> tuple[Source, PictureCache]:
    """A run's pictures, in its own source or where they have been moved to.

    Raises RunError, with what can be done, if neither holds them.
    """
    missing: SourceError | None = None
    for text in dict.fromkeys(filter(None, (order.source, order.instead, run.source))):
        try:
            found = pictures(text)
        except SourceError as error:
            missing = missing or error
        else:
            if found[1].digest == run.source_digest:
                return found
    raise RunError(
        f"The pictures that this run began with are not in {run.source} any more. "
        "Choose the same pictures under Pictures, then press Resume."
    ) from missing

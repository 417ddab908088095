"""Does the window stay smooth with a long run in it while training streams?

    python -m tests.soak.smooth --points 10000 --grids 1000

A run folder with so many numbers and grids is made and opened in a real window. Then training goes on with
it, once by a script that reports thirty steps and two grids a second, and once for real. Meanwhile a person
looks at each page of curves, plays the grids, drags a slider in Explore. How late the event loop is gets
measured all the while: 99 of 100 clicks at random moments shall wait no longer than 16 ms.
"""

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QSlider

from core.config import Config
from core.control import Control
from core.data.cache import PictureCache
from core.data.prepare import Progress, prepare
from core.data.sources import open_source
from core.events import Finished, Samples, Started, Step
from core.runs import Run
from studio import jobs
from studio.app import create
from studio.panels.faces import FACES
from studio.session import Letter, Opened, Story
from studio.window import EXPLORE, TRAIN, MainWindow
from tests.soak.lateness import Lateness, LatenessProbe, Witness
from tests.soak.long_run import make
from tests.soak.script import Player, Script, Wait, after, child, click

SOURCE = "cartoons:512"
MOST_LATE_MS = 16.0
STEPS_PER_S, GRIDS_PER_S = 30, 2
SETTLE_S = 3.0  # the first look at a page lays it out


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was done, and how late the loop was meanwhile."""

    title: str
    lateness: Lateness
    judged: bool  # whether it is a state that lasts; opening is one moment, of which the longest wait is told


class Smooth:
    """The script, and what was measured on the way."""

    def __init__(
        self,
        window: MainWindow,
        run: Run,
        steps: Sequence[Step],
        cache: PictureCache,
        *,
        seconds: float,
        who: bool,
    ) -> None:
        self.parts: list[Part] = []
        self.probe = LatenessProbe()
        self.witness = Witness(self.probe) if who else None
        self._window, self._run, self._steps, self._cache = window, run, steps, cache
        self._seconds = seconds

    def script(self) -> Script:
        window, session = self._window, self._window.session
        yield lambda: window.train.setup.recipe.device.count() > 1  # torch is warm
        yield lambda: window.train.setup.cache is not None
        yield after(SETTLE_S)
        yield from self._while("at rest, no run open", after(self._seconds / 2))
        yield from self._open("opening the run")
        session.tell(scripted(self._run, self._steps, self._cache))
        yield lambda: session.state == "training"
        yield from self._look_around("scripted")
        session.stop()
        yield lambda: not session.active
        yield from self._open("opening it once more")
        click(window, "pauseButton")  # it says Resume
        yield lambda: session.state == "training"
        yield from self._look_around("real")
        session.stop()
        yield lambda: not session.active

    def _open(self, title: str) -> Script:
        monitor, before = self._window.train.monitor, len(self._steps)
        self._window.train.watch(self._run.folder)
        found = after(SETTLE_S)
        yield from self._while(title, lambda: found() and monitor.losses.count() == before, judged=False)

    def _look_around(self, training: str) -> Script:
        window, faces = self._window, self._window.train.monitor.faces
        for view in ("quality", "details", "overview"):
            click(window, f"{view}View")
            yield after(SETTLE_S)
            yield from self._while(f"{training} training, {view}", after(self._seconds))
        faces.choose(FACES)
        faces.play.click()
        yield from self._while(f"{training} training, playing grids", after(self._seconds))
        faces.follow()
        window.show_workspace(EXPLORE)
        yield lambda: window.explore.face.faces is not None
        yield after(SETTLE_S)
        yield from self._while(
            f"{training} training, dragging a slider",
            _dragged(child(window, QSlider, "latentSlider0"), self._seconds),
        )
        window.show_workspace(TRAIN)
        yield after(SETTLE_S)

    def _while(self, title: str, wait: Wait, *, judged: bool = True) -> Script:
        self.probe.begin()
        yield wait
        part = Part(title, self.probe.end(), judged)
        self.parts.append(part)
        late = part.lateness
        _tell(f"{title:36} {late.median:6.1f} {late.p99:6.1f} {late.most:7.1f} ms in {late.seconds:5.1f} s")
        if self.witness is not None:
            for place, times in self.witness.take().most_common(8):
                _tell(f"{times:10} {place}")


def scripted(run: Run, steps: Sequence[Step], cache: PictureCache) -> Story:
    """A training that computes nothing and reports thirty steps and two grids of 64 px a second."""
    last, grid = steps[-1].step, run.samples()[-1][1]
    pictures = np.random.default_rng(0).integers(0, 256, (64, 64, 64, 3), np.uint8)

    def tell(control: Control, progress: Callable[[Progress], None]) -> Iterator[Letter]:
        yield Opened(run, cache)
        yield Started(last, 10 * last, None, 100, "cpu", "float32", len(cache))
        began, told = time.monotonic(), 0
        while not control.stopping:
            told += 1
            time.sleep(max(0.0, began + told / STEPS_PER_S - time.monotonic()))
            yield replace(steps[told % len(steps)], step=last + told, seconds=told / STEPS_PER_S)
            if told % (STEPS_PER_S // GRIDS_PER_S) == 0:
                yield Samples(last + told, pictures, grid)
        yield Finished("stopped", last + told, 1, 1.0, 1.0, run.checkpoints()[-1][1])

    return tell


def _dragged(slider: QSlider, seconds: float) -> Wait:
    """A wait in which a slider is moved up and down."""
    over, low, high = after(seconds), slider.minimum(), slider.maximum()

    def drag() -> bool:
        slider.setValue(round(low + (math.sin(2 * time.monotonic()) + 1) / 2 * (high - low)))
        return over()

    return drag


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.smooth", description=__doc__)
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--grids", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=10, help="of each part")
    parser.add_argument("--size", type=int, default=64, help="of the pictures, in pixels")
    parser.add_argument("--features", type=int, default=16, help="of both networks")
    parser.add_argument("--json", type=Path, help="write the measurements to this file")
    parser.add_argument("--who", action="store_true", help="say what the window was doing when it was late")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="smooth-") as folder:
        for name in ("RUNS", "CACHE", "CONFIG"):
            os.environ[f"DCGAN_STUDIO_{name}"] = str(Path(folder, name.lower()))
        config = Config.model_validate(
            {
                "size": chosen.size,
                "g_features": chosen.features,
                "d_features": chosen.features,
                "log_every": 1,
                "sample_every": 20,
                "checkpoint_every": 200,
                "duration": 10_000_000,
                "duration_unit": "steps",
            }
        )
        cache = prepare(open_source(SOURCE), size=chosen.size)
        place = Path(folder, "runs", "long")
        run, steps = make(place, config, SOURCE, cache, points=chosen.points, grids=chosen.grids)
        _, window = create([SOURCE])
        window.show()
        smooth = Smooth(window, run, steps, cache, seconds=chosen.seconds, who=chosen.who)
        _tell(f"{'late by':36} median    p99    most")
        try:
            Player(smooth.script()).play()
        finally:
            window.session.stop()
            window.session.wait()
            window.session._drain()
            window.close()
            jobs.wait_for_all()
            if smooth.witness is not None:
                smooth.witness.end()
    return _judge(smooth.parts, chosen.json)


def _judge(parts: Sequence[Part], path: Path | None) -> int:
    """1 if some part that lasts is not smooth."""
    if path is not None:
        path.write_text(json.dumps([asdict(each) for each in parts], indent=1))
    rough = [each for each in parts if each.judged and each.lateness.p99 > MOST_LATE_MS]
    for each in rough:
        _tell(f"FAULT {each.title}: 1 of 100 waits {each.lateness.p99:.1f} ms or longer")
    return 1 if rough else 0


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

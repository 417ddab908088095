"""Half an hour with the window: does it hold on to memory, threads or files?

    python -m tests.soak.soak --minutes 30

A real window trains tiny networks for real. Training is started, paused, resumed and stopped again and
again, and between that a person looks around: at the faces as they change, at the curves, at the runs, at
older moments. Whatever the process holds is measured in comparable moments: while it trains, just before each
stop; and at rest, just after.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from PySide6.QtWidgets import QListView, QSlider

from studio import jobs
from studio.app import create
from studio.panels.faces import BESIDE, COPIES, FACES
from studio.settings import Settings
from studio.window import EXPLORE, RUNS, TRAIN, MainWindow
from tests.soak.script import Player, Script, after, child, click
from tests.soak.usage import Usage, growth, measure

RECIPE: dict[str, object] = {
    "size": 32,
    "g_features": 8,
    "d_features": 8,
    "latent_dim": 16,
    "batch_size": 16,
    "duration": 1_000_000,
    "duration_unit": "steps",
    "log_every": 5,
    "sample_every": 50,
    "checkpoint_every": 200,
    "measure_every": 200,
    "measure_count": 256,
}
REST_S = 1.0  # until what a stop sets going has ended
Excursion = Callable[[MainWindow, float], Script]


class Soak:
    """The script, and what was measured on the way."""

    def __init__(self, window: MainWindow, *, minutes: float, starts: int, pauses: int) -> None:
        self.training: list[Usage] = []
        self.resting: list[Usage] = []
        self.pauses = 0
        self._window = window
        self._starts, self._pauses = starts, pauses
        self._share_s = 60 * minutes / starts  # of one start

    def script(self) -> Script:
        window = self._window
        yield lambda: window.train.setup.recipe.device.count() > 1  # torch is warm
        yield lambda: window.train.setup.cache is not None
        for turn in range(self._starts):
            yield from self._one(turn)

    def _one(self, turn: int) -> Script:
        """Start or resume, look around, pause and go on, stop."""
        window, session = self._window, self._window.session
        pauses = self._pauses * (turn + 1) // self._starts - self._pauses * turn // self._starts
        part_s = max(0.5, self._share_s - 2 * REST_S) / (pauses + 1)
        if turn % 2 and turn % 8 != 7:
            click(window, "pauseButton")  # it says Resume
        else:
            click(window, "startButton")
        yield lambda: session.state == "training" and window.train.monitor.losses.count() > 0
        for part in range(pauses + 1):
            whole = after(part_s)
            excursion = EXCURSIONS[(turn + part) % len(EXCURSIONS)]
            yield from excursion(window, part_s)
            window.show_workspace(TRAIN)
            yield whole
            if part < pauses:
                click(window, "pauseButton")
                yield lambda: session.state == "paused"
                click(window, "pauseButton")
                yield lambda: session.state == "training"
                self.pauses += 1
        self.training.append(measure())
        click(window, "stopButton")
        yield lambda: not session.active
        yield after(REST_S)
        self.resting.append(measure())
        _tell(f"{turn + 1} of {self._starts}: {_line(self.training[-1])} | {_line(self.resting[-1])}")


# What a person looks at while it trains


def _explore_live(window: MainWindow, spare_s: float) -> Script:
    """The faces of the generator as it is now, other random ones, and one slider."""
    window.show_workspace(EXPLORE)
    yield lambda: window.explore.face.faces is not None
    click(window, "randomizeButton")
    yield after(spare_s / 4)
    slider = child(window, QSlider, "latentSlider0")
    for place in range(10):
        slider.setValue(slider.minimum() + place * (slider.maximum() - slider.minimum()) // 10)
        yield after(spare_s / 40)


def _look_back(window: MainWindow, spare_s: float) -> Script:
    """Older grids by the time slider, and the real pictures beside them."""
    faces = window.train.monitor.faces
    faces.choose(BESIDE)
    for place in range(0, faces.slider.maximum() + 1, max(1, faces.slider.maximum() // 20)):
        faces.slider.setValue(place)
        yield after(spare_s / 60)
    faces.follow()
    faces.choose(COPIES)
    yield after(spare_s / 4)
    faces.choose(FACES)


def _look_at_curves(window: MainWindow, spare_s: float) -> Script:
    for view in ("qualityView", "detailsView", "overviewView"):
        click(window, view)
        yield after(spare_s / 6)


def _look_at_runs(window: MainWindow, spare_s: float) -> Script:
    """The list, and one run's details after the other."""
    window.show_workspace(RUNS)
    found = child(window, QListView, "runsList")
    yield lambda: found.model().rowCount() > 0
    for row in range(min(8, found.model().rowCount())):
        found.setCurrentIndex(found.model().index(row, 0))
        yield after(spare_s / 16)


def _change_clothes(window: MainWindow, spare_s: float) -> Script:
    """Dark and light; every curve, picture and icon is drawn anew."""
    for appearance in ("dark", "light"):
        window.rail.appearance_chosen.emit(appearance)
        yield after(spare_s / 4)


def _turn_a_knob(window: MainWindow, spare_s: float) -> Script:
    for rate in (1e-4, 2e-4):
        window.session.change({"g_lr": rate})
        yield after(spare_s / 4)


EXCURSIONS: tuple[Excursion, ...] = (
    _explore_live,
    _look_back,
    _look_at_curves,
    _look_at_runs,
    _change_clothes,
    _turn_a_knob,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--starts", type=int, default=20, help="and stops")
    parser.add_argument("--pauses", type=int, default=50, help="and resumes")
    parser.add_argument("--json", type=Path, help="write the measurements to this file")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        for name in ("RUNS", "CACHE", "CONFIG"):
            os.environ[f"DCGAN_STUDIO_{name}"] = str(Path(folder, name.lower()))
        Settings().remember_form("quick", RECIPE)
        _, window = create(["cartoons:512"])
        window.show()
        soak = Soak(window, minutes=chosen.minutes, starts=chosen.starts, pauses=chosen.pauses)
        player = Player(soak.script())
        try:
            player.play()
        finally:
            window.session.stop()
            window.session.wait()
            window.session._drain()
            window.close()
            jobs.wait_for_all()
    return _judge(soak, chosen.json)


def _judge(soak: Soak, path: Path | None) -> int:
    """Print what came of it; 1 if something grew."""
    warm_up = len(soak.resting) // 4 + 1
    faults = []
    for name, usages in (("training", soak.training), ("at rest", soak.resting)):
        grown = growth(usages, warm_up)
        faults += [f"{name}: {fault}" for fault in grown.faults]
        _tell(
            f"{name:8} before {_line(grown.before)}\n{name:8} after  {_line(grown.after)} {grown.memory:+.1%}"
        )
    _tell(
        f"{len(soak.resting)} starts and stops, {soak.pauses} pauses, {soak.resting[-1].seconds / 60:.1f} min"
    )
    for fault in faults:
        _tell(f"FAULT {fault}")
    if path is not None:
        facts = {
            "starts": len(soak.resting),
            "pauses": soak.pauses,
            "warm_up": warm_up,
            "training": [asdict(each) for each in soak.training],
            "resting": [asdict(each) for each in soak.resting],
            "faults": faults,
        }
        path.write_text(json.dumps(facts, indent=1))
    return 1 if faults else 0


def _line(usage: Usage) -> str:
    return (
        f"{usage.seconds:6.0f} s {usage.rss_mib:7.1f} MiB {usage.threads:3} threads {usage.handles:3} handles"
    )


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
